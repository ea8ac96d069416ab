"""The loop on the pocket world, stopped and taken up again: the same labels, and as many as were wanted."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rlhf import pocket
from rlhf.ask import batch_of
from rlhf.config import Settings
from rlhf.folders import copied_once
from rlhf.initialise import Beginning, initialise
from rlhf.pocket.beginning import pocket_prompts, preset
from rlhf.pocket.loop import Loop, bring_to, label
from rlhf.pocket.panel import panel
from rlhf.simulate import simulate
from rlhf.track import write_json
from rlhf.turning import Stage, Turning
from store.database import open_store
from store.door import Door, open_door
from store.exchange.publishing import deliver
from store.home import Home
from store.messages import AddAnnotator, CountHome, NextComparison
from store.records import Comparison, Purpose, Qualification, Response, Split, Track
from store.rounds import RoundResult
from store.settings import load
from store.verbs import add_annotator, count_home, next_comparison
from store.verbs.roles import HONE

SETTINGS = preset() + "\n[queue]\nswapped_rate = 0.1\nswapped_after = 2\n"

PURPOSES = (Purpose.OVERLAP, Purpose.TRAIN, Purpose.TRAIN, Purpose.EVALUATION, Purpose.TRAIN)


@pytest.fixture
def asked(tmp_path: Path) -> Home:
    """A home in which 80 comparisons wait, some for two annotators and some that evaluate; one of the panel
    may judge none of them."""
    home, prompts = Home(tmp_path / "home"), pocket_prompts(seed=0)
    with open_door(home) as door:
        policy = initialise(
            home, door, Beginning(settings=SETTINGS, policy=str(pocket.policy_path()), prompts=prompts)
        )
        train = [prompt for prompt in prompts if prompt.split is Split.TRAIN][:80]
        responses = [
            Response(
                response_id=f"{prompt.prompt_id}-{side}",
                prompt_id=prompt.prompt_id,
                policy_id=policy.policy_id,
                text=text,
            )
            for prompt in train
            for side, text in enumerate(("Put it in hot water for ten minutes.", "No."))
        ]
        comparisons = [
            Comparison(
                comparison_id=f"comparison-{number:03}",
                prompt_id=prompt.prompt_id,
                response_ids=(f"{prompt.prompt_id}-0", f"{prompt.prompt_id}-1"),
                batch_id=batch_of(0).batch_id,
                purpose=PURPOSES[number % 5],
                overlap=2 if number % 5 == 0 else 1,
            )
            for number, prompt in enumerate(train)
        ]
        deliver(door, "asked", {"batches": [batch_of(0)], "responses": responses, "comparisons": comparisons})
        idle = AddAnnotator(name=panel(0)[2].name, simulated=True)
        who = door.ask(add_annotator, idle).annotator_id
    with open_store(home) as store:
        store.append(HONE.annotator_id, *(failed(who, track) for track in Track))
    return home


def failed(annotator_id: str, track: Track) -> Qualification:
    return Qualification(
        annotator_id=annotator_id,
        track=track,
        guideline_version=1,
        passed=False,
        why="by hand",
        given_by=HONE.annotator_id,
    )


def copied(home: Home) -> Home:
    """Another home like this one, which nobody has open."""
    copied_once(home.root, home.root.with_name("other"))
    return Home(home.root.with_name("other"))


@contextmanager
def opened(home: Home, labels: int) -> Iterator[Loop]:
    with open_door(home) as door:
        settings = load(Settings, home.settings)
        yield Loop(home=home, door=door, settings=settings, labels=labels, seed=0, watch=lambda *_: None)


def given(home: Home) -> list[tuple]:
    """Who said what of which comparison."""
    with open_store(home) as store, store.reading() as db:
        return db.execute(
            "select comparison_id, name, ranks, degree, shown_order from labels "
            "join annotators using (annotator_id) order by comparison_id, name"
        ).fetchall()


def counted(door: Door) -> int:
    """How many labels may teach: those that only evaluate come on top."""
    return door.ask(count_home, CountHome()).labels


def test_annotators_who_were_stopped_give_the_labels_of_those_who_were_not(asked):
    other = copied(asked)
    with opened(asked, 50) as loop:
        label(loop, 1)
        assert counted(loop.door) == 50
    with opened(other, 50) as loop:
        simulate(loop.door, panel(0), 19)
        # Killed while the next of them was judging: the lease was taken, and no label came.
        name = panel(0)[19 % len(panel(0))].name
        who = loop.door.ask(add_annotator, AddAnnotator(name=name, simulated=True)).annotator_id
        loop.door.ask(next_comparison, NextComparison(), on_behalf_of=who)
    with opened(other, 50) as loop:
        label(loop, 1, counted(loop.door))
    assert len(given(asked)) > 50
    assert given(other) == given(asked)


def published(turning: Turning) -> int:
    """A round that learns nothing and keeps its row, as the last stage does."""
    labels = counted(turning.door)
    empty = dict.fromkeys((field.name for field in dataclasses.fields(RoundResult)), None) | {"readings": ()}
    for number in {0, turning.number}:
        row = RoundResult(**empty | {"round": number, "labels": labels if number else 0, "seconds": 0.0})
        turning.home.round(number).mkdir(parents=True, exist_ok=True)
        write_json(turning.home.round(number) / "results.json", dataclasses.asdict(row))
    return labels


STAGES = (Stage(name="publish", result=int, needs=(), run=published),)


def test_a_home_that_stopped_within_the_labels_of_a_round_gets_no_more_than_were_wanted(asked):
    other = copied(asked)
    with opened(asked, 20) as loop:
        bring_to(loop, 3, STAGES)
        assert counted(loop.door) == 60
    with opened(other, 20) as loop:
        bring_to(loop, 1, STAGES)
        simulate(loop.door, panel(0), 7)
    with opened(other, 20) as loop:
        bring_to(loop, 3, STAGES)
        bring_to(loop, 3, STAGES)  # nothing is left to do
    assert given(other) == given(asked)

"""The homes in which the quality of labels is measured: one with planted faults, one after a round.

Knows how homes come about; not what is found in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from rlhf import pocket
from rlhf.ask import Asked, batch_of
from rlhf.bench.accuracy_world import OVERLAP, overlapping
from rlhf.bench.policies_world import World, asked, build
from rlhf.bench.quality_crew import Member, crew
from rlhf.config import Settings
from rlhf.initialise import Beginning, initialise
from rlhf.next_round import Chosen
from rlhf.pocket.beginning import preset
from rlhf.round import run_round
from rlhf.stages import STAGES
from store.database import open_store
from store.door import KnockingDoor, open_door
from store.exchange.publishing import deliver
from store.home import Home
from store.messages import Judgement
from store.records import Annotator, Fact, Kind, Label, Role

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When the first label was given; one follows another by a second."""
PORTION: Final = 5000
"""Labels in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crewed:
    """A home, and who labelled in it."""

    home: Home
    crew: tuple[Member, ...]


def crewed(world: World) -> Crewed:
    """As many labels of each of the crew as the world has; three, drawn by lot, judge each comparison."""
    members = crew(world.seed, world.labels)
    wider = replace(world, labels=world.labels * len(members) // OVERLAP)
    home, questions = Home(world.folder / "crewed"), overlapping(asked(wider), wider.labels)
    with open_door(home) as door:
        initialise(
            home, door, Beginning(settings=preset(), policy=str(pocket.policy_path()), prompts=wider.prompts)
        )
        batch = batch_of(0)
        tables: dict[str, Sequence[Fact]] = {
            "batches": [batch],
            "responses": questions.responses,
            "comparisons": questions.comparisons,
        }
        deliver(door, batch.batch_id, tables)
    labels = list(_labels(wider, questions, members))
    with open_store(home) as store:
        store.append("hone", *(_annotator(one) for one in members))
        for first in range(0, len(labels), PORTION):
            world.tell("labels", first / len(labels), f"{first} given")
            store.append("hone", *labels[first : first + PORTION])
    return Crewed(home=home, crew=tuple(members))


def after_a_round(world: World) -> Home:
    """The demo's annotators, and the reward models of a whole round with what they say of labels that they
    never learned from; its policy learns next to nothing, for nobody asks about it."""
    build(world)
    chosen = Chosen(settings=_short(world.settings))
    run_round(world.home, KnockingDoor(world.home), chosen, STAGES, world.tell)
    return world.home


def _labels(world: World, questions: Asked, members: Sequence[Member]) -> Iterator[Label]:
    """What the crew says, comparison by comparison: whoever has said least is asked first."""
    turns = {prompt.prompt_id: prompt.turns for prompt in world.prompts}
    texts = {response.response_id: response.text for response in questions.responses}
    draw = Random(world.seed)  # noqa: S311  # a simulation
    for number, comparison in enumerate(questions.comparisons):
        for place, member in enumerate(sorted(members, key=lambda one: (one.given, draw.random()))[:OVERLAP]):
            order = draw.choice(((0, 1), (1, 0)))
            shown = [texts[comparison.response_ids[at]] for at in order]
            at = START + timedelta(seconds=OVERLAP * number + place)
            judged = member.judge(turns[comparison.prompt_id], shown)
            yield _label(comparison.comparison_id, member, order, judged, at)


def _label(
    comparison_id: str, member: Member, order: tuple[int, int], judged: Judgement, at: datetime
) -> Label:
    places = [order.index(response) for response in range(len(order))]
    return Label(
        label_id=f"{comparison_id} {member.name}",
        comparison_id=comparison_id,
        annotator_id=member.name,
        ranks=tuple(judged.ranks[place] for place in places),
        degree=judged.degree,
        shown_order=order,
        safety=tuple(judged.safety[place] for place in places),
        reasons=judged.reasons,
        seconds=judged.seconds,
        made_at=at,
    )


def _annotator(member: Member) -> Annotator:
    return Annotator(annotator_id=member.name, name=member.name, role=Role.ANNOTATOR, kind=Kind.SIMULATED)


def _short(settings: Settings) -> Settings:
    return replace(
        settings,
        round=replace(settings.round, method="rs"),
        reject=replace(settings.reject, prompts=2),
        evaluate=replace(settings.evaluate, prompts=2),
        publish=replace(settings.publish, comparisons=2),
    )

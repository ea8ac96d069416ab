"""What a round measured of every label arrives whole, and once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rlhf import publish as publishing
from rlhf.ask import Asked
from rlhf.evaluate import EvaluationResult
from rlhf.matches import fields, play
from rlhf.publish import Harvest, evaluations, games, label_scores, publish
from rlhf.reward_models.cross_fitting import Gap
from store.database import open_store
from store.door import open_door
from store.home import Home
from store.intervals import Interval
from store.records import (
    Batch,
    Comparison,
    Degree,
    Fact,
    Judge,
    Label,
    Policy,
    Prompt,
    Response,
    RewardModel,
    Round,
    Split,
    Track,
    now,
)

GAMES = "select judge, prompt_id, points from games join evaluations using (evaluation_id) order by all"
SCORES = "select label_id, gap from label_scores order by label_id"


def labelled(count: int) -> Sequence[Fact]:
    """Labels l0, l1, … of two answers to a prompt."""
    answers = tuple(
        Response(response_id=one, prompt_id="q", policy_id="first", text=one) for one in ("good", "bad")
    )
    return (
        Policy(policy_id="first", path="first"),
        Prompt(prompt_id="q", turns=(), track=Track.SAFETY, split=Split.TRAIN),
        *answers,
        Batch(batch_id="batch-000", round=0),
        Comparison(comparison_id="c", prompt_id="q", response_ids=("good", "bad"), batch_id="batch-000"),
        *(
            Label(
                label_id=f"l{one}",
                comparison_id="c",
                annotator_id=f"a{one}",
                ranks=(1, 2),
                degree=Degree.BETTER,
                shown_order=(0, 1),
            )
            for one in range(count)
        ),
    )


def harvest(gaps: Sequence[Gap]) -> Harvest:
    """A round of one reward model, which asks nothing more."""
    model = RewardModel(
        reward_model_id="m",
        track=Track.SAFETY,
        snapshot_id="s",
        policy_id="first",
        path="m",
        round=1,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=5,
    )
    return Harvest(
        round=Round(round=1, method="rs", policy_id="second", promoted=True, settings="{}", results="{}"),
        policy=Policy(policy_id="second", path="second", parents=("first",), round=1),
        reward_models=(model,),
        reward_evaluations=(),
        evaluations=(),
        asked=Asked(responses=(), comparisons=()),
        scores=(),
        label_scores=label_scores(model.reward_model_id, gaps),
    )


def test_scores_in_several_bundles_are_all_there_and_once_however_often_they_are_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PORTION", 2)
    home, finished_at = Home(tmp_path / "home"), now()
    with open_store(home) as store:
        store.append("test", *labelled(5))
    gaps = [Gap(label_id=f"l{one}", chosen_id="good", rejected_id="bad", gap=0.5 * one) for one in range(5)]
    with open_door(home) as door:
        publish(door, harvest(gaps), finished_at)
        publish(door, harvest(gaps), finished_at)
    with open_store(home) as store, store.reading() as db:
        assert db.execute(SCORES).fetchall() == [(f"l{one}", 0.5 * one) for one in range(5)]


def test_the_store_knows_an_evaluation_prompt_by_prompt(tmp_path: Path) -> None:
    home, finished_at = Home(tmp_path / "home"), now()
    with open_store(home) as store:
        store.append(
            "test", *labelled(1), Prompt(prompt_id="p", turns=(), track=Track.SAFETY, split=Split.HELDOUT)
        )
    on = fields([False, True])
    result = EvaluationResult(
        prompt_ids=("p", "q"),
        matches=(
            *play("first", Judge.REWARD_MODELS, [1.0, 0.5], on),
            *play("first", Judge.GOLD, [0.0, 1.0], on),
        ),
        portraits=(),
        kl=Interval(value=0, low=0, high=0),
    )
    rows = evaluations(result, 1, "second", {"first": "first"})
    whole = replace(harvest([]), evaluations=rows, games=games(result, 1, "second"))
    with open_door(home) as door:
        publish(door, whole, finished_at)
    with open_store(home) as store, store.reading() as db:
        assert db.execute(GAMES).fetchall() == [
            ("gold", "p", 0.0),
            ("gold", "q", 1.0),
            ("reward models", "p", 1.0),
            ("reward models", "q", 0.5),
        ]

"""What is measured, and why something was asked, arrives only beside what it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from single_facts import compared, label, rewarding

from store.database import Store
from store.errors import BundleError
from store.intervals import Interval
from store.records import Arm, Evaluation, Fact, Game, Judge, LabelScore, RewardEvaluation, Selection
from store.references import check_references
from store.reward_results import RewardResults, as_text

RESULTS = RewardResults(
    pairs=1,
    accuracy=Interval(value=1.0, low=0.2, high=1.0),
    by_degree=(),
    by_annotator=(),
    by_age=(),
    by_length=(),
    by_spread=(),
    baselines=(),
    reliability=(),
    calibration_error=0.1,
    unsafe_found=(),
    agreement=None,
    members=1,
    training_pairs=2,
    truncated=0,
)
EVALUATION = RewardEvaluation(reward_model_id="m", results=as_text(RESULTS))
MATCH = Evaluation(
    evaluation_id="e",
    round=1,
    policy_id="new",
    opponent_id="old",
    judge=Judge.GOLD,
    wins=1,
    ties=0,
    losses=0,
    win_rate=1.0,
    win_rate_low=0.2,
    win_rate_high=1.0,
)
GAME = Game(evaluation_id="e", prompt_id="q0", points=1.0)
SELECTION = Selection(comparison_id="c", arm=Arm.MARGIN, value=0.5)
SCORE = LabelScore(label_id="l", reward_model_id="m", chosen_id="q0-r0", rejected_id="q0-r1", gap=0.5)


def _refused(store: Store, *facts: Fact) -> str | None:
    """Why the facts are refused; None where they are taken."""
    with store.reading() as db:
        try:
            check_references(db, facts)
        except BundleError as error:
            return str(error)
    return None


def test_what_is_measured_may_come_with_its_model_and_labels(asked: Store) -> None:
    brought = (rewarding("m", "snapshot"), compared("c"), label("l", "c"), EVALUATION, SCORE)
    assert _refused(asked, *brought) is None


def test_what_is_measured_may_come_after_its_model_and_labels(asked: Store) -> None:
    asked.append("test", rewarding("m", "snapshot"), label("l", "c0"))
    assert _refused(asked, EVALUATION, SCORE) is None


def test_games_and_reasons_may_come_with_or_after_what_they_are_of(asked: Store) -> None:
    assert _refused(asked, MATCH, GAME, compared("c"), SELECTION) is None
    asked.append("test", MATCH, compared("c"))
    assert _refused(asked, GAME, SELECTION) is None


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ([label("l", "c0"), SCORE], "refers to reward model m, which is neither in it nor in the store"),
        ([GAME], "refers to evaluation e, which is neither in it nor in the store"),
        (
            [MATCH, replace(GAME, prompt_id="p")],
            "refers to prompt p, which is neither in it nor in the store",
        ),
        ([SELECTION], "refers to comparison c, which is neither in it nor in the store"),
        ([EVALUATION], "refers to reward model m, which is neither in it nor in the store"),
        ([rewarding("m", "snapshot"), SCORE], "refers to label l, which is neither in it nor in the store"),
        (
            [rewarding("m", "snapshot"), replace(EVALUATION, results='{"pairs": "many"}')],
            "Expected the results of reward model m as hone measures them; they cannot be read.",
        ),
        (
            [
                rewarding("m", "snapshot"),
                replace(EVALUATION, results=EVALUATION.results.replace("0.2", "-1e999")),
            ],
            "Expected the results of reward model m as hone measures them; they cannot be read.",
        ),
    ],
)
def test_what_is_measured_of_nothing_or_in_no_known_form_is_refused(
    asked: Store, facts: list[Fact], sentence: str
) -> None:
    assert sentence in (_refused(asked, *facts) or "taken")

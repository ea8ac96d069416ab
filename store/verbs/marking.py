"""The items of a qualification test: shown, answered by place, marked against the gold, and shown again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from duckdb import DuckDBPyConnection

from store import comparisons, golds, prompts, responses
from store.leases import new_lease
from store.messages import Judgement
from store.messages.qualifying import Answered, ShownItem
from store.orders import keeps_order
from store.qualification_tests import Result
from store.queueing.holds import Held
from store.records import (
    Comparison,
    Gold,
    Label,
    QualificationAnswer,
    QualificationTest,
    SafetyLabel,
    Track,
    now,
)
from store.verbs.assignments import judged

NO_TIME = timedelta(0)


def item(db: DuckDBPyConnection, test: QualificationTest, comparison_id: str) -> ShownItem:
    """What the test asks about this comparison."""
    held = _held(db, test, comparison_id)
    comparison = _comparison(db, comparison_id)
    prompt = prompts.by_id(db, comparison.prompt_id)
    assert prompt is not None  # noqa: S101  # a comparison is taken in only with its prompt
    return ShownItem(
        comparison_id=comparison_id,
        turns=prompt.turns,
        responses=tuple(
            responses.text(db, comparison.response_ids[place]) for place in held.lease.shown_order
        ),
    )


def answer(
    db: DuckDBPyConnection, test: QualificationTest, comparison_id: str, judgement: Judgement
) -> QualificationAnswer:
    """The judgement by response, and whether it is right; RequestError when it does not fit the item."""
    held = _held(db, test, comparison_id)
    said = judged(judgement, held, test.guideline_version)
    gold = golds.by_id(db, comparison_id)
    assert gold is not None  # noqa: S101  # a test is made of gold comparisons
    return QualificationAnswer(
        test_id=test.test_id,
        comparison_id=comparison_id,
        shown_order=held.lease.shown_order,
        ranks=said.ranks,
        degree=said.degree,
        both_bad=said.both_bad,
        safety=said.safety,
        seconds=said.seconds,
        passed=is_right(said, gold, test.track),
    )


def is_right(said: Label, gold: Gold, track: Track) -> bool:
    """Whether the order is that of the gold and, on the safety track, the same responses are unsafe."""
    order = keeps_order(said.ranks, gold.ranks)
    return order and (track is not Track.SAFETY or says_the_same(said.safety, gold.safety))


def says_the_same(safety: Sequence[SafetyLabel], known: Sequence[SafetyLabel]) -> bool:
    """Whether the same responses are unsafe; where nothing is known of that, every answer does."""
    return not known or [one.safe for one in safety] == [one.safe for one in known]


def answered(db: DuckDBPyConnection, result: Result) -> Answered:
    """An answer beside the known one, by the place in which it was shown."""
    order = result.shown_order

    def by_place(safety: tuple[SafetyLabel, ...]) -> tuple[SafetyLabel, ...]:
        return tuple(safety[response] for response in order) if safety else ()

    return Answered(
        turns=result.turns,
        responses=tuple(responses.text(db, result.response_ids[response]) for response in order),
        ranks=tuple(result.ranks[response] for response in order),
        safety=by_place(result.safety),
        both_bad=result.both_bad,
        degree=result.degree,
        passed=result.passed,
        known_ranks=tuple(result.known_ranks[response] for response in order),
        known_safety=by_place(result.known_safety),
        why=result.why,
    )


def _held(db: DuckDBPyConnection, test: QualificationTest, comparison_id: str) -> Held:
    """As if the item were leased: the order in which it is shown follows from whom it is shown to."""
    comparison = _comparison(db, comparison_id)
    count = len(comparison.response_ids)
    lease = new_lease(test.annotator_id, comparison_id, count, now(), NO_TIME)
    return Held(lease, test.track, comparison.batch_id)


def _comparison(db: DuckDBPyConnection, comparison_id: str) -> Comparison:
    comparison = comparisons.by_id(db, comparison_id)
    assert comparison is not None  # noqa: S101  # a test is made of comparisons that are there
    return comparison

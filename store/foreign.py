"""Whether facts that another home wrote may be kept here: each is sound by itself and fits what is here.

Nothing that was appended can be taken back, so what no reader could read must not get in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from duckdb import DuckDBPyConnection

from store import annotators, demonstrations, policies, prompts, responses
from store.arrivals import in_utc
from store.errors import RequestError
from store.records import (
    Adjudication,
    Annotator,
    Comparison,
    Demonstration,
    DemonstrationRetraction,
    Edit,
    Fact,
    Gold,
    GoldEnd,
    Label,
    Lease,
    Policy,
    Promotion,
    Prompt,
    Response,
    Retraction,
    Review,
    Round,
    Score,
    Skip,
    TaskResult,
    Verdict,
)

COUNTS = """
select comparison_id, len(response_ids) from comparisons
where  comparison_id in (select unnest($ids::varchar[]))
"""

OVERTURNED = """
select review_id, len(ranks) from reviews
join   labels using (label_id)
where  verdict = 'overturn' and review_id in (select unnest($ids::varchar[]))
"""

RANKED = """
select label_id, len(ranks) from labels
where  label_id in (select unnest($ids::varchar[]))
"""

ROLES: Final = {"system", "user", "assistant"}
RESERVED: Final = {"hone", "inbox"}
"""Whom the audit names where no annotator acted."""

F = TypeVar("F")


def sound(fact: Fact) -> Fact:
    """The fact with its times as the store keeps them; RequestError when no reader could read it."""
    if isinstance(fact, Prompt) and (not fact.turns or not {turn.role for turn in fact.turns} <= ROLES):
        raise RequestError(f"turns: expected one or more of {', '.join(sorted(ROLES))}")
    if isinstance(fact, Annotator) and fact.annotator_id in RESERVED:
        raise RequestError(f"annotator_id: {fact.annotator_id} is nobody's; the audit names the program so")
    return in_utc(fact)


def check_fit(db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """RequestError when a judgement does not fit what it judges, or a fact refers to what is nowhere.

    `facts` may refer to one another. What `store.references` looks for is not looked for here.
    """
    known = _known(db, facts)
    for fact in facts:
        match fact:
            case Label() | Gold():
                _check_ranks(fact, _of(known.answers, "comparison", fact.comparison_id))
            case Edit():
                _check_ranks(fact, _of(known.labels, "label", fact.label_id))
            case Lease() | Skip() | GoldEnd():
                _of(known.answers, "comparison", fact.comparison_id)
            case Retraction() | Review():
                _of(known.labels, "label", fact.label_id)
            case Adjudication():
                _check_ranks(fact, _of(known.overturned, "review", fact.review_id))
        if isinstance(fact, Label | Lease):
            _check_order(fact, known.answers[fact.comparison_id])
        if isinstance(fact, Label) and fact.annotator_id not in known.annotators:
            raise RequestError(f"it is by annotator {fact.annotator_id}, who is not there")
    _check_names(db, [fact for fact in facts if isinstance(fact, Annotator)])
    _check_answers(db, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Of what is here or arrives: how many answers by comparison, how many ranks by label and by review that
    overturns one."""

    answers: dict[str, int]
    labels: dict[str, int]
    overturned: dict[str, int]
    annotators: set[str]


def _known(db: DuckDBPyConnection, facts: Sequence[Fact]) -> _Known:
    wanted = {"ids": [fact.label_id for fact in facts if isinstance(fact, Edit | Retraction | Review)]}
    labels: dict[str, int] = dict(db.execute(RANKED, wanted).fetchall())
    asked = (Label, Gold, GoldEnd, Lease, Skip)
    labels = {one.label_id: len(one.ranks) for one in facts if isinstance(one, Label)} | labels
    ruled = [one for one in facts if isinstance(one, Review) and one.verdict is Verdict.OVERTURN]
    wanted = {"ids": [fact.review_id for fact in facts if isinstance(fact, Adjudication)]}
    overturned: dict[str, int] = dict(db.execute(OVERTURNED, wanted).fetchall())
    wanted = {"ids": [fact.comparison_id for fact in facts if isinstance(fact, asked)]}
    answers: dict[str, int] = dict(db.execute(COUNTS, wanted).fetchall())
    return _Known(
        answers={one.comparison_id: len(one.response_ids) for one in facts if isinstance(one, Comparison)}
        | answers,  # what is here already stays as it is
        labels=labels,
        overturned={one.review_id: labels[one.label_id] for one in ruled if one.label_id in labels}
        | overturned,
        annotators={
            one.annotator_id for one in (*annotators.everyone(db), *facts) if isinstance(one, Annotator)
        },
    )


def _of(known: dict[str, F], noun: str, name: str) -> F:
    if name not in known:
        raise RequestError(f"it refers to {noun} {name}, which is not there; bring that first")
    return known[name]


def _check_ranks(fact: Label | Edit | Gold | Adjudication, count: int) -> None:
    if len(fact.ranks) != count or not 1 <= min(fact.ranks) <= max(fact.ranks) <= count:
        raise RequestError(f"ranks: expected 1 to {count} for each of {count} responses; got {fact.ranks}")
    if len(fact.safety) not in {0, count} or any(not 0 <= one.severity <= 2 for one in fact.safety):
        raise RequestError(f"safety: expected {count} labels or none, of a severity from 0 to 2")


def _check_order(fact: Label | Lease, count: int) -> None:
    """Empty where nobody knows."""
    if fact.shown_order and sorted(fact.shown_order) != list(range(count)):
        raise RequestError(f"shown_order: expected each of {count} responses once; got {fact.shown_order}")


def _check_names(db: DuckDBPyConnection, arriving: Sequence[Annotator]) -> None:
    """A name belongs to one annotator: who signs in by it must be the one that was meant."""
    names = {one.name: one.annotator_id for one in annotators.everyone(db)} if arriving else {}
    for one in arriving:
        if names.setdefault(one.name, one.annotator_id) != one.annotator_id:
            raise RequestError(f"name: {one.name} is the name of another annotator")


def _check_answers(db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """What is written for prompts, withdrawn and scored: of whatever it is must be there."""
    written = [fact.prompt_id for fact in facts if isinstance(fact, Demonstration)]
    arriving = {fact.prompt_id for fact in facts if isinstance(fact, Prompt)}
    _none("prompt", prompts.unknown(db, sorted({*written} - arriving)))
    there = {fact.demonstration_id for fact in facts if isinstance(fact, Demonstration)}
    gone = {fact.demonstration_id for fact in facts if isinstance(fact, DemonstrationRetraction)}
    _none("demonstration", demonstrations.unknown(db, sorted(gone - there)))
    answered = {fact.response_id for fact in facts if isinstance(fact, Response)}
    scored = {fact.response_id for fact in facts if isinstance(fact, Score)} - answered
    _none("response", sorted(scored - set(responses.prompts_of(db, sorted(scored)))))
    by = {fact.policy_id for fact in facts if isinstance(fact, Response | Round | Promotion | TaskResult)}
    told = {fact.policy_id for fact in facts if isinstance(fact, Policy)}
    _none("policy", sorted(by - told - ({one.policy_id for one in policies.every(db)} if by else set())))


def _none(noun: str, missing: Sequence[str]) -> None:
    if missing:
        raise RequestError(f"it refers to {noun} {missing[0]}, which is not there; bring that first")

"""Whether facts that come from elsewhere say what is for this home's people to say.

Whoever signs in here, with a password or an organisation's account, speaks for themselves; who may do what
is for an administrator to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection

from store.errors import RequestError
from store.records import (
    Adjudication,
    Annotator,
    Appointment,
    Chat,
    ChatTurn,
    DemonstrationRetraction,
    Edit,
    Exposure,
    Fact,
    Gold,
    GoldEnd,
    Guideline,
    GuidelineRead,
    Kind,
    Label,
    Lease,
    OptOut,
    Policy,
    Profile,
    Promotion,
    Qualification,
    QualificationAnswer,
    QualificationTest,
    Retraction,
    Review,
    RewardModel,
    Role,
    Round,
    RoundSignature,
    Sighting,
    Skip,
)
from store.tables import TABLES

SIGN_IN = """
select annotator_id from credentials
union
select annotator_id from external_accounts
where  annotator_id is not null
"""

LABELLED = """
select label_id, annotator_id from labels
where  label_id in (select unnest($ids::varchar[]))
"""

RULED = """
select review_id, reviewer_id from reviews
where  review_id in (select unnest($ids::varchar[]))
"""

TALKED = """
select chat_id, annotator_id from chats
where  chat_id in (select unnest($ids::varchar[]))
"""

BEFORE: Final = "bring facts into a home before its people get passwords"
RULING: Final = (
    *(Appointment, Guideline, Qualification, QualificationTest, QualificationAnswer),
    *(RewardModel, Round, Promotion, RoundSignature),
)


def check_voice(db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """RequestError when a file would speak for somebody who signs in here, or rule a home that has people.

    What is here already may come again.
    """
    check_names(db, facts)
    if _own(db):
        for fact in facts:
            if _rules(fact) and not _is_there(db, fact):
                kind = type(fact).__name__
                raise RequestError(f"a {kind} such as this is for the people of this home to say; {BEFORE}")


def check_names(db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """RequestError when a fact speaks in the name of somebody who signs in here.

    What is here already may come again.
    """
    own = _own(db)
    if not own:
        return
    whose = _whose(db, facts)
    for fact in facts:
        name = _name(fact, whose)
        if name in own and not _is_there(db, fact):
            raise RequestError(f"{name} signs in here and speaks for themselves; {BEFORE}")


def _own(db: DuckDBPyConnection) -> set[str]:
    """Who signs in here."""
    return {annotator_id for (annotator_id,) in db.execute(SIGN_IN).fetchall()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whose:
    """Who said each label and each review, and whose each chat is, by its id."""

    labels: Mapping[str, str]
    reviews: Mapping[str, str]
    chats: Mapping[str, str]


def _whose(db: DuckDBPyConnection, facts: Sequence[Fact]) -> _Whose:
    """Of what these facts say more of; what is here already stays as it is, whatever arrives by its name."""
    edited = [fact.label_id for fact in facts if isinstance(fact, Edit)]
    ruled = [fact.review_id for fact in facts if isinstance(fact, Adjudication)]
    talked = [fact.chat_id for fact in facts if isinstance(fact, ChatTurn)]
    return _Whose(
        labels={fact.label_id: fact.annotator_id for fact in facts if isinstance(fact, Label)}
        | dict(db.execute(LABELLED, {"ids": edited}).fetchall()),
        reviews={fact.review_id: fact.reviewer_id for fact in facts if isinstance(fact, Review)}
        | dict(db.execute(RULED, {"ids": ruled}).fetchall()),
        chats={fact.chat_id: fact.annotator_id for fact in facts if isinstance(fact, Chat)}
        | dict(db.execute(TALKED, {"ids": talked}).fetchall()),
    )


def _name(fact: Fact, whose: _Whose) -> str | None:
    """In whose name it speaks."""
    match fact:
        case Label() | Gold() | GoldEnd() | Lease() | Skip() | Retraction() | Profile() | Sighting():
            return fact.annotator_id
        case GuidelineRead() | Chat() | DemonstrationRetraction():
            return fact.annotator_id
        case Review() | Exposure() | OptOut():
            return fact.reviewer_id
        case _:
            return _by_what_it_is_of(fact, whose)


def _by_what_it_is_of(fact: Fact, whose: _Whose) -> str | None:
    """Where it names nobody, whoever said that of which it says more."""
    match fact:
        case Adjudication():
            return whose.reviews.get(fact.review_id)
        case Edit():
            return whose.labels.get(fact.label_id)
        case ChatTurn():
            return whose.chats.get(fact.chat_id)
        case _:
            return None


def _rules(fact: Fact) -> bool:
    """Whether it gives somebody a say, or decides what people read and what is trained and served."""
    match fact:
        case Annotator():
            return fact.kind is Kind.PERSON and fact.role is not Role.ANNOTATOR
        case Policy():
            return fact.promoted and not fact.policy_id.startswith("imported:")
        case _:
            return isinstance(fact, RULING)


def _is_there(db: DuckDBPyConnection, fact: Fact) -> bool:
    table = TABLES[type(fact)]
    found = db.table(table.name)
    for name in table.key or tuple(field.name for field in fields(fact)):
        found = found.filter(ColumnExpression(name) == ConstantExpression(getattr(fact, name)))
    return found.fetchone() is not None

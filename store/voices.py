"""Whether facts that come from elsewhere say what is for this home's people to say.

Whoever signs in here, with a password or an organisation's account, speaks for themselves; who may do what
is for an administrator to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Final

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection

from store.errors import RequestError
from store.records import (
    Annotator,
    Appointment,
    Chat,
    ChatTurn,
    Edit,
    Fact,
    Gold,
    GoldEnd,
    Guideline,
    GuidelineRead,
    Kind,
    Label,
    Lease,
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
    edited = [fact.label_id for fact in facts if isinstance(fact, Edit)]
    talked = [fact.chat_id for fact in facts if isinstance(fact, ChatTurn)]
    # What is here already stays as it is, whatever arrives by its name.
    labels = {fact.label_id: fact.annotator_id for fact in facts if isinstance(fact, Label)}
    labels |= dict(db.execute(LABELLED, {"ids": edited}).fetchall())
    chats = {fact.chat_id: fact.annotator_id for fact in facts if isinstance(fact, Chat)}
    chats |= dict(db.execute(TALKED, {"ids": talked}).fetchall())
    for fact in facts:
        name = _name(fact, labels, chats)
        if name in own and not _is_there(db, fact):
            raise RequestError(f"{name} signs in here and speaks for themselves; {BEFORE}")


def _own(db: DuckDBPyConnection) -> set[str]:
    """Who signs in here."""
    return {annotator_id for (annotator_id,) in db.execute(SIGN_IN).fetchall()}


def _name(fact: Fact, labels: Mapping[str, str], chats: Mapping[str, str]) -> str | None:
    """In whose name it speaks."""
    match fact:
        case Label() | Gold() | GoldEnd() | Lease() | Skip() | Retraction() | Profile() | Sighting():
            return fact.annotator_id
        case GuidelineRead() | Chat():
            return fact.annotator_id
        case Review():
            return fact.reviewer_id
        case Edit():
            return labels.get(fact.label_id)
        case ChatTurn():
            return chats.get(fact.chat_id)
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

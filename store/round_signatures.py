"""Who let a round learn from what the home held: of one round as often as somebody looked and signed; and
whether the next one still waits for that."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Protocol

from duckdb import DuckDBPyConnection
from pydantic import Field, TypeAdapter, ValidationError

from store import evaluations, outlook
from store.outlook import Spoken
from store.rows import rows

INSERT = """
insert into round_signatures by name
select unnest(from_json($facts, '[{
  "round": "INTEGER", "signed_by": "VARCHAR", "seen": "VARCHAR", "note": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

OF_ROUND = """
select signed_by, coalesce(name, signed_by) as name, seen, note, round_signatures.made_at
from   round_signatures
left   join annotators on annotator_id = signed_by
where  round = $round
order  by round_signatures.made_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSettings:
    """Of the section `round`, what says whether a round waits for a signature; whoever trains has it too."""

    signature: bool = False
    """A round begins only once somebody has looked at what it would learn from, and signed that."""
    signature_slack: Annotated[int, Field(ge=0)] = 0
    """So much may be said of labels after the signature."""


class Given(Protocol):
    """A signature: whose, when, and how much was said of labels since."""

    @property
    def name(self) -> str:
        """The signer's."""

    @property
    def made_at(self) -> datetime:
        """In UTC."""

    @property
    def since(self) -> int:
        """How much was said of labels after what they were shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSigned:
    """Who signed, what they were shown as JSON text, and what they noted."""

    signed_by: str
    name: str
    seen: str
    note: str
    made_at: datetime

    def since(self, spoken: Spoken) -> int:
        """How much was said of labels after what they were shown, where so much is said now."""
        try:
            shown = _SEEN(self.seen).spoken
        except ValidationError:  # as if they had been shown no label; hone doctor tells of it
            shown = Spoken()
        return spoken.total - shown.total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a signer was shown, as far as it is read; one that was brought from elsewhere may say nothing."""

    spoken: Spoken = field(default_factory=Spoken)


_SEEN: Final = TypeAdapter(_Seen).validate_json


@dataclass(frozen=True, slots=True, kw_only=True)
class _Newest:
    name: str
    made_at: datetime
    since: int


def of_round(db: DuckDBPyConnection, round_number: int) -> list[RoundSigned]:
    """The round's signatures, the first given first."""
    return rows(db.execute(OF_ROUND, {"round": round_number}), RoundSigned)


def next_round(db: DuckDBPyConnection) -> int:
    """The number of the round that comes after all that are kept."""
    return 1 + max((one.round for one in evaluations.rounds(db)), default=0)


def awaited(db: DuckDBPyConnection, settings: SignatureSettings) -> str:
    """Which signature the next round waits for and how one gives it, in a sentence; else empty."""
    if not settings.signature:
        return ""
    number, spoken = next_round(db), outlook.spoken(db)
    given = [
        _Newest(name=one.name, made_at=one.made_at, since=one.since(spoken)) for one in of_round(db, number)
    ]
    return lacking(number, given[-1] if given else None, settings.signature_slack)


def lacking(number: int, newest: Given | None, slack: int) -> str:
    """The same, of this round and its newest signature, after which so much may be said of labels."""
    where = f"look at round {number} and sign it on its page, or with hone sign next-round --as NAME"
    if newest is None:
        return f"Round {number} begins only once somebody has signed what it would learn from: {where}."
    if newest.since <= slack:
        return ""
    return (
        f"{newest.name} signed round {number} on {newest.made_at:%Y-%m-%d %H:%M} UTC; since then labels were "
        f"given, changed or reviewed {newest.since:,} times. Once more: {where}."
    )

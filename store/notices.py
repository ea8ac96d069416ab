"""What the world outside is told of, in the order of the audit: labels submitted, rounds finished,
and what people decided of policies.

Ids and facts only, never words of a model or of a person. How far each receiver has been told lies in a small
file of the home; how anything is sent is not known here.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from duckdb import DuckDBPyConnection
from pydantic import Field, TypeAdapter, ValidationError

from store.audit import AuditRow, head
from store.home import Home
from store.identity import canonical, identity
from store.keeping.copies import sync
from store.records import Label, Promotion, Round
from store.rows import number, rows

AFTER = """
select * from audit
where  seq > $seq and seq <= $seq + $most
order  by seq
"""

ROUNDS = """
select * from rounds
order  by rowid
offset $told
"""

COUNT_ROUNDS = """
select count(*) from rounds
"""

MOST: Final = 200
"""Rows of the audit that are looked at together."""
LABEL: Final = '"kind":"Label"'
PROMOTION: Final = '"kind":"Promotion"'


class Event(StrEnum):
    """What is told."""

    LABEL_SUBMITTED = "label.submitted"
    ROUND_FINISHED = "round.finished"
    POLICY_DECIDED = "policy.decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Who is told when a label was submitted, a round finished, or somebody decided of a policy."""

    urls: tuple[Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+([/?#]\S*)?$", max_length=2000)], ...] = ()
    """Where to send it, as in ["https://example.org/hone"]; none: nowhere."""
    secret_variable: str = "HONE_WEBHOOK_SECRET"  # noqa: S105  # a name
    """The variable of the app's environment that holds the secret which signs every message."""
    events: tuple[Event, ...] = tuple(Event)
    """What is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSubmitted:
    """Somebody submitted a label; what it says is for `/api/v1/labels` to tell."""

    label_id: str
    comparison_id: str
    annotator_id: str
    surplus: bool
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFinished:
    """A round came to its end, and whether its policy may answer people."""

    round: int
    method: str
    policy_id: str
    promoted: bool
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDecided:
    """Somebody decided whether a policy may answer people, whatever its round decided."""

    policy_id: str
    promoted: bool
    given_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far somebody was told: all up to this row of the audit, and so many rounds."""

    seq: int = 0
    rounds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell. What is told again has the same id; `position` is reached once it is told."""

    event_id: str
    event: Event
    data: LabelSubmitted | RoundFinished | PolicyDecided
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a receiver stands: told up to `position`; `failures` tries have failed since it last answered."""

    url: str
    position: Position
    failures: int = 0
    failing_since: datetime | None = None
    error: str = ""


def present(db: DuckDBPyConnection) -> Position:
    """Where one begins who wants to hear of nothing that was."""
    return Position(seq=head(db).seq, rounds=number(db.execute(COUNT_ROUNDS)))


def after(db: DuckDBPyConnection, position: Position) -> tuple[list[Notice], Position]:
    """What is to be told of the next rows of the audit, and how far they reach."""
    found = rows(db.execute(AFTER, {"seq": position.seq, "most": MOST}), AuditRow)
    finished = rows(db.execute(ROUNDS, {"told": position.rounds}), Round)
    notices = [notice for row in found if (notice := _of_row(row, position))]
    # A round comes in a bundle, of which the audit has but one row.
    seq = found[-1].seq if found else position.seq
    for told, one in enumerate(finished, start=position.rounds + 1):
        notices.append(_round(one, Position(seq=seq, rounds=told)))
    return notices, Position(seq=seq, rounds=position.rounds + len(finished))


def standing(home: Home, url: str) -> Standing | None:
    """How the receiver stands; None where it never was told anything."""
    return _read(_file(home, url))


def standings(home: Home) -> list[Standing]:
    """How every receiver stands that was ever told anything."""
    found = [_read(file) for file in sorted(home.webhooks.glob("*.json"))]
    return [one for one in found if one is not None]


def keep(home: Home, told: Standing) -> None:
    """Writes down how a receiver stands, durable when it returns."""
    home.webhooks.mkdir(exist_ok=True, mode=0o700)
    file = _file(home, told.url)
    draft = file.with_suffix(".tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as written:
        written.write(canonical(told))
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)
    sync(home.webhooks)


def body(notice: Notice) -> bytes:
    """The message that is sent, as JSON: `id`, `type`, `data`."""
    return canonical({"id": notice.event_id, "type": notice.event, "data": notice.data}).encode()


def _of_row(row: AuditRow, position: Position) -> Notice | None:
    """What was told of by whom it is of: what others brought came in a file."""
    if LABEL not in row.body and PROMOTION not in row.body:
        return None
    told = json.loads(row.body)
    reached = replace(position, seq=row.seq)
    if told["kind"] == Label.__name__ and told["actor"] == told["fact"]["annotator_id"]:
        label = _LABEL.validate_python(told["fact"])
        return Notice(
            event_id=identity("event", Event.LABEL_SUBMITTED, label.label_id),
            event=Event.LABEL_SUBMITTED,
            data=label,
            position=reached,
        )
    if told["kind"] == Promotion.__name__ and told["actor"] == told["fact"]["given_by"]:
        decided = _DECIDED.validate_python(told["fact"])
        return Notice(
            event_id=identity("event", Event.POLICY_DECIDED, decided.policy_id, str(decided.made_at)),
            event=Event.POLICY_DECIDED,
            data=decided,
            position=reached,
        )
    return None


def _round(one: Round, position: Position) -> Notice:
    data = RoundFinished(
        round=one.round,
        method=one.method,
        policy_id=one.policy_id,
        promoted=one.promoted,
        made_at=one.made_at,
    )
    return Notice(
        event_id=identity("event", Event.ROUND_FINISHED, one.round),
        event=Event.ROUND_FINISHED,
        data=data,
        position=position,
    )


def _file(home: Home, url: str) -> Path:
    return home.webhooks / f"{identity('webhook', url)}.json"


def _read(file: Path) -> Standing | None:
    try:
        return _STANDING.validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


_LABEL: Final = TypeAdapter(LabelSubmitted)
_DECIDED: Final = TypeAdapter(PolicyDecided)
_STANDING: Final = TypeAdapter(Standing)

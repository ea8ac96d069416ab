"""The audit as people read it, page by page.

Whoever reads it may be asked to judge what it tells of, and be an independent voice then. So below an
administrator nothing is told that judging blind forbids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from store import audit, audit_log
from store.audit_log import BLIND, EVERYTHING, Told, Wanted
from store.database import Store
from store.errors import RequestError
from store.messages import Actor
from store.records import Role
from store.verbs.assignments import LONGEST_REASON, check_words
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAuditLog:
    """Wants rows of the audit before number `before` (none: the newest), narrowed down; of all kinds but
    those `without` where it names none."""

    before: Annotated[int, Field(ge=1)] | None = None
    kinds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    actor: str = ""
    search: str = ""
    most: Annotated[int, Field(ge=1, le=500)] = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLog:
    """The rows, the newest first, all kinds that there are with their numbers, and the chain's head."""

    rows: tuple[Told, ...]
    kinds: Mapping[str, int]
    head_seq: int
    head_hash: str


def read_audit_log(store: Store, actor: Actor, request: ReadAuditLog) -> AuditLog:
    """Who appended what and when; an administrator reads all of each fact but what lets somebody in."""
    allow(actor, Role.REVIEWER)
    check_words("name", request.actor, LONGEST_REASON)
    check_words("search", request.search, LONGEST_REASON)
    administers = actor.role is Role.ADMINISTRATOR
    with store.reading() as db:
        head, known = audit.head(db), audit_log.kinds(db)
        if unknown := [one for one in request.kinds if one not in known]:
            raise RequestError(f"Expected kinds among {', '.join(known)}; got {unknown[0]!r}.")
        wanted = Wanted(
            before=request.before or head.seq + 1,
            kinds=request.kinds,
            without=() if request.kinds else request.without,
            actor=request.actor.strip(),
            search=request.search.strip(),
            most=request.most,
        )
        found = tuple(audit_log.log(db, wanted, EVERYTHING if administers else BLIND))
    return AuditLog(rows=found, kinds=known, head_seq=head.seq, head_hash=head.hash)

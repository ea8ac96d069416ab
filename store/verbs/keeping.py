"""What keeps a home safe: its tables for a backup, and whether all that should hold of it does."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.keeping import doctor, dump
from store.keeping.dump import Dumped
from store.keeping.invariants.rules import Finding
from store.messages import Actor
from store.records import Role
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpTables:
    """Wants every table as a file, in a new folder of the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examine:
    """Wants every rule of a home looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """How many rules of the tables were looked at beside the audit, snapshots and files; what is wrong."""

    rules: int
    findings: tuple[Finding, ...]


def dump_tables(store: Store, actor: Actor, _request: DumpTables) -> Dumped:
    """Writes the tables as of one moment; password hashes are among them."""
    allow(actor, Role.ADMINISTRATOR)
    with store.reading() as db:
        return dump.dump(db, store.home)


def examine(store: Store, actor: Actor, _request: Examine) -> Examined:
    """Looks whether all that should hold of the home does."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return Examined(rules=len(doctor.RULES), findings=tuple(doctor.examine(db, store.home)))

"""Looks whether all that should hold of a home does, and says what does not, in sentences.

Adding a rule is a line in one of `store.keeping.invariants`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Final

from duckdb import DuckDBPyConnection

from store import progress, verification
from store.home import Home
from store.keeping.invariants import asked, frozen, judged, kept, people, trained
from store.keeping.invariants.rules import Finding
from store.tables import TABLES

COLUMNS = """
select column_name from duckdb_columns()
where  table_name = $name
"""

RULES: Final = (*asked.RULES, *judged.RULES, *people.RULES, *trained.RULES)
Look = Callable[[DuckDBPyConnection, Home], Iterator[Finding]]


def examine(db: DuckDBPyConnection, home: Home) -> list[Finding]:
    """Everything that is wrong, as of one moment; `db` is a cursor of its own."""
    db.execute("begin")
    wrong_tables = list(_columns(db))
    if wrong_tables:  # no rule can be asked of other columns
        return wrong_tables
    found: list[Finding] = []
    for place, rule in enumerate(RULES):
        progress.tell("tables", place / len(RULES), rule.name)
        found += [one] if (one := rule.finding(db)) else []
    for name, look in LOOKS.items():
        progress.tell(name, 0.0, "")
        found += look(db, home)
    db.execute("rollback")
    return found


def _columns(db: DuckDBPyConnection) -> Iterator[Finding]:
    for kind, table in TABLES.items():
        there = {name for (name,) in db.execute(COLUMNS, {"name": table.name}).fetchall()}
        if there != {field.name for field in fields(kind)}:
            yield Finding(
                rule="tables are the migrations'",
                sentence=f"The table {table.name} has other columns than the migrations gave it; restore "
                "a backup from before somebody changed it.",
            )


def _audit(db: DuckDBPyConnection, home: Home) -> Iterator[Finding]:
    db.execute("rollback")
    report = verification.verify(db, home)
    if report.broken_seq is not None:
        yield Finding(
            rule="the audit is whole",
            sentence=f"The audit breaks at row {report.broken_seq}: {report.why} What was appended is in the "
            "backups from before; hone restore brings one back.",
        )
    db.execute("rollback")
    db.execute("begin")


LOOKS: Final[dict[str, Look]] = {
    "audit": _audit,
    "snapshots": frozen.findings,
    "files": kept.findings,
}

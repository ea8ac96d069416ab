"""Brings a database to the code's version: each numbered file once, in order, never edited afterwards.

A file and its ledger row are one transaction; a checkpoint follows, so that no log mixes DDL with facts.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

import duckdb
from duckdb import DuckDBPyConnection

from store.errors import DatabaseError
from store.records import now
from store.rows import rows

LEDGER = """
create table if not exists migrations (
  version    integer primary key,
  name       varchar not null,
  sha256     varchar not null,
  applied_at timestamp not null
)
"""

APPLIED = """
select * from migrations
order  by version
"""

RECORD = """
insert into migrations (version, name, sha256, applied_at)
values ($version, $name, $sha256, $applied_at)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """A numbered SQL file."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Of its text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Applied:
    """A row of the ledger."""

    version: int
    name: str
    sha256: str
    applied_at: datetime


def shipped() -> list[Migration]:
    """The migrations that came with this code, in order."""
    files = resources.files("store").joinpath("migrations").iterdir()
    texts = {file.name: file.read_text(encoding="utf-8") for file in files if file.name.endswith(".sql")}
    return [Migration(int(name[:4]), name, texts[name]) for name in sorted(texts)]


def migrate(db: DuckDBPyConnection, migrations: list[Migration]) -> None:
    """Applies what the ledger does not have; refuses a database that these migrations did not make."""
    db.execute(LEDGER)
    there = applied(db)
    _check(there, migrations)
    for migration in migrations[len(there) :]:
        _apply(db, migration)


def applied(db: DuckDBPyConnection) -> list[Applied]:
    """The migrations that made this database, in order."""
    return rows(db.execute(APPLIED), Applied)


def _check(there: list[Applied], migrations: list[Migration]) -> None:
    if len(there) > len(migrations):
        raise DatabaseError(
            f"The database is at version {there[-1].version}, this hone knows up to {len(migrations)}; "
            "install the newer hone that wrote it."
        )
    for row, migration in zip(there, migrations, strict=False):
        if row.sha256 != migration.sha256:
            raise DatabaseError(
                f"Migration {migration.name} was changed after it had been applied to this database; "
                "restore the file, and put the change into a new migration."
            )


def _apply(db: DuckDBPyConnection, migration: Migration) -> None:
    ledger_row = {
        "version": migration.version,
        "name": migration.name,
        "sha256": migration.sha256,
        "applied_at": now(),
    }
    db.execute("begin")
    try:
        db.execute(migration.sql)
        db.execute(RECORD, ledger_row)
        db.execute("commit")
    except duckdb.Error as error:
        with suppress(duckdb.Error):  # a commit that failed has ended the transaction
            db.execute("rollback")
        raise DatabaseError(f"Migration {migration.name} failed and left nothing behind: {error}") from error
    db.execute("checkpoint")

"""Every table as a Parquet file, read in one transaction: what a backup keeps of a database.

Written into the home, where the owner may write; whoever asked takes the folder away.
"""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from store import audit, migrate, progress
from store.home import Home
from store.keeping.copies import sync
from store.rows import number

NAMES = """
select table_name from duckdb_tables()
where  table_name <> 'migrations'
order  by table_name
"""

ROWS_OF = """
select count(*) from query_table($name)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumped:
    """A folder of the home with `<table>.parquet` for each of `rows`, and where the audit stood.

    `migrations` are those that made the tables, by name, with the sha256 of each.
    """

    folder: str
    rows: dict[str, int]
    migrations: dict[str, str]
    audit_seq: int
    audit_head: str


def dump(db: DuckDBPyConnection, home: Home) -> Dumped:
    """Writes the tables as of one moment; `db` is a cursor of its own."""
    folder = home.drafts / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    try:
        db.execute("begin")
        head = audit.head(db)
        rows = _write(db, folder)
        made = {one.name: one.sha256 for one in migrate.applied(db)}
        db.execute("commit")
    except BaseException:
        shutil.rmtree(folder)
        raise
    return Dumped(
        folder=str(folder.relative_to(home.root)),
        rows=rows,
        migrations=made,
        audit_seq=head.seq,
        audit_head=head.hash,
    )


def table_names(db: DuckDBPyConnection) -> list[str]:
    """Every table but the ledger of migrations."""
    return [name for (name,) in db.execute(NAMES).fetchall()]


def row_count(db: DuckDBPyConnection, name: str) -> int:
    """How many rows the table has."""
    return number(db.execute(ROWS_OF, {"name": name}))


def _write(db: DuckDBPyConnection, folder: Path) -> dict[str, int]:
    names = table_names(db)
    rows = {}
    for place, name in enumerate(names):
        progress.tell("tables", place / len(names), name)
        file = folder / f"{name}.parquet"
        db.table(name).write_parquet(str(file), compression="zstd")
        sync(file)
        rows[name] = row_count(db, name)
    progress.tell("tables", 1.0, "")
    return rows

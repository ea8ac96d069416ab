"""The same work on SQLite, as somebody who knows it well would write it: write-ahead log, synchronous=FULL, a
connection a thread, the open comparisons in a partial index, one writer at a time behind a lock (its own
waiting is unfair). Its statements are SQLite's, not the store's.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

SCHEMA: Final = """
create table prompts (prompt_id text primary key, turns text, track text, split text) without rowid;
create table responses (response_id text primary key, prompt_id text, text text) without rowid;
create table comparisons (
  number integer primary key, comparison_id text unique, prompt_id text, first text, second text,
  priority integer, need integer
);
create index open_comparisons on comparisons (priority desc, number) where need > 0;
create table leases (
  annotator_id text, number integer, lease_id text, expires_at real, primary key (annotator_id, number)
) without rowid;
create table labels (
  label_id text primary key, comparison_id text, annotator_id text, ranks text, degree integer, body text
) without rowid;
create table audit (seq integer primary key, body text, hash text);
"""

FILL: Final = (
    """
    with recursive numbers (number) as (
      select 0 where $count > 0 union all select number + 1 from numbers where number + 1 < $count)
    insert into prompts
    select format('q%07d', number),
           json_array(json_object('role', 'user', 'content',
             'question ' || number || replace(hex(zeroblob(5)), '00', ' and so on'))), 'helpfulness', 'train'
    from   numbers
    """,
    """
    with recursive numbers (number) as (
      select 0 where $count > 0 union all select number + 1 from numbers where number + 1 < 2 * $count)
    insert into responses
    select format('q%07d-r%d', number / 2, number % 2), format('q%07d', number / 2),
           'answer ' || number || replace(hex(zeroblob(20)), '00', ' and so on')
    from   numbers
    """,
    """
    with recursive numbers (number) as (
      select 0 where $count > 0 union all select number + 1 from numbers where number + 1 < $count)
    insert into comparisons
    select number, format('c%07d', number), format('q%07d', number), format('q%07d-r0', number),
           format('q%07d-r1', number), number % 5, $overlap
    from   numbers
    """,
    """
    with recursive numbers (number) as (
      select 0 where $labels > 0 union all select number + 1 from numbers where number + 1 < $labels)
    insert into labels
    select format('l%07d', number), format('c%07d', number), 'earlier-' || number % 100,
           iif(number % 3 = 0, '[2,1]', '[1,2]'), 1 + number % 3, '{}'
    from   numbers
    """,
)

BEST: Final = """
select number, prompt_id, first, second from comparisons
where  need > 0
  and  not exists (
    select 1 from leases where leases.annotator_id = $annotator_id and leases.number = comparisons.number)
order  by priority desc, number
limit  1
"""
TAKE: Final = "update comparisons set need = need - 1 where number = $number"
HOLD: Final = "insert into leases values ($annotator_id, $number, $lease_id, $expires_at)"
TURNS: Final = "select turns from prompts where prompt_id = ?"
TEXT: Final = "select text from responses where response_id = ?"
KEEP: Final = "insert into labels values (?, ?, ?, ?, ?, ?)"
CHAIN: Final = "insert into audit values (?, ?, ?)"
COUNT: Final = "select count(*) from labels"

PAIRS: Final = """
select json_object('comparison_id', comparisons.comparison_id, 'track', track, 'split', split,
         'prompt_id', comparisons.prompt_id, 'prompt', json(turns), 'chosen', chosen.text,
         'rejected', rejected.text, 'chosen_id', chosen.response_id, 'rejected_id', rejected.response_id,
         'degree', degree, 'annotator_id', annotator_id, 'label_id', label_id)
from   labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
join   responses as chosen on chosen.response_id = iif(ranks = '[1,2]', first, second)
join   responses as rejected on rejected.response_id = iif(ranks = '[1,2]', second, first)
order  by comparisons.comparison_id, annotator_id, label_id
"""

ADD_PROMPT: Final = "insert or ignore into prompts values (?, ?, ?, ?)"
ADD_RESPONSE: Final = "insert or ignore into responses values (?, ?, ?)"
ADD_COMPARISON: Final = "insert or ignore into comparisons values (null, ?, ?, ?, ?, 0, 0)"
ADD_LABEL: Final = "insert or ignore into labels values (?, ?, ?, ?, ?, ?)"

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that go in together, by table."""

    prompts: list[Row] = field(default_factory=list)
    responses: list[Row] = field(default_factory=list)
    comparisons: list[Row] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)


class Rival:
    """A SQLite database of one's own in a folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[sqlite3.Connection] = []
        self._seq, self._hash = 0, "0" * 64
        self._db().executescript(SCHEMA)

    def fill(self, comparisons: int, labels: int, overlap: int = 1) -> None:
        """The collection that the store's own home has."""
        db = self._db()
        db.execute("begin")
        for statement in FILL:
            numbers = {"count": comparisons, "labels": labels, "overlap": overlap}
            db.execute(statement, {name: value for name, value in numbers.items() if f"${name}" in statement})
        db.execute("commit")
        db.execute("pragma wal_checkpoint(truncate)")

    def lease(self, annotator_id: str) -> bool:
        """Picks the best that is open to the annotator, makes the lease durable and reads the texts."""
        db = self._db()
        with self._lock:
            db.execute("begin immediate")
            found = db.execute(BEST, {"annotator_id": annotator_id}).fetchone()
            if found is None:
                db.execute("rollback")
                return False
            number, prompt_id, *responses = found
            db.execute(TAKE, {"number": number})
            held = {"annotator_id": annotator_id, "number": number, "lease_id": secrets.token_hex(10)}
            db.execute(HOLD, {**held, "expires_at": time.time() + 900})
            db.execute("commit")
        db.execute(TURNS, (prompt_id,)).fetchall()
        for response in responses:
            db.execute(TEXT, (response,)).fetchall()
        return True

    def label(self, annotator_id: str, comparison_id: str) -> None:
        """Keeps a label and its row of a hash chain, in one durable transaction."""
        db, label_id = self._db(), secrets.token_hex(10)
        body = json.dumps({"actor": annotator_id, "fact": {"label_id": label_id, "seconds": 20.0}})
        with self._lock:
            seq, link = self._seq + 1, hashlib.sha256((self._hash + body).encode()).hexdigest()
            db.execute("begin immediate")
            db.execute(KEEP, (label_id, comparison_id, annotator_id, "[1,2]", 2, body))
            db.execute(CHAIN, (seq, body, link))
            db.execute("commit")
            self._seq, self._hash = seq, link

    def labels(self) -> int:
        """How many labels there are."""
        return int(self._db().execute(COUNT).fetchone()[0])

    def write_pairs(self, file: Path) -> int:
        """Writes the pairs as JSON lines; how many."""
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(f"{line}\n" for (line,) in self._db().execute(PAIRS))
        return self.labels()

    def add(self, chunks: Iterable[Chunk]) -> int:
        """Adds the rows that are not there, a transaction a chunk; how many labels were new."""
        db, before = self._db(), self.labels()
        for chunk in chunks:
            db.execute("begin immediate")
            db.executemany(ADD_PROMPT, chunk.prompts)
            db.executemany(ADD_RESPONSE, chunk.responses)
            db.executemany(ADD_COMPARISON, chunk.comparisons)
            db.executemany(ADD_LABEL, chunk.labels)
            db.execute("commit")
        return self.labels() - before

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for db in self._opened:
            db.close()

    def _db(self) -> sqlite3.Connection:
        """This thread's connection."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self._file, timeout=60, isolation_level=None, check_same_thread=False)
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = full")
            self._local.db = db
            self._opened.append(db)
        return db

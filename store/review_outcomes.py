"""What reviewers found: how often each way of finding labels finds wrong ones, and what made them wrong."""

from __future__ import annotations

import hashlib

from duckdb import DuckDBPyConnection

from store.records import Cause
from store.rows import number

# Of a flag `confirm` says that it was right to raise it: something was wrong. A verdict that does not say why
# one looked leaves what an earlier one said of that.
OUTCOMES = """
select found_by, count(*) as reviewed, count(*) filter ((verdict = 'confirm') = flagged) as wrong
from   (select label_id, arg_max(nullif(found_by, ''), made_at) as found_by,
               arg_max(verdict, made_at) as verdict, label_id in (select lease_id from skips) as flagged
        from   reviews
        group  by label_id)
where  found_by is not null
group  by found_by
"""

# Labels are drawn by chance in the order of a digest of their ids, without those that have a verdict; so all
# that have one, whatever they were found by, up to the last that was drawn, are as many labels at random.
DRAWN = """
with ruled as (
  select md5(label_id) as place, arg_max(verdict, made_at) <> 'confirm' as wrong,
         bool_or(found_by = $chance) as drawn
  from   reviews
  where  label_id in (select label_id from labels)
  group  by label_id
)
select count(*) as reviewed, count(*) filter (wrong) as wrong
from   ruled
where  place <= (select max(place) from ruled where drawn)
"""

VERDICTS = """
select count(*) from reviews
"""

# The newest verdict may have none, which arg_max alone would pass over.
CAUSES = """
select cause, count(*) as labels
from   (select label_id, arg_max(struct_pack(cause := cause), made_at).cause as cause
        from   reviews
        group  by label_id)
where  cause is not null
group  by cause
"""


def verdicts(db: DuckDBPyConnection) -> int:
    """How many there are at all."""
    return number(db.execute(VERDICTS))


def outcomes(db: DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """By why labels and flags were looked at: how many were reviewed, and of how many something was wrong."""
    return {found_by: (reviewed, wrong) for found_by, reviewed, wrong in db.execute(OUTCOMES).fetchall()}


def drawn(db: DuckDBPyConnection, chance: str) -> tuple[int, int]:
    """Of labels at random how many were reviewed, and how many of them were not confirmed: as far as
    reviewers have come who were shown labels for the reason `chance`, in the order of `place`."""
    ((reviewed, wrong),) = db.execute(DRAWN, {"chance": chance}).fetchall()
    return reviewed, wrong


def place(label_id: str) -> str:
    """Where the label stands in an order that has nothing to do with what it says."""
    return hashlib.md5(label_id.encode(), usedforsecurity=False).hexdigest()


def causes(db: DuckDBPyConnection) -> dict[Cause, int]:
    """What made labels wrong, by how many labels."""
    found = dict(db.execute(CAUSES).fetchall())
    return {cause: found.get(cause, 0) for cause in Cause}

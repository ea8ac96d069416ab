"""What people may do from now on; the newest appointment counts."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Appointment
from store.rows import rows

INSERT = """
insert into appointments by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "role": "VARCHAR", "suspended": "BOOLEAN", "given_by": "VARCHAR",
  "why": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

ALL = """
select * from appointments
order  by made_at
"""

SUSPENDED = """
select annotator_id from current_annotators
where  suspended
"""

ADMINISTRATORS = """
select annotator_id from current_annotators
where  role = 'administrator' and kind = 'person' and not suspended
"""


def every(db: DuckDBPyConnection) -> list[Appointment]:
    """All appointments, the oldest first."""
    return rows(db.execute(ALL), Appointment)


def suspended(db: DuckDBPyConnection) -> set[str]:
    """Who may do nothing for now."""
    return {annotator_id for (annotator_id,) in db.execute(SUSPENDED).fetchall()}


def administrators(db: DuckDBPyConnection) -> set[str]:
    """The people who may appoint others."""
    return {annotator_id for (annotator_id,) in db.execute(ADMINISTRATORS).fetchall()}

"""Who lets a snapshot train."""

from __future__ import annotations

INSERT = """
insert into signatures by name
select unnest(from_json($facts, '[{
  "snapshot_id": "VARCHAR", "reviewer_id": "VARCHAR", "seen": "VARCHAR", "note": "VARCHAR",
  "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning snapshot_id, reviewer_id
"""

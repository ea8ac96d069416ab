"""Labels said anew by their annotators."""

from __future__ import annotations

INSERT = """
insert into edits by name
select unnest(from_json($facts, '[{
  "label_id": "VARCHAR", "version": "INTEGER", "ranks": ["TINYINT"], "degree": "TINYINT",
  "both_bad": "BOOLEAN",
  "safety": [{"safe": "BOOLEAN", "category": "VARCHAR", "severity": "TINYINT"}],
  "reasons": ["VARCHAR"], "comment": "VARCHAR", "seconds": "DOUBLE", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning label_id, version
"""

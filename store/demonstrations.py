"""Prompts with an ideal response."""

from __future__ import annotations

INSERT = """
insert into demonstrations by name
select unnest(from_json($facts, '[{
  "demonstration_id": "VARCHAR", "prompt_id": "VARCHAR", "text": "VARCHAR", "author": "VARCHAR",
  "source": "VARCHAR", "quality": "DOUBLE", "meta": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning demonstration_id
"""

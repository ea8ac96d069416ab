"""Conversations with blind policies, each turn of which is a comparison."""

from __future__ import annotations

INSERT = """
insert into chats by name
select unnest(from_json($facts, '[{
  "chat_id": "VARCHAR", "annotator_id": "VARCHAR", "track": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning chat_id
"""

INSERT_TURN = """
insert into chat_turns by name
select unnest(from_json($facts, '[{
  "comparison_id": "VARCHAR", "chat_id": "VARCHAR", "turn": "INTEGER", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning comparison_id
"""

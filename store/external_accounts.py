"""Whose an account of an organisation is: what its provider calls a person, and who that is here."""

from __future__ import annotations

INSERT = """
insert into external_accounts by name
select unnest(from_json($facts, '[{
  "provider": "VARCHAR", "subject": "VARCHAR", "annotator_id": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

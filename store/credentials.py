"""Password hashes, the newest of an annotator counts; and sign-ins, of which only the token's sha256 is
kept.
"""

from __future__ import annotations

from datetime import datetime

from duckdb import DuckDBPyConnection

from store.records import Annotator
from store.rows import row

INSERT = """
insert into credentials by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "password_hash": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

INSERT_SIGN_IN = """
insert into sign_ins by name
select unnest(from_json($facts, '[{
  "token_hash": "VARCHAR", "annotator_id": "VARCHAR", "expires_at": "TIMESTAMP",
  "token_name": "VARCHAR", "device": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning token_hash
"""

INSERT_SIGN_OUT = """
insert into sign_outs by name
select unnest(from_json($facts, '[{
  "token_hash": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

NEWEST_HASH = """
select password_hash from credentials
where  annotator_id = $annotator_id
order  by made_at desc
limit  1
"""

SIGNED_IN = """
select annotators.*
from   sign_ins
join   annotators using (annotator_id)
where  token_hash = $token_hash and expires_at > $moment
  and  token_hash not in (select token_hash from sign_outs)
"""

LIVE_TOKENS = """
select token_hash from sign_ins
where  annotator_id = $annotator_id and expires_at > $moment
  and  token_hash not in (select token_hash from sign_outs)
order  by made_at
"""


def newest_hash(db: DuckDBPyConnection, annotator_id: str) -> str | None:
    """The password hash in force."""
    found = db.execute(NEWEST_HASH, {"annotator_id": annotator_id}).fetchone()
    return found[0] if found else None


def signed_in(db: DuckDBPyConnection, token_hash: str, moment: datetime) -> Annotator | None:
    """Whose token it is, unless it has ended or expired."""
    return row(db.execute(SIGNED_IN, {"token_hash": token_hash, "moment": moment}), Annotator)


def live_tokens(db: DuckDBPyConnection, annotator_id: str, moment: datetime) -> list[str]:
    """The hashes of the annotator's tokens that still open the door."""
    found = db.execute(LIVE_TOKENS, {"annotator_id": annotator_id, "moment": moment})
    return [token for (token,) in found.fetchall()]

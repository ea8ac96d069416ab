"""Password hashes, the newest of an annotator counts; and sign-ins, of which only the token's sha256 is
kept. One with a name is the access token of a program; it opens no page, as a browser's opens no API.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.records import Role
from store.rows import row, rows

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
select annotator_id, name, role, expires_at
from   sign_ins
join   current_annotators using (annotator_id)
where  token_hash = $token_hash and expires_at > $moment and not suspended
  and  (token_name is null) = $browser
  and  token_hash not in (select token_hash from sign_outs)
"""

LIVE = """
select token_hash, annotator_id, name, token_name, device, sign_ins.made_at as began_at, expires_at
from   sign_ins
join   current_annotators using (annotator_id)
where  expires_at > $moment and not suspended
  and  token_hash not in (select token_hash from sign_outs)
  and  ($annotator_id::varchar is null or annotator_id = $annotator_id)
order  by began_at desc, token_hash
"""

LAST_SEEN = """
select annotator_id, max(made_at) as seen_at
from   (select annotator_id, made_at from sign_ins where token_name is null
        union all
        select annotator_id, made_at from labels)
group  by annotator_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who holds a token, in which role, and until when."""

    annotator_id: str
    name: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A sign-in that still opens the door: of a browser on `device`, or (`token_name`) of a program."""

    token_hash: str
    annotator_id: str
    name: str
    token_name: str | None
    device: str
    began_at: datetime
    expires_at: datetime


def newest_hash(db: DuckDBPyConnection, annotator_id: str) -> str | None:
    """The password hash in force."""
    found = db.execute(NEWEST_HASH, {"annotator_id": annotator_id}).fetchone()
    return found[0] if found else None


def in_browser(db: DuckDBPyConnection, token_hash: str, moment: datetime) -> SignedIn | None:
    """Whose browser's token it is, unless it has ended or expired, or they are suspended."""
    asked = {"token_hash": token_hash, "moment": moment, "browser": True}
    return row(db.execute(SIGNED_IN, asked), SignedIn)


def of_program(db: DuckDBPyConnection, token_hash: str, moment: datetime) -> SignedIn | None:
    """Whose access token it is, unless it has ended or expired, or they are suspended."""
    asked = {"token_hash": token_hash, "moment": moment, "browser": False}
    return row(db.execute(SIGNED_IN, asked), SignedIn)


def live(db: DuckDBPyConnection, moment: datetime, annotator_id: str | None = None) -> list[Live]:
    """The sign-ins that still open the door, of one annotator or (None) of all, the newest first."""
    return rows(db.execute(LIVE, {"moment": moment, "annotator_id": annotator_id}), Live)


def last_seen(db: DuckDBPyConnection) -> dict[str, datetime]:
    """When each annotator last signed in or judged."""
    return dict(db.execute(LAST_SEEN).fetchall())

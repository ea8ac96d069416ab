"""The audit as people read it: who appended what and when, the newest first. What it says is checked
elsewhere (`store.verification`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from duckdb import DuckDBPyConnection

from store import records
from store.rows import rows
from store.tables import TABLES

Fields = Mapping[type[records.Fact], tuple[str, ...]]
"""What is told of each kind of fact; of a kind that is not in it, nothing but who appended one and when."""

EVERYTHING: Final[Fields] = {
    kind: tuple(one.name for one in fields(kind) if one.name not in table.hidden)
    for kind, table in TABLES.items()
    # What a reviewer is spared is theirs alone.
    if kind is not records.OptOut
}
"""All but what lets somebody in, which is nobody's to read."""

BLIND: Final[Fields] = {
    records.Annotator: ("annotator_id", "name", "role", "kind"),
    records.Appointment: ("annotator_id", "role", "suspended", "given_by"),
    records.Credential: ("annotator_id",),
    records.Guideline: ("track", "version", "author", "requalify"),
    records.GuidelineRead: ("annotator_id", "track", "version"),
    records.Qualification: ("annotator_id", "track", "guideline_version", "passed", "given_by"),
    records.QualificationTest: ("test_id", "annotator_id", "track", "guideline_version"),
    records.QualificationAnswer: ("test_id",),
    records.Prompt: ("prompt_id", "track"),
    records.Policy: ("policy_id", "parents", "reward_models", "snapshots", "round", "method", "promoted"),
    records.Response: ("response_id", "prompt_id"),
    records.Batch: ("batch_id", "round"),
    records.Comparison: ("comparison_id", "prompt_id", "batch_id"),
    records.Selection: ("comparison_id",),
    records.Gold: ("comparison_id", "annotator_id"),
    records.GoldEnd: ("comparison_id", "annotator_id"),
    # Not which comparison: who holds it would find here what there is of it.
    records.Lease: ("lease_id", "annotator_id"),
    records.Label: ("label_id", "comparison_id", "annotator_id", "guideline_version"),
    records.Edit: ("label_id", "version"),
    records.Skip: ("lease_id", "comparison_id", "annotator_id"),
    records.Retraction: ("label_id", "annotator_id"),
    records.Review: ("review_id", "label_id", "reviewer_id", "verdict", "cause"),
    records.Adjudication: ("review_id",),
    records.Exposure: ("reviewer_id", "comparison_id"),
    records.Sighting: ("annotator_id", "comparison_id"),
    records.Demonstration: ("demonstration_id", "prompt_id", "author"),
    records.DemonstrationRetraction: ("demonstration_id", "annotator_id"),
    records.Chat: ("chat_id", "annotator_id", "track"),
    records.ChatTurn: ("comparison_id", "chat_id", "turn"),
    records.Snapshot: (
        "snapshot_id",
        "contents",
        "path",
        "row_count",
        "audit_seq",
        "audit_head",
        "signed_by",
    ),
    records.Signature: ("snapshot_id", "reviewer_id"),
    records.RewardModel: ("reward_model_id", "track", "snapshot_id", "policy_id", "path", "round"),
    records.RewardEvaluation: ("reward_model_id",),
    records.Score: ("response_id", "reward_model_id"),
    records.LabelScore: ("label_id", "reward_model_id"),
    records.Round: ("round", "method", "policy_id", "promoted"),
    records.Evaluation: ("evaluation_id", "round", "policy_id", "opponent_id", "judge"),
    records.TaskResult: ("policy_id", "task"),
    records.Promotion: ("policy_id", "promoted", "given_by"),
    records.RoundSignature: ("round", "signed_by"),
    records.Bundle: ("bundle_id", "name", "row_count"),
}
"""What may be told to whoever may still be asked to judge: ids and what was decided of people, data and
policies. No judgement, known answer or text, no words of a person's, and not whose an answer is."""

# A bundle's facts are in its file; here it is one row. A name that is not told is taken out, and so is one
# that nobody decided about.
LOG = """
with open as (
  select unnest(from_json($told, '[{"kind": "VARCHAR", "names": ["VARCHAR"]}]'), max_depth := 2)
), appended as not materialized (
  select seq, body ->> 'kind' as kind, body ->> 'actor' as actor_id, hash,
         (body ->> 'made_at')::timestamp as made_at, body -> 'fact' as all_of_it
  from   audit
  where  seq < $before and not list_contains($without::varchar[], body ->> 'kind')
), told as not materialized (
  select seq, kind, actor_id, made_at, hash,
         json_merge_patch(all_of_it, to_json(map_from_entries([
           {'name': name, 'nothing': null::json}
           for name in json_keys(all_of_it) if not coalesce(list_contains(names, name), false)
         ])))::varchar as fact
  from   appended
  left   join open using (kind)
), found as (
  select seq
  from   told
  left   join annotators on annotator_id = actor_id
  where  (len($kinds::varchar[]) = 0 or list_contains($kinds::varchar[], told.kind))
    and  ($actor = '' or actor_id = $actor or name = $actor)
    and  ($search = '' or contains(fact, $search))
  order  by seq desc
  limit  $most
)
select seq, told.kind, coalesce(name, actor_id) as actor, told.made_at, fact, hash
from   found
join   told using (seq)
left   join annotators on annotator_id = actor_id
order  by seq desc
"""

KINDS = """
select body ->> 'kind' as kind, count(*) as told
from   audit
group  by kind
order  by told desc, kind
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One row of the audit: `fact` is what may be told of what was appended, as JSON.

    `hash` covers all of the fact and all rows before.
    """

    seq: int
    kind: str
    actor: str
    made_at: datetime
    fact: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Rows before this one, of these kinds (none: all but those `without`), of one actor by id or name, that
    hold these words."""

    before: int
    kinds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    actor: str = ""
    search: str = ""
    most: int = 100


def log(db: DuckDBPyConnection, wanted: Wanted, told: Fields) -> list[Told]:
    """The newest first, with what is told of each; only there are the words looked for."""
    asked = {
        "told": json.dumps([{"kind": kind.__name__, "names": names} for kind, names in told.items()]),
        "before": wanted.before,
        "kinds": list(wanted.kinds),
        "without": list(wanted.without),
        "actor": wanted.actor,
        "search": wanted.search,
        "most": wanted.most,
    }
    return rows(db.execute(LOG, asked), Told)


def kinds(db: DuckDBPyConnection) -> dict[str, int]:
    """How many rows tell of each kind of fact, the most first."""
    return dict(db.execute(KINDS).fetchall())

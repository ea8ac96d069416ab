"""What a snapshot is made of, counted: what a reviewer reads before signing it.

Counts come from the frozen file and from the labels that were judged for it (`store.preferences`); ages are
those of the moment in which it was frozen. Nobody's prompt is on both sides of the split.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection

from store import policies
from store.errors import DatabaseError
from store.records import Degree
from store.rows import number

PAIRS = """
select track, split, degree, annotator_id, chosen_policy_id, rejected_policy_id, count(*) as pairs
from   read_parquet($path)
group  by grouping sets (
  (track), (split), (degree), (annotator_id), (chosen_policy_id), (rejected_policy_id))
order  by all
"""

LABELS = """
with aged as (
  select track, split, degree, annotator_id,
         case
           when made_at > $moment::timestamp - interval 1 day then 'under 1 day'
           when made_at > $moment::timestamp - interval 7 days then '1 to 6 days'
           when made_at > $moment::timestamp - interval 30 days then '7 to 29 days'
           when made_at > $moment::timestamp - interval 90 days then '30 to 89 days'
           else '90 days or more'
         end as age
  from   judged
  where  reason is null
)
select track, split, degree, annotator_id, age, count(*) as labels
from   aged
group  by grouping sets ((), (track), (split), (degree), (annotator_id), (age))
order  by all
"""

OF_POLICY = """
select count(*) from read_parquet($path)
where  chosen_policy_id = $policy_id or rejected_policy_id = $policy_id
"""

PROMPTS = """
select count(distinct prompt_id) from read_parquet($path)
"""

ON_BOTH_SIDES = """
select prompt_id from read_parquet($path)
group  by prompt_id
having count(distinct split) > 1
order  by prompt_id
limit  1
"""

OF_PROMPTS = """
select track, split, category, count(*) as prompts
from   read_parquet($path)
group  by grouping sets ((track), (split), (category))
order  by all
"""

AGES: Final = ("under 1 day", "1 to 6 days", "7 to 29 days", "30 to 89 days", "90 days or more")
"""Since a label was given, when the snapshot was frozen."""


def of_preferences(db: DuckDBPyConnection, path: str, moment: datetime) -> dict[str, Any]:
    """Pairs and labels by track, split, degree, annotator and policy, and how old they are."""
    check_split(db, path)
    columns = ("track", "split", "degree", "annotator_id", "chosen_policy_id", "rejected_policy_id")
    pairs = _by(columns, db.execute(PAIRS, {"path": path}).fetchall())
    labels = _by((*columns[:4], "age"), db.execute(LABELS, {"moment": moment}).fetchall())
    sides = [pairs.get("chosen_policy_id", {}), pairs.get("rejected_policy_id", {})]
    total = sum(pairs.get("track", {}).values())
    return {
        "pairs": total,
        "labels": sum(labels.get("track", {}).values()),
        "prompts": number(db.execute(PROMPTS, {"path": path})),
        **{f"by_{name}": _both(pairs, labels, name) for name in ("track", "split", "degree")},
        "by_annotator": _both(pairs, labels, "annotator_id"),
        "by_policy": {
            policy: {"chosen": sides[0].get(policy, 0), "rejected": sides[1].get(policy, 0)}
            for policy in sorted(sides[0].keys() | sides[1].keys())
        },
        "by_age": {age: labels["age"][age] for age in AGES if age in labels.get("age", {})},
        "newest_policy": _newest(db, path, total),
    }


def of_prompts(db: DuckDBPyConnection, path: str) -> dict[str, Any]:
    """Prompts by track, split and category."""
    check_split(db, path)
    found = _by(("track", "split", "category"), db.execute(OF_PROMPTS, {"path": path}).fetchall())
    total = sum(found.get("track", {}).values())
    return {"prompts": total, **{f"by_{name}": counts for name, counts in found.items()}}


def check_split(db: DuckDBPyConnection, path: str) -> None:
    """Raises DatabaseError when a prompt is both for training and held out, which no home should hold."""
    found = db.execute(ON_BOTH_SIDES, {"path": path}).fetchone()
    if found:
        raise DatabaseError(
            f"Expected every prompt for training or held out; {found[0]} is both. Restore the newest backup."
        )


def _by(columns: tuple[str, ...], found: list[tuple[Any, ...]]) -> dict[str, dict[str, int]]:
    """Grouping sets of one column each: counts by the column and its value."""
    counted: dict[str, dict[str, int]] = {}
    for *values, count in found:
        for name, value in zip(columns, values, strict=True):
            if value is not None:
                word = Degree(value).name.lower() if name == "degree" else str(value)
                counted.setdefault(name, {})[word] = count
    return counted


def _both(
    pairs: dict[str, dict[str, int]], labels: dict[str, dict[str, int]], name: str
) -> dict[str, dict[str, int]]:
    return {
        word: {"pairs": count, "labels": labels[name][word]} for word, count in pairs.get(name, {}).items()
    }


def _newest(db: DuckDBPyConnection, path: str, total: int) -> dict[str, Any]:
    """How much of it the newest policy wrote: data that is old for the policy teaches it less."""
    newest = policies.newest(db)
    if newest is None or not total:
        return {}
    of_it = number(db.execute(OF_POLICY, {"path": path, "policy_id": newest.policy_id}))
    return {"policy_id": newest.policy_id, "pairs": of_it, "share": round(of_it / total, 4)}

"""From a label to the policies that it shaped, and from a policy back to its labels.

A snapshot's labels are those in its file; reward models name their snapshot, policies their reward models,
snapshots and parents.
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store import annotators, policies, reward_models, snapshots
from store.errors import RequestError
from store.home import Home
from store.messages import Lineage
from store.records import Contents, Policy, RewardModel, Snapshot
from store.rows import number

LABELS_OF_FILE = """
select distinct label_id from read_parquet($path)
order  by label_id
"""

FROM_FILE = """
select count(*) from read_parquet($path)
where  label_id in (select unnest($label_ids::varchar[]))
"""

ANNOTATORS_OF = """
select distinct annotator_id, coalesce(name, annotator_id) as name
from   labels
left   join annotators using (annotator_id)
where  label_id in (select unnest($label_ids::varchar[]))
order  by annotator_id
"""

LABELS_LIKE = """
select label_id from labels
where  starts_with(label_id, $start)
order  by label_id
"""

LABELS_BY = """
select label_id from labels
where  annotator_id = $annotator_id
order  by label_id
"""


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything that was ever made from labels."""

    snapshots: tuple[Snapshot, ...]
    reward_models: tuple[RewardModel, ...]
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """Ids by noun, without labels and annotators."""

    snapshots: set[str]
    reward_models: set[str]
    policies: set[str]


def trace(db: DuckDBPyConnection, home: Home, thing: str) -> Lineage:
    """The lineage of `label:ID`, `annotator:ID`, `snapshot:ID`, `reward-model:ID` or `policy:ID`.

    An ID may be its first letters, as long as they are of one thing; an annotator may be named.
    """
    noun, _, start = thing.partition(":")
    trained = Trained(tuple(snapshots.every(db)), tuple(reward_models.every(db)), tuple(policies.every(db)))
    name = _meant(noun, start, _known(db, trained, noun, start))
    thing = f"{noun}:{name}"
    if noun in {"label", "annotator"}:
        label_ids = _labels_of(db, noun, name)
        return _lineage(db, thing, label_ids, _forward(trained, _holding(db, home, trained, label_ids)))
    thread = _thread(trained, noun, name)
    return _lineage(db, thing, _labels_in(db, home, trained, thread.snapshots), thread)


def _known(db: DuckDBPyConnection, trained: Trained, noun: str, start: str) -> list[str]:
    """The ids of this noun that begin so; of the annotator, if one is named so."""
    if noun == "label":
        return [label_id for (label_id,) in db.execute(LABELS_LIKE, {"start": start}).fetchall()]
    if noun == "annotator":
        named = annotators.by_name(db, start)
        if named:
            return [named.annotator_id]
    ids = {
        "annotator": [one.annotator_id for one in annotators.everyone(db)],
        "snapshot": [one.snapshot_id for one in trained.snapshots],
        "reward-model": [one.reward_model_id for one in trained.reward_models],
        "policy": [one.policy_id for one in trained.policies],
    }.get(noun, [])
    return [one for one in ids if one.startswith(start)]


def _meant(noun: str, start: str, known: list[str]) -> str:
    """The one id that is meant."""
    if start in known:
        return start
    if not (start and known):
        raise RequestError(
            "Expected label:ID, annotator:ID, snapshot:ID, reward-model:ID or policy:ID of something that "
            f"is there; got {noun}:{start}."
        )
    if len(known) > 1:
        raise RequestError(f"{len(known)} ids of the kind {noun} begin with {start}; give more letters.")
    return known[0]


def _thread(trained: Trained, noun: str, name: str) -> Thread:
    if noun == "snapshot":
        return _forward(trained, {name})
    if noun == "policy":
        return _back(trained, name)
    model = next(one for one in trained.reward_models if one.reward_model_id == name)
    return Thread({model.snapshot_id}, {name}, _descendants(trained, {name}, set()))


def _forward(trained: Trained, snapshot_ids: set[str]) -> Thread:
    """The reward models that learned from the snapshots, and every policy that came of either."""
    models = {one.reward_model_id for one in trained.reward_models if one.snapshot_id in snapshot_ids}
    return Thread(snapshot_ids, models, _descendants(trained, models, snapshot_ids))


def _descendants(trained: Trained, models: set[str], snapshot_ids: set[str]) -> set[str]:
    """Policies trained with these, and the policies that were trained from those."""
    shaped = {
        one.policy_id
        for one in trained.policies
        if models & set(one.reward_models) or snapshot_ids & set(one.snapshots)
    }
    while further := {
        one.policy_id for one in trained.policies if shaped & set(one.parents) and one.policy_id not in shaped
    }:
        shaped |= further
    return shaped


def _back(trained: Trained, policy_id: str) -> Thread:
    """The policy and its ancestors, with all that they were trained with."""
    by_id = {one.policy_id: one for one in trained.policies}
    line: dict[str, Policy] = {}
    waiting = [policy_id]
    while waiting:
        policy = by_id.get(waiting.pop())
        if policy is not None and policy.policy_id not in line:
            line[policy.policy_id] = policy
            waiting += policy.parents
    models = {model for policy in line.values() for model in policy.reward_models}
    of_models = {one.snapshot_id for one in trained.reward_models if one.reward_model_id in models}
    return Thread(of_models.union(*(policy.snapshots for policy in line.values())), models, set(line))


def _lineage(db: DuckDBPyConnection, thing: str, label_ids: list[str], thread: Thread) -> Lineage:
    found = db.execute(ANNOTATORS_OF, {"label_ids": label_ids}).fetchall()
    return Lineage(
        thing=thing,
        labels=tuple(label_ids),
        annotators=tuple(annotator_id for annotator_id, _name in found),
        names=tuple(name for _annotator_id, name in found),
        snapshots=tuple(sorted(thread.snapshots)),
        reward_models=tuple(sorted(thread.reward_models)),
        policies=tuple(sorted(thread.policies)),
    )


def _labels_of(db: DuckDBPyConnection, noun: str, name: str) -> list[str]:
    if noun == "annotator":
        found = db.execute(LABELS_BY, {"annotator_id": name}).fetchall()
        return [label_id for (label_id,) in found]
    return [name]


def _holding(db: DuckDBPyConnection, home: Home, trained: Trained, label_ids: list[str]) -> set[str]:
    """The snapshots that any of the labels is in."""
    return {
        one.snapshot_id
        for one in trained.snapshots
        if one.contents is Contents.PREFERENCES
        and number(db.execute(FROM_FILE, {"path": _file(home, one), "label_ids": label_ids}))
    }


def _labels_in(db: DuckDBPyConnection, home: Home, trained: Trained, snapshot_ids: set[str]) -> list[str]:
    label_ids: set[str] = set()
    for one in trained.snapshots:
        if one.contents is Contents.PREFERENCES and one.snapshot_id in snapshot_ids:
            found = db.execute(LABELS_OF_FILE, {"path": _file(home, one)}).fetchall()
            label_ids.update(label_id for (label_id,) in found)
    return sorted(label_ids)


def _file(home: Home, snapshot: Snapshot) -> str:
    file = home.root / snapshot.path
    if not file.exists():
        raise RequestError(f"The file of snapshot {snapshot.snapshot_id} is missing; put it back at {file}.")
    return str(file)

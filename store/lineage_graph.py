"""A lineage as a picture has it: its things, and which of them came of which.

What belongs to a lineage is `store.lineage`'s affair. Labels are counted, never drawn one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from duckdb import DuckDBPyConnection

from store import snapshots
from store.descent import Trained
from store.home import Home
from store.lineage_labels import LabelsOf
from store.messages import Lineage
from store.records import Contents, Policy, RewardModel, Snapshot
from store.rows import number

IN_FILE = """
select count(distinct label_id) from read_parquet($path)
"""

OF_THING_IN_FILE = """
select count(distinct label_id) from read_parquet($path)
where  case $noun when 'label' then label_id when 'annotator' then annotator_id else prompt_id end = $name
"""

T = TypeVar("T", Snapshot, RewardModel, Policy)

LABELS: Final = "labels"
"""The name of the node that stands for all labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A thing by its noun and id. `labels` are those of the lineage in it, None where nobody can tell; so
    many of what it learned from were `withdrawn` since. `about` is a method, a track or what is frozen."""

    noun: str
    name: str
    round: int | None = None
    about: str = ""
    labels: int | None = None
    withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`after` came of `before`, both by id."""

    before: str
    after: str


def nodes(
    db: DuckDBPyConnection, home: Home, trained: Trained, found: Lineage, of: LabelsOf
) -> Iterator[Node]:
    """All labels as one where there are any, then snapshots, reward models and policies, each noun the oldest
    first."""
    marked = {mark.name: mark.labels for mark in found.marks}
    if found.labels:
        yield Node(noun="label", name=LABELS, labels=len(found.labels), withdrawn=len(found.withdrawn))
    for frozen in _in_time(trained.snapshots, found.snapshots):
        labels = _labels_in(db, home, frozen, of)
        yield Node(
            noun="snapshot",
            name=frozen.snapshot_id,
            about=frozen.contents.value,
            labels=labels,
            withdrawn=marked.get(frozen.snapshot_id, 0),
        )
    for model in _in_time(trained.reward_models, found.reward_models):
        name = model.reward_model_id
        about, withdrawn = model.track.value, marked.get(name, 0)
        yield Node(noun="reward-model", name=name, round=model.round, about=about, withdrawn=withdrawn)
    for policy in _in_time(trained.policies, found.policies):
        name = policy.policy_id
        about, withdrawn = policy.method, marked.get(name, 0)
        yield Node(noun="policy", name=name, round=policy.round, about=about, withdrawn=withdrawn)


def edges(trained: Trained, drawn: Sequence[Node]) -> Iterator[Edge]:
    """What came of what, among these."""
    there = {node.name for node in drawn}
    for node in drawn:
        if node.noun == "snapshot" and node.labels:
            yield Edge(before=LABELS, after=node.name)
    pairs = [(one.snapshot_id, one.reward_model_id) for one in trained.reward_models]
    for policy in trained.policies:
        before = (*policy.snapshots, *policy.reward_models, *policy.parents)
        pairs += [(name, policy.policy_id) for name in before]
    yield from (Edge(before=one, after=other) for one, other in pairs if one in there and other in there)


def _labels_in(db: DuckDBPyConnection, home: Home, frozen: Snapshot, of: LabelsOf) -> int | None:
    if frozen.contents is not Contents.PREFERENCES or not snapshots.whole(home.root / frozen.path):
        return None
    path = {"path": snapshots.file(home, frozen)}
    if of.is_frozen:
        return number(db.execute(IN_FILE, path))
    return number(db.execute(OF_THING_IN_FILE, path | {"noun": of.noun, "name": of.name}))


def _name(one: T) -> str:
    match one:
        case Snapshot():
            return one.snapshot_id
        case RewardModel():
            return one.reward_model_id
        case Policy():
            return one.policy_id


def _in_time(every: Sequence[T], names: Sequence[str]) -> list[T]:
    wanted = set(names)
    return sorted((one for one in every if _name(one) in wanted), key=lambda one: (one.made_at, _name(one)))

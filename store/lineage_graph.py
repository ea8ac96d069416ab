"""A lineage as a picture has it: its things, which of them came of which, and its labels a page at a time.

What belongs to a lineage is `store.lineage`'s affair. Labels are counted, never drawn one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from duckdb import DuckDBPyConnection

from store import snapshots
from store.descent import Trained
from store.home import Home
from store.lineage import HOLDING, LABELS_OF_FILES, OF_THING
from store.messages import Lineage
from store.records import Contents, Policy, RewardModel, Snapshot, Track
from store.rows import number, rows

IN_FILE = """
select count(distinct label_id) from read_parquet($path)
"""

OF_THING_IN_FILE = """
select count(distinct label_id) from read_parquet($path)
where  case $noun when 'label' then label_id when 'annotator' then annotator_id else prompt_id end = $name
"""

MATCHING = """
),
found as (
  select labels.label_id, coalesce(name, labels.annotator_id) as annotator, labels.made_at, track,
         batches.round, turns[len(turns)].content as content
  from   labels
  semi   join these using (label_id)
  join   comparisons using (comparison_id)
  join   prompts using (prompt_id)
  join   batches using (batch_id)
  left   join annotators using (annotator_id)
),
matching as (
  select label_id, annotator, made_at, track, round, content[1:120] as about
  from   found
  where  $search = '' or starts_with(label_id, $search) or contains(lower(annotator), lower($search))
     or  contains(lower(content), lower($search))
)
"""

PAGE = """
from   matching
select *
order  by made_at, label_id
limit  $most offset $skip
"""

COUNT = """
from   matching
select count(*)
"""

PAGE_OF_FILES = "with these as (" + LABELS_OF_FILES + MATCHING + PAGE

COUNT_OF_FILES = "with these as (" + LABELS_OF_FILES + MATCHING + COUNT

PAGE_OF_THING = "with these as (" + OF_THING + MATCHING + PAGE

COUNT_OF_THING = "with these as (" + OF_THING + MATCHING + COUNT

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFound:
    """A label without what it says, and the first letters of what was asked."""

    label_id: str
    annotator: str
    made_at: datetime
    track: Track
    round: int
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsOf:
    """The labels of a label, an annotator or a prompt; of anything else those that lie in these files."""

    noun: str
    name: str
    files: tuple[str, ...] = ()

    @property
    def is_frozen(self) -> bool:
        """Whether they are what was frozen."""
        return self.noun not in HOLDING


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


def labels_found(
    db: DuckDBPyConnection, of: LabelsOf, search: str, most: int, skip: int
) -> tuple[list[LabelFound], int]:
    """Labels of these that begin so by id, or whose annotator or prompt has these words, the oldest first;
    and how many they are, with those that were skipped and those that come after."""
    if of.is_frozen and not of.files:
        return [], 0
    asked: dict[str, object] = {"search": search}
    if of.is_frozen:
        page, count, asked["path"] = PAGE_OF_FILES, COUNT_OF_FILES, of.files
    else:
        page, count, asked["noun"], asked["name"] = PAGE_OF_THING, COUNT_OF_THING, of.noun, of.name
    lines = rows(db.execute(page, asked | {"most": most, "skip": skip}), LabelFound)
    return lines, number(db.execute(count, asked))


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

"""From a label to the policies that it shaped, and from a policy back to its labels.

A snapshot's labels are those in its file, as they stood then: what was edited or withdrawn since is told
beside. How models came of snapshots is `store.descent`'s affair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from duckdb import DuckDBPyConnection

from store import annotators, promotions, signatures, snapshots
from store.descent import Thread, Trained, back, everything, forward, of_model
from store.errors import MissingError, RequestError
from store.home import Home
from store.marks import marks, withdrawn
from store.messages import Lineage, Mark
from store.records import Contents, Snapshot
from store.rows import number

LABELS_OF_FILES = """
select distinct label_id from read_parquet($path)
order  by label_id
"""

ANNOTATORS_OF_FILES = """
select distinct annotator_id, coalesce(name, annotator_id) as name
from   read_parquet($path)
left   join annotators using (annotator_id)
order  by annotator_id
"""

OF_LABEL = """
select count(*) from read_parquet($path)
where  label_id = $name
"""

OF_ANNOTATOR = """
select count(*) from read_parquet($path)
where  annotator_id = $name
"""

OF_PROMPT = """
select count(*) from read_parquet($path)
where  prompt_id = $name
"""

# The newest version of a label is another than the file's.
EDITED = """
select distinct label_id from edits
where  made_at > $moment and label_id in (select label_id from read_parquet($path))
"""

OF_THING = """
select label_id, annotator_id, coalesce(name, annotator_id) as name
from   labels
join   comparisons using (comparison_id)
left   join annotators using (annotator_id)
where  case $noun when 'label' then label_id when 'annotator' then annotator_id else prompt_id end = $name
order  by label_id
"""

LABELS_LIKE = """
select label_id from labels
where  starts_with(label_id, $start)
order  by label_id
"""

PROMPTS_LIKE = """
select prompt_id from prompts
where  starts_with(prompt_id, $start)
order  by prompt_id
"""

NOUNS = ("label", "annotator", "prompt", "snapshot", "reward-model", "policy")
HOLDING = {"label": OF_LABEL, "annotator": OF_ANNOTATOR, "prompt": OF_PROMPT}


def trace(db: DuckDBPyConnection, home: Home, thing: str) -> Lineage:
    """The lineage of a thing such as `label:ID`; RequestError where it is not there."""
    trained = everything(db)
    noun, name = meant(db, trained, thing)
    if noun in HOLDING:
        held = db.execute(OF_THING, {"noun": noun, "name": name}).fetchall()
        label_ids = [label_id for label_id, _annotator_id, _name in held]
        thread = forward(trained, _holding(db, home, trained, noun, name))
        people = sorted({(annotator_id, called) for _label_id, annotator_id, called in held})
    else:
        thread = _thread(trained, noun, name)
        files = label_files(home, trained, thread.snapshots)
        label_ids = _ids(db, LABELS_OF_FILES, {"path": files}) if files else []
        people = db.execute(ANNOTATORS_OF_FILES, {"path": files}).fetchall() if files else []
    since = _since(db, home, trained, thread)
    made = sorted(
        (one for one in trained.policies if one.policy_id in thread.policies),
        key=lambda one: (-one.round, one.policy_id),
    )
    return Lineage(
        thing=told(db, noun, name),
        labels=tuple(label_ids),
        annotators=tuple(annotator_id for annotator_id, _name in people),
        names=tuple(called for _annotator_id, called in people),
        snapshots=tuple(sorted(thread.snapshots)),
        reward_models=tuple(sorted(thread.reward_models)),
        policies=tuple(one.policy_id for one in made),
        rounds=tuple(one.round for one in made),
        methods=tuple(one.method for one in made),
        withdrawn=tuple(sorted(since[0].intersection(label_ids))),
        edited=tuple(sorted(since[1].intersection(label_ids))),
        marks=touched(marks(db, home, trained), thread),
        signatures=tuple(signatures.of_snapshot(db, name)) if noun == "snapshot" else (),
        said=tuple(promotions.of_policy(db, name)) if noun == "policy" else (),
    )


def meant(
    db: DuckDBPyConnection, trained: Trained, thing: str, nouns: Sequence[str] = NOUNS
) -> tuple[str, str]:
    """The noun and the one id that is meant by `noun:ID`; an ID may be its first letters, as long as they are
    of one thing, and an annotator may be named. RequestError where it is none of the nouns or not there."""
    noun, _, start = thing.partition(":")
    if noun not in nouns or not start:
        kinds = [f"{one}:NAME" if one == "annotator" else f"{one}:ID" for one in nouns]
        *others, last = kinds
        words = f"{', '.join(others)} or {last}" if others else last
        raise RequestError(f"Expected {words}; got {thing}.")
    known = _known(db, trained, noun, start)
    if start in known:
        return noun, start
    if not known and noun == "annotator":
        raise MissingError(f"There is no annotator named {start}; hone user list names them.")
    if not known:
        raise MissingError(f"There is no {noun} whose id begins with {start}; look its id up once more.")
    if len(known) > 1:
        raise RequestError(f"{len(known)} ids of the kind {noun} begin with {start}; give more letters.")
    return noun, known[0]


def policy_meant(db: DuckDBPyConnection, trained: Trained, start: str) -> str:
    """The one policy that is meant by `policy:ID` or by the id alone, which may hold a colon of its own."""
    return meant(db, trained, f"policy:{start.removeprefix('policy:')}", ("policy",))[1]


def told(db: DuckDBPyConnection, noun: str, name: str) -> str:
    """Such as `label:ID`; a person by name."""
    person = annotators.by_id(db, name) if noun == "annotator" else None
    return f"{noun}:{person.name if person else name}"


def holding(db: DuckDBPyConnection, home: Home, trained: Trained, noun: str, name: str) -> Thread:
    """The snapshots that hold the label, or any of the annotator's, and what came of them."""
    return forward(trained, _holding(db, home, trained, noun, name))


def touched(found: Iterable[Mark], thread: Thread) -> tuple[Mark, ...]:
    """Those of the marks that are on something of the thread."""
    names = {
        "snapshot": thread.snapshots,
        "reward-model": thread.reward_models,
        "policy": thread.policies,
    }
    return tuple(mark for mark in found if mark.name in names[mark.noun])


def label_files(home: Home, trained: Trained, snapshot_ids: Collection[str]) -> list[str]:
    """Where the labels of these snapshots lie; RequestError where a file does not, or is cut off."""
    return [snapshots.file(home, one) for one in _preferences(trained, snapshot_ids)]


def _known(db: DuckDBPyConnection, trained: Trained, noun: str, start: str) -> list[str]:
    """The ids of this noun that begin so; of the annotator, if one is named so."""
    if noun in {"label", "prompt"}:
        return _ids(db, LABELS_LIKE if noun == "label" else PROMPTS_LIKE, {"start": start})
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


def _thread(trained: Trained, noun: str, name: str) -> Thread:
    if noun == "snapshot":
        return forward(trained, {name})
    return back(trained, name) if noun == "policy" else of_model(trained, name)


def _holding(db: DuckDBPyConnection, home: Home, trained: Trained, noun: str, name: str) -> set[str]:
    """The snapshots that have it in a row."""
    return {
        one.snapshot_id
        for one in trained.snapshots
        if (one.contents is Contents.PREFERENCES or noun == "prompt")
        and number(db.execute(HOLDING[noun], {"path": snapshots.file(home, one), "name": name}))
    }


def _preferences(trained: Trained, snapshot_ids: Collection[str]) -> list[Snapshot]:
    return [
        one
        for one in trained.snapshots
        if one.contents is Contents.PREFERENCES and one.snapshot_id in snapshot_ids
    ]


def _since(db: DuckDBPyConnection, home: Home, trained: Trained, thread: Thread) -> tuple[set[str], set[str]]:
    """The labels of the thread's snapshots that were withdrawn, and edited, after they were frozen."""
    gone, edited = set[str](), set[str]()
    for one in _preferences(trained, thread.snapshots):
        path = snapshots.file(home, one)
        gone |= withdrawn(db, path)
        edited |= set(_ids(db, EDITED, {"path": path, "moment": one.made_at}))
    return gone, edited


def _ids(db: DuckDBPyConnection, statement: str, parameters: dict[str, Any]) -> list[str]:
    return [name for (name,) in db.execute(statement, parameters).fetchall()]

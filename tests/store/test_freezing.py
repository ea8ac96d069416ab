"""What a trainer gets."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime

import duckdb
import pytest
from pyarrow import parquet
from small_collection import comparisons, label

from store import preferences
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor, Freeze
from store.records import (
    Annotator,
    Contents,
    Fact,
    Kind,
    Purpose,
    Response,
    Retraction,
    Review,
    Role,
    SafetyLabel,
    Snapshot,
    Split,
    Verdict,
)
from store.verbs import freeze

SAFE, UNSAFE = SafetyLabel(safe=True), SafetyLabel(safe=False, category="weapons", severity=1)


def rows(store: Store, snapshot: Snapshot) -> list[dict[str, object]]:
    return parquet.read_table(store.home.root / snapshot.path).to_pylist()


def frozen(store: Store, chief: Actor) -> list[dict[str, object]]:
    return rows(store, freeze(store, chief, Freeze(contents=Contents.PREFERENCES)))


def test_a_label_becomes_a_pair_of_conversations(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(1, split=Split.HELDOUT), label("c0", (2, 1), safety=(UNSAFE, SAFE)))
    (row,) = frozen(store, chief)
    label_id = row.pop("label_id")
    assert str(label_id).startswith("label-")
    assert row == {
        "comparison_id": "c0",
        "batch_id": "batch-000",
        "round": 0,
        "track": "helpfulness",
        "split": "heldout",
        "category": None,
        "prompt_id": "q0",
        "prompt": [{"role": "user", "content": "question 0"}],
        "chosen": [{"role": "assistant", "content": "answer 1"}],
        "rejected": [{"role": "assistant", "content": "answer 0"}],
        "chosen_id": "q0-r1",
        "rejected_id": "q0-r0",
        "chosen_first": False,
        "chosen_policy_id": "policy",
        "rejected_policy_id": "policy",
        "degree": 2,
        "chosen_safe": True,
        "rejected_safe": False,
        "annotator_id": "ann",
        "version": 0,
        "review_id": None,
    }


def test_a_ranking_gives_every_pair_of_different_ranks(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(1, responses=4), label("c0", (2, 1, 2, 4)))
    pairs = [(row["chosen_id"], row["rejected_id"]) for row in frozen(store, chief)]
    # Of the six pairs only responses 0 and 2 tie.
    assert pairs == [
        ("q0-r1", "q0-r0"),
        ("q0-r0", "q0-r3"),
        ("q0-r1", "q0-r2"),
        ("q0-r1", "q0-r3"),
        ("q0-r2", "q0-r3"),
    ]


def test_what_does_not_teach_is_left_out(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(6))
    store.append("test", *comparisons(1, prefix="gold", purpose=Purpose.GOLD))
    retracted, excluded, confirmed = label("c1"), label("c4"), label("c5")
    store.append(
        "test",
        label("c0", surplus=True),
        retracted,
        Retraction(label_id=retracted.label_id, annotator_id="ann", reason="undone"),
        label("c2", (1, 1), both_bad=True),
        label("c3", safety=(UNSAFE, SAFE)),
        excluded,
        Review(
            review_id="v1", label_id=excluded.label_id, reviewer_id="eve", verdict=Verdict.EXCLUDE, why="spam"
        ),
        confirmed,
        Review(
            review_id="v2",
            label_id=confirmed.label_id,
            reviewer_id="eve",
            verdict=Verdict.CONFIRM,
            why="fine",
        ),
        label("goldc0"),
    )
    assert [row["comparison_id"] for row in frozen(store, chief)] == ["c5"]


def test_the_newest_verdict_counts(store: Store, chief: Actor) -> None:
    def review(label_id: str, verdict: Verdict, day: int) -> Review:
        return Review(
            review_id=f"{label_id}-{day}",
            label_id=label_id,
            reviewer_id="eve",
            verdict=verdict,
            why="",
            made_at=datetime(2026, 1, day),
        )

    cleared, barred = label("c0"), label("c1")
    store.append("test", *comparisons(2), cleared, barred)
    store.append(
        "test", review(cleared.label_id, Verdict.EXCLUDE, 1), review(barred.label_id, Verdict.CONFIRM, 1)
    )
    store.append(
        "test", review(cleared.label_id, Verdict.CONFIRM, 2), review(barred.label_id, Verdict.OVERTURN, 2)
    )
    assert [row["comparison_id"] for row in frozen(store, chief)] == ["c0"]


def test_two_unsafe_responses_still_make_a_pair(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(1), label("c0", safety=(UNSAFE, UNSAFE)))
    assert [row["chosen_safe"] for row in frozen(store, chief)] == [False]


def test_labels_of_one_annotator_are_in_the_order_of_their_ids(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(1, overlap=2), label("c0", label_id="b"), label("c0", label_id="a"))
    assert [row["label_id"] for row in frozen(store, chief)] == ["a", "b"]


def test_labels_of_a_comparison_are_in_the_order_of_the_annotators_names(store: Store, chief: Actor) -> None:
    people = [
        Annotator(annotator_id=annotator_id, name=name, role=Role.ANNOTATOR, kind=Kind.SIMULATED)
        for annotator_id, name in (("1", "zoe"), ("2", "abe"))
    ]
    given = [label("c0", annotator_id=person.annotator_id) for person in people]
    store.append("test", *comparisons(1, overlap=2), *people, *given)
    assert [row["annotator_id"] for row in frozen(store, chief)] == ["2", "1"]


def test_the_same_data_is_the_same_snapshot_and_the_same_file(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(50), *(label(f"c{number}") for number in range(50)))
    first = freeze(store, chief, Freeze(contents=Contents.PREFERENCES))
    file = store.home.root / first.path
    inode = file.read_bytes()
    assert freeze(store, chief, Freeze(contents=Contents.PREFERENCES)) == first
    assert file.read_bytes() == inode
    assert hashlib.sha256(inode).hexdigest() == first.snapshot_id == file.stem
    assert sorted(path.suffix for path in store.home.snapshots.iterdir()) == [".json", ".parquet"]


def test_a_manifest_beside_the_file_anchors_the_audit(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(1), label("c0"))
    snapshot = freeze(store, chief, Freeze(contents=Contents.PREFERENCES))
    manifest = json.loads((store.home.root / snapshot.path).with_suffix(".json").read_text())
    with store.reading() as db:
        (anchor,) = db.execute(
            "select hash from audit where seq = $seq", {"seq": manifest["audit_seq"]}
        ).fetchall()
    assert anchor == (manifest["audit_head"],)
    assert (manifest["row_count"], manifest["contents"]) == (1, "preferences")


def test_prompts_are_frozen_in_the_order_of_their_ids(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(12))
    frozen_prompts = rows(store, freeze(store, chief, Freeze(contents=Contents.PROMPTS)))
    assert [row["prompt_id"] for row in frozen_prompts] == sorted(f"q{number}" for number in range(12))
    assert frozen_prompts[0]["prompt"] == [{"role": "user", "content": "question 0"}]


def test_nothing_to_freeze_says_so_and_leaves_nothing(store: Store, chief: Actor) -> None:
    with pytest.raises(RequestError, match="no preferences to freeze"):
        freeze(store, chief, Freeze(contents=Contents.PREFERENCES))
    assert list(store.home.snapshots.iterdir()) == []


def test_annotators_do_not_freeze(store: Store, ann: Actor) -> None:
    with pytest.raises(NotAllowedError, match="role engineer"):
        freeze(store, ann, Freeze(contents=Contents.PROMPTS))


def long_texts(number: int) -> list[Fact]:
    """As many judged comparisons, with 10 KB of text each."""
    facts = [
        replace(fact, text=f"{fact.text} {'word ' * 1000}") if isinstance(fact, Response) else fact
        for fact in comparisons(number)
    ]
    return [*facts, *(label(f"c{place}") for place in range(number))]


def test_texts_that_are_gathered_in_portions_give_the_same_file(
    store: Store, chief: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append("test", *long_texts(100))
    at_once = freeze(store, chief, Freeze(contents=Contents.PREFERENCES))
    monkeypatch.setattr(preferences, "PORTION", 300_000)
    assert freeze(store, chief, Freeze(contents=Contents.PREFERENCES)) == at_once


def test_a_freeze_without_enough_memory_says_so_and_leaves_one_thread(store: Store, chief: Actor) -> None:
    store.append("test", *long_texts(1500))
    with store.reading() as db:
        db.execute("set global memory_limit = '32MB'")
    with pytest.raises(duckdb.OutOfMemoryException):
        freeze(store, chief, Freeze(contents=Contents.PREFERENCES))
    with store.reading() as db:
        assert db.execute("select current_setting('threads')").fetchall() == [(1,)]

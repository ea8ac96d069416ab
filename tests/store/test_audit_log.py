"""The audit as people read it."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from small_collection import comparisons, label

from store.audit_log import BLIND, Wanted, log
from store.database import Store
from store.errors import RequestError
from store.messages import Actor, AddAnnotator
from store.records import Gold, OptOut, Retraction, Role, SafetyLabel
from store.verbs import add_annotator, read_audit_log
from store.verbs.audit_log import AuditLog, ReadAuditLog
from store.verbs.roles import HONE

RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)
SECRET = {
    *(
        "ranks",
        "degree",
        "both_bad",
        "safety",
        "shown_order",
        "reasons",
        "comment",
        "chosen_id",
        "rejected_id",
    ),
    *(
        "gap",
        "score",
        "points",
        "turns",
        "text",
        "response_ids",
        "repeats",
        "category",
        "attack_vector",
        "meta",
    ),
    *("why", "reason", "note", "seen", "changed", "password_hash", "token_hash", "subject"),
}
ROB = Actor(annotator_id="rob", name="rob", role=Role.ENGINEER)


def read(store: Store, reader: Actor = HONE, **wanted: object) -> AuditLog:
    return read_audit_log(store, reader, ReadAuditLog(**wanted))  # type: ignore[arg-type]


@pytest.fixture
def told(store: Store) -> Store:
    store.append("hone", *comparisons(2))
    store.append("ann", label("c0", label_id="l0"), label("c1", label_id="l1"))
    store.append("ann", Retraction(label_id="l0", annotator_id="ann", reason="a slip of the finger"))
    return store


def test_the_newest_is_first_with_who_said_it_and_the_head(told: Store) -> None:
    found = read(told)
    newest, second, *_others = found.rows
    assert (newest.seq, newest.kind, newest.actor) == (found.head_seq, "Retraction", "ann")
    assert newest.hash == found.head_hash
    assert second.kind == "Label"
    assert '"reason":"a slip of the finger"' in newest.fact
    assert found.kinds["Label"] == 2


def test_it_is_narrowed_down_and_read_on(told: Store) -> None:
    assert [one.kind for one in read(told, kinds=("Label",)).rows] == ["Label", "Label"]
    assert {one.actor for one in read(told, actor="hone").rows} == {"hone"}
    assert [one.kind for one in read(told, search="slip of").rows] == ["Retraction"]
    first = read(told, most=1)
    rest = read(told, before=first.rows[-1].seq)
    assert len(rest.rows) == first.head_seq - 1
    with pytest.raises(RequestError, match="Expected kinds among"):
        read(told, kinds=("Dragon",))


def test_nobody_reads_what_lets_somebody_in(told: Store) -> None:
    add_annotator(told, HONE, AddAnnotator(name="ben", role=Role.ANNOTATOR, password="correct horse"))
    assert read(told).kinds["Credential"] == 1
    everything = repr(read(told))
    assert "argon2" not in everything
    with told.reading() as db:
        (kept,) = db.execute("select password_hash from credentials").fetchone() or ("",)
    assert kept.startswith("$argon2")
    assert read(told, search="argon2").rows == ()


@pytest.mark.parametrize("actor", [HONE, RAE])
def test_what_a_reviewer_is_spared_is_theirs_alone(told: Store, actor: Actor) -> None:
    told.append("eve", OptOut(reviewer_id="eve", category="hateful", spared=True))
    newest, *_others = read(told, actor).rows
    assert (newest.kind, newest.actor, newest.fact) == ("OptOut", "eve", "{}")
    assert read(told, actor, search="hateful").rows == ()


@pytest.mark.parametrize("actor", [RAE, ROB])
def test_below_an_administrator_one_reads_that_something_was_said_and_not_what(
    told: Store, actor: Actor
) -> None:
    unsafe = (SafetyLabel(safe=True), SafetyLabel(safe=False, category="illicit", severity=2))
    told.append(
        "ann", label("c0", label_id="l2", safety=unsafe, reasons=("tone",), comment="the second lies")
    )
    told.append("eve", Gold(comparison_id="c1", ranks=(1, 2), why="the first is kind", annotator_id="eve"))
    gold, said, *_others = read(told, actor).rows
    assert json.loads(said.fact) == {
        "label_id": "l2",
        "comparison_id": "c0",
        "annotator_id": "ann",
        "guideline_version": 1,
    }
    assert json.loads(gold.fact) == {"comparison_id": "c1", "annotator_id": "eve"}
    blind, whole = read(told, actor), read(told)
    assert [one.hash for one in blind.rows] == [one.hash for one in whole.rows]
    for words in (
        "illicit",
        "tone",
        "lies",
        "first is",
        "slip of",
        "question 1",
        "answer 1",
        "ranks",
        "[1,2]",
    ):
        assert words in repr(whole.rows)
        assert words not in repr(blind.rows)
        assert read(told, search=words).rows
        assert read(told, actor, search=words).rows == ()
    assert [one.seq for one in read(told, actor, search="l2").rows] == [said.seq]


def test_what_is_told_below_an_administrator_is_a_name_or_a_decision_and_no_words() -> None:
    for kind, names in BLIND.items():
        assert set(names) <= {one.name for one in fields(kind)}
        assert not set(names) & SECRET


def test_a_kind_that_nobody_decided_about_tells_nothing(told: Store) -> None:
    wanted = Wanted(before=1000, kinds=("Label",))
    with told.reading() as db:
        assert {one.fact for one in log(db, wanted, {})} == {"{}"}

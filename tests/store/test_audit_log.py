"""The audit as a reviewer reads it."""

from __future__ import annotations

import pytest
from small_collection import comparisons, label

from store.database import Store
from store.errors import RequestError
from store.messages import Actor, AddAnnotator
from store.records import OptOut, Retraction, Role
from store.verbs import add_annotator, read_audit_log
from store.verbs.audit_log import AuditLog, ReadAuditLog
from store.verbs.roles import HONE

RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)


def read(store: Store, **wanted: object) -> AuditLog:
    return read_audit_log(store, RAE, ReadAuditLog(**wanted))  # type: ignore[arg-type]


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


def test_what_a_reviewer_is_spared_is_theirs_alone(told: Store) -> None:
    told.append("eve", OptOut(reviewer_id="eve", category="hateful", spared=True))
    newest, *_others = read(told).rows
    assert (newest.kind, newest.actor, newest.fact) == ("OptOut", "eve", "{}")
    assert read(told, search="hateful").rows == ()

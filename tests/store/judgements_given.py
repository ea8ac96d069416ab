"""How the tests of judging take, answer and look up."""

from __future__ import annotations

from small_collection import FIRST_BETTER

from store import labels
from store.database import Store
from store.messages import (
    Actor,
    Assignment,
    Judgement,
    NextComparison,
    NoWork,
    SubmitLabel,
)
from store.records import (
    Label,
    Track,
)
from store.verbs import next_comparison, submit_label


def take(store: Store, actor: Actor, track: Track | None = None) -> Assignment:
    assignment = next_comparison(store, actor, NextComparison(track=track))
    assert isinstance(assignment, Assignment), assignment
    return assignment


def label_of(store: Store, label_id: str) -> Label:
    with store.reading() as db:
        label = labels.by_id(db, label_id)
    assert label is not None
    return label


def judge(store: Store, actor: Actor, judgement: Judgement = FIRST_BETTER) -> Label:
    saved = submit_label(store, actor, SubmitLabel(lease_id=take(store, actor).lease_id, judgement=judgement))
    return label_of(store, saved.label_id)


def after(store: Store, actor: Actor, lease_id: str) -> Assignment | NoWork:
    return next_comparison(store, actor, NextComparison(after=lease_id))

"""Labels that no finished round has learnt from, whatever was withdrawn since or brought from elsewhere."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from small_collection import comparisons, label

from store.database import Store
from store.messages import CountHome
from store.new_labels import new_labels
from store.records import Contents, Label, Policy, Purpose, Retraction, Round, Snapshot
from store.verbs import count_home, look_at_next_round
from store.verbs.previewing import LookAtNextRound
from store.verbs.roles import HONE

NOON = datetime(2026, 3, 7, 12)
LONG_AGO = datetime(1970, 1, 1)
FIGURES = (
    "reward_accuracy",
    "oracle_win_rate",
    "oracle_win_rate_low",
    "oracle_win_rate_high",
    "reward_model_win_rate",
    "unsafe_rate",
    "false_refusal_rate",
    "kl",
)


def given(number: int, minutes: float) -> Label:
    """A label on comparison `c<number>`, so long after noon."""
    return label(f"c{number}", made_at=NOON + timedelta(minutes=minutes))


def withdrawn(one: Label, minutes: float) -> Retraction:
    """It is, so long after noon."""
    at = NOON + timedelta(minutes=minutes)
    return Retraction(label_id=one.label_id, annotator_id="ann", reason="", made_at=at)


def learn(store: Store, number: int, *, labels: int, froze: float, began: float | None = None) -> None:
    """Round `number` is finished: it found so many labels, in a snapshot first frozen so long after noon."""
    frozen = Snapshot(
        snapshot_id=f"snapshot of {froze}",
        contents=Contents.PREFERENCES,
        path="",
        row_count=labels,
        query="",
        audit_seq=0,
        audit_head="",
        made_at=NOON + timedelta(minutes=froze),
    )
    policy = Policy(policy_id=f"policy {number}", path="", snapshots=(frozen.snapshot_id,), round=number)
    finished = Round(
        round=number, method="rs", policy_id=policy.policy_id, promoted=True, settings="{}", results="{}"
    )
    store.append("test", frozen, policy, finished)
    folder = store.home.round(number)
    folder.mkdir(parents=True)
    said = dict.fromkeys(FIGURES) | {"round": number, "labels": labels, "seconds": 1.0}
    (folder / "results.json").write_text(json.dumps(said))
    at = NOON + timedelta(minutes=froze if began is None else began)
    plan = {"round": number, "method": "rs", "seed": 0, "started_at": at.isoformat()}
    (folder / "plan.json").write_text(json.dumps(plan))


def counted(store: Store) -> int:
    with store.reading() as db:
        return new_labels(db, store.home)


@pytest.fixture
def learnt(store: Store) -> list[Label]:
    """Four labels, one of them withdrawn at once, before a round froze the others a quarter past noon."""
    labels = [given(number, number) for number in range(4)]
    store.append("test", *comparisons(20), *labels, withdrawn(labels[3], 5))
    assert counted(store) == 3
    learn(store, 1, labels=3, froze=15)
    return labels


def test_all_that_count_are_new_before_the_first_round_and_none_after_it(store: Store, learnt: list) -> None:
    assert counted(store) == 0


def test_labels_that_are_withdrawn_after_a_round_swallow_no_new_ones(store: Store, learnt: list) -> None:
    store.append("test", withdrawn(learnt[0], 20), withdrawn(learnt[1], 21))
    assert counted(store) == 0
    later = [given(number, 30) for number in range(4, 9)]
    store.append("test", *later, withdrawn(later[0], 31))
    assert counted(store) == 4
    assert count_home(store, HONE, CountHome()).new_labels == 4
    assert look_at_next_round(store, HONE, LookAtNextRound()).new_labels == 4


def test_labels_that_were_given_while_the_round_learned_are_new(store: Store, learnt: list) -> None:
    store.append("test", given(4, 16))
    assert counted(store) == 1
    learn(store, 2, labels=4, froze=17)
    assert counted(store) == 0


def test_old_labels_that_are_brought_after_a_round_are_new(store: Store, learnt: list) -> None:
    brought = [label(f"c{number}", made_at=LONG_AGO) for number in (4, 5)]
    store.append("test", *brought, withdrawn(learnt[0], 20))
    assert counted(store) == 2


def test_labels_that_taught_nothing_are_not_new_once_more(store: Store, learnt: list) -> None:
    """A round that finds what was frozen before looked at all that came before it began."""
    store.append("test", given(4, 20))
    learn(store, 2, labels=4, froze=15, began=25)
    assert counted(store) == 0
    store.append("test", given(5, 26))
    assert counted(store) == 1


def test_labels_that_only_evaluate_policies_are_not_new(store: Store, learnt: list) -> None:
    store.append("test", *comparisons(1, purpose=Purpose.EVALUATION, prefix="e"))
    store.append("test", label("ec0", made_at=NOON + timedelta(hours=1)))
    assert counted(store) == 0

"""My work: counts, time, agreement by what was said first, and gold that does not give itself away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from small_collection import FIRST_BETTER, SECOND_BETTER, comparisons, label

from store.database import Store
from store.messages import Actor, Assignment, EditLabel, NextComparison, SubmitLabel
from store.records import (
    Annotator,
    Batch,
    Edit,
    Gold,
    GoldEnd,
    Kind,
    Purpose,
    Qualification,
    Retraction,
    Role,
    SafetyLabel,
    Skip,
    Track,
    now,
)
from store.verbs import edit_label, my_work, next_comparison, submit_label
from store.verbs.own_work import MyWork, OwnWork

SAFE, UNSAFE = SafetyLabel(safe=True), SafetyLabel(safe=False)


def person(name: str, **fields: object) -> Annotator:
    return Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON, **fields)  # type: ignore[arg-type]


def seen(store: Store, actor: Actor, **fields: int) -> OwnWork:
    return my_work(store, actor, MyWork(**fields))


def give(store: Store, actor: Actor, judgement=FIRST_BETTER) -> str:
    taken = next_comparison(store, actor, NextComparison())
    assert isinstance(taken, Assignment)
    submit_label(store, actor, SubmitLabel(lease_id=taken.lease_id, judgement=judgement))
    return taken.lease_id


def gold(store: Store, number: int = 0, **fields: object) -> None:
    facts = comparisons(1, track=Track.SAFETY, purpose=Purpose.GOLD, prefix=f"g{number}")
    known = {"ranks": (1, 2), "safety": (SAFE, UNSAFE), "why": "known", "annotator_id": "rae", **fields}
    store.append("test", *facts, Gold(comparison_id=f"g{number}c0", **known))  # type: ignore[arg-type]


def close(store: Store) -> None:
    store.append("test", Batch(batch_id="batch-009", round=9))


def test_who_has_done_nothing_gets_nothing_but_what_is_left(asked: Store, ann: Actor) -> None:
    own = seen(asked, ann)
    assert (own.days, own.kinds, own.missed) == ((), (), ())
    assert (own.others.count, own.golds.share, own.repeats.share) == (0, None, None)
    assert [(one.track, one.comparisons, one.may_judge) for one in own.left] == [
        (Track.HELPFULNESS, 3, True),
        (Track.SAFETY, 0, True),
    ]


def test_labels_time_and_days_are_counted_by_track_and_form(asked: Store, ann: Actor) -> None:
    asked.append("test", *comparisons(1, responses=3, prefix="k", track=Track.SAFETY))
    first = give(asked, ann, replace(FIRST_BETTER, seconds=10.0))
    edit_label(asked, ann, EditLabel(label_id=first, judgement=replace(SECOND_BETTER, seconds=5.0)))
    give(asked, ann, replace(FIRST_BETTER, seconds=20.0))
    asked.append("test", label("kc0", (1, 2, 3), seconds=60.0), label("c2", seconds=40.0, label_id="gone"))
    asked.append("test", Retraction(label_id="gone", annotator_id="ann", reason="undone"))
    found = [
        (one.track, one.form, one.labels, one.seconds, one.median_seconds) for one in seen(asked, ann).kinds
    ]
    assert found == [
        (Track.HELPFULNESS, "pair", 2, 75.0, 15.0),
        (Track.SAFETY, "ranking", 1, 60.0, 60.0),
    ]
    days = seen(asked, ann).days
    assert [(one.track, one.labels) for one in days] == [(Track.HELPFULNESS, 2), (Track.SAFETY, 1)]


def test_a_day_is_the_annotators_own(asked: Store, ann: Actor) -> None:
    midnight = datetime.combine(now().date(), datetime.min.time())
    asked.append("test", label("c0", made_at=midnight - timedelta(minutes=30)))
    assert [one.day for one in seen(asked, ann).days] == [midnight.date() - timedelta(days=1)]
    assert [one.day for one in seen(asked, ann, ahead=60).days] == [midnight.date()]


def test_agreement_counts_what_others_judged_once_one_has_judged_it(asked: Store, ann: Actor) -> None:
    asked.append("test", label("c0", annotator_id="ben"), label("c1", annotator_id="ben"))
    assert seen(asked, ann).others.count == 0
    asked.append("test", label("c0"), label("c1", (2, 1)), label("c2"))
    others = seen(asked, ann).others
    assert others.count == 2
    assert others.share is not None
    # Wilson's interval of 1 in 2 at 95 %: 0.0945 to 0.9055 (statsmodels 0.14, proportion_confint).
    assert (others.share.value, others.share.low, others.share.high) == pytest.approx(
        (0.5, 0.09453, 0.90547), abs=1e-4
    )


def test_of_several_others_each_counts_a_part(asked: Store, ann: Actor) -> None:
    asked.append(
        "test", label("c0"), *(label("c0", ranks, annotator_id=who) for who, ranks in OTHERS.items())
    )
    share = seen(asked, ann).others.share
    assert share is not None
    assert share.value == pytest.approx(2 / 3)


OTHERS = {"ben": (1, 2), "cat": (2, 1), "dan": (1, 2)}


def test_what_was_said_first_counts_whatever_was_said_later(asked: Store, ann: Actor) -> None:
    asked.append("test", label("c0", (2, 1), label_id="mine"), label("c0", annotator_id="ben"))
    edit = Edit(label_id="mine", version=1, ranks=(1, 2), degree=FIRST_BETTER.degree)
    asked.append("ann", edit)
    share = seen(asked, ann).others.share
    assert share is not None
    assert share.value == 0
    asked.append("ann", Retraction(label_id="mine", annotator_id="ann", reason="undone"), label("c0"))
    assert seen(asked, ann).others.count == 0


def test_gold_tells_nothing_of_itself_while_its_label_can_be_changed(store: Store, ann: Actor) -> None:
    gold(store)
    store.append("test", label("g0c0", (2, 1), safety=(SAFE, UNSAFE)))
    own = seen(store, ann)
    assert (own.golds.count, own.missed, own.untaught) == (0, (), 0)
    close(store)
    own = seen(store, ann)
    assert (own.golds.count, len(own.missed), own.untaught) == (1, 1, 0)


def test_a_missed_gold_answer_is_shown_as_it_was_with_what_is_known_and_why(store: Store, ann: Actor) -> None:
    gold(store)
    gold(store, 1)
    store.append("test", label("g0c0", (2, 1), shown_order=(1, 0), safety=(SAFE, UNSAFE)))
    store.append("test", label("g1c0", safety=(SAFE, UNSAFE)))
    close(store)
    own = seen(store, ann)
    assert own.golds.share is not None
    assert (own.golds.count, own.golds.share.value) == (2, 0.5)
    (missed,) = own.missed
    assert missed.responses == ("answer 1", "answer 0")
    assert (missed.ranks, missed.known_ranks) == ((1, 2), (2, 1))
    assert (missed.known_safety, missed.why) == ((UNSAFE, SAFE), "known")


def test_on_the_safety_track_the_right_order_with_wrong_safety_is_missed(store: Store, ann: Actor) -> None:
    gold(store)
    store.append("test", label("g0c0", safety=(SAFE, SAFE)))
    close(store)
    assert len(seen(store, ann).missed) == 1


def test_gold_teaches_only_when_no_colleague_can_meet_it_any_more(store: Store, ann: Actor) -> None:
    gold(store)
    store.append("test", *comparisons(1, track=Track.SAFETY), person("ben"), person("cy", languages=("de",)))
    store.append("test", label("g0c0", (2, 1), safety=(SAFE, UNSAFE)))
    store.append("test", label("c0", annotator_id="ben"), label("c0", annotator_id="cy"))
    close(store)
    own = seen(store, ann)
    assert (own.golds.count, own.missed, own.untaught) == (1, (), 1)
    store.append("ben", Skip(lease_id="s", comparison_id="g0c0", annotator_id="ben", reason="hard"))
    own = seen(store, ann)
    assert (len(own.missed), own.untaught) == (1, 0)


@pytest.mark.parametrize(("passed", "taught"), [(True, 0), (False, 1)])
def test_gold_is_kept_from_whoever_may_be_asked_it_whatever_they_judged_lately(
    store: Store, ann: Actor, passed: bool, taught: int
) -> None:
    gold(store)
    store.append("test", *comparisons(1), person("ben"))
    store.append("test", label("g0c0", (2, 1), safety=(SAFE, UNSAFE)), label("c0", annotator_id="ben"))
    known = Qualification(
        annotator_id="ben", track=Track.SAFETY, guideline_version=1, passed=passed, why="w", given_by="rae"
    )
    store.append("test", known)
    close(store)
    assert (len(seen(store, ann).missed), seen(store, ann).untaught) == (taught, 1 - taught)


def test_gold_that_was_withdrawn_neither_counts_nor_teaches(store: Store, ann: Actor) -> None:
    gold(store)
    store.append("test", label("g0c0", (2, 1), safety=(SAFE, UNSAFE)))
    store.append("rae", GoldEnd(comparison_id="g0c0", annotator_id="rae", why="wrong"))
    close(store)
    own = seen(store, ann)
    assert (own.golds.count, own.missed) == (0, ())


def test_repeats_show_how_steady_one_is_once_the_batch_is_closed(asked: Store, ann: Actor) -> None:
    repeats = [
        replace(
            fact, comparison_id=f"s{fact.comparison_id}", purpose=Purpose.SWAPPED, repeats=fact.comparison_id
        )
        for fact in comparisons(2)
        if hasattr(fact, "response_ids")
    ]
    asked.append("test", *repeats, label("c0"), label("c1"), label("sc0"), label("sc1", (2, 1)))
    assert seen(asked, ann).repeats.count == 0
    close(asked)
    repeated = seen(asked, ann).repeats
    assert repeated.share is not None
    assert (repeated.count, repeated.share.value) == (2, 0.5)
    assert seen(asked, ann).others.count == 0

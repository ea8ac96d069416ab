"""How far an annotator is: what is done, and what is left."""

from __future__ import annotations

from judgements_given import judge, take
from small_collection import comparisons

from store.database import Store
from store.messages import Actor
from store.records import Track


def test_progress_counts_what_is_done_and_what_is_left(asked: Store, ann: Actor) -> None:
    first = take(asked, ann)
    assert (first.done, first.total) == (0, 3)
    judge(asked, ann)
    second = take(asked, ann)
    assert (second.done, second.total) == (1, 3)


def test_progress_counts_a_comparison_that_several_judge_once(store: Store, ann: Actor, ben: Actor) -> None:
    store.append("test", *comparisons(3, overlap=2), *comparisons(1, track=Track.SAFETY, prefix="s"))
    assert take(store, ann, Track.HELPFULNESS).total == 4
    assert take(store, ann, Track.SAFETY).total == 4
    assert take(store, ben).total == 3  # ann holds the only safety comparison

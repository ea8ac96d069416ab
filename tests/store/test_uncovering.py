"""What reviewers are exposed to: covered until asked for, counted by the hour, and spared where they ask."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from small_collection import comparisons, label

from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor
from store.records import Exposure, Role, SafetyLabel, Track, Verdict, now
from store.verbs import list_reviews_due, look_at_exposure, review_label, spare, uncover
from store.verbs.reviewing import ReviewLabel
from store.verbs.reviews_due import ListReviewsDue, ReviewsDue
from store.verbs.uncovering import LookAtExposure, Spare, Uncover

EVE = Actor(annotator_id="eve", name="eve", role=Role.REVIEWER)
RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)
ILLICIT = SafetyLabel(safe=False, category="illicit", severity=1)
HATEFUL = SafetyLabel(safe=False, category="hateful", severity=1)
SAFE = SafetyLabel(safe=True)


@pytest.fixture
def risky(store: Store) -> Store:
    """Four labels that prefer an unsafe response; the last one is of another risk."""
    said = [
        label(f"c{number}", label_id=f"l{number}", safety=(HATEFUL if number == 3 else ILLICIT, SAFE))
        for number in range(4)
    ]
    store.append("test", *comparisons(4, track=Track.SAFETY), *said)
    Path(store.home.settings).write_text("[review]\nexposures_per_hour = 2\n")
    return store


def due(store: Store, who: Actor = EVE) -> ReviewsDue:
    return list_reviews_due(store, who, ListReviewsDue())


def look(store: Store, number: int, who: Actor = EVE) -> int:
    return uncover(store, who, Uncover(thing=f"label:l{number}")).left


def test_a_list_shows_no_text_that_may_be_harmful_and_one_look_does(risky: Store) -> None:
    found = due(risky)
    assert "answer" not in repr(found)
    assert "question" not in repr(found)
    assert {one.covered for one in found.due} == {True}
    shown = uncover(risky, EVE, Uncover(thing="label:l0"))
    assert (shown.turns[-1].content, shown.responses) == ("question 0", ("answer 0", "answer 1"))


def test_so_many_covered_texts_an_hour_and_then_a_pause(risky: Store) -> None:
    assert [look(risky, 0), look(risky, 0), look(risky, 1)] == [1, 1, 0]
    with pytest.raises(RequestError, match="Take a pause: the next opens in 60 min"):
        look(risky, 2)
    assert look(risky, 1) == 0  # what one has seen is seen
    assert look(risky, 2, RAE) == 1  # everybody has an hour of their own
    seen = look_at_exposure(risky, EVE, LookAtExposure())
    assert (seen.within_hour, seen.limit) == (2, 2)
    assert seen.again_at is not None
    assert now() < seen.again_at <= now() + timedelta(hours=1)


def test_an_hour_later_there_is_more(risky: Store) -> None:
    long_ago = now() - timedelta(minutes=61)
    risky.append(
        "eve", *(Exposure(reviewer_id="eve", comparison_id=f"c{one}", made_at=long_ago) for one in (0, 1))
    )
    assert look(risky, 2) == 1


def test_who_is_spared_a_category_is_not_shown_it_and_others_are(risky: Store) -> None:
    assert spare(risky, EVE, Spare(category="illicit")).spared == ("illicit",)
    mine, theirs = due(risky), due(risky, RAE)
    assert ([one.said.name for one in mine.due], mine.waiting, mine.spared) == (["l3"], 1, 3)
    assert (theirs.waiting, theirs.spared) == (4, 0)
    with pytest.raises(NotAllowedError, match="spared illicit"):
        look(risky, 0)
    assert spare(risky, EVE, Spare(category="illicit", spared=False)).spared == ()
    assert due(risky).waiting == 4


def test_what_anybody_found_in_a_comparison_covers_every_label_of_it(store: Store) -> None:
    marks = ((ILLICIT, HATEFUL), (SAFE, SAFE))
    said = [
        label("c0", (rank, 3 - rank), label_id=f"l{rank}", annotator_id=f"a{rank}", safety=marks[rank - 1])
        for rank in (1, 2)
    ]
    store.append("test", *comparisons(1), *said)
    found = due(store)
    assert {(one.said.risks, one.covered) for one in found.due} == {(("hateful", "illicit"), True)}
    for category in ("hateful", "illicit"):
        spare(store, EVE, Spare(category=category))
        assert (due(store).due, due(store).spared) == ((), 2)
        for number in (1, 2):
            with pytest.raises(NotAllowedError, match=f"spared {category}"):
                look(store, number)
        spare(store, EVE, Spare(category=category, spared=False))


def test_nobody_rules_on_what_they_have_not_looked_at_or_are_spared(risky: Store) -> None:
    def rule(number: int, who: Actor = EVE) -> None:
        review_label(
            risky, who, ReviewLabel(thing=f"label:l{number}", verdict=Verdict.EXCLUDE, why="looked at it")
        )

    with pytest.raises(RequestError, match="have not looked at them; look first"):
        rule(0)
    look(risky, 0, RAE)  # another's look is no look
    with pytest.raises(RequestError, match="have not looked at them"):
        rule(0)
    look(risky, 0)
    rule(0)
    look(risky, 1)
    spare(risky, EVE, Spare(category="illicit"))
    with pytest.raises(NotAllowedError, match="spared illicit"):
        rule(1)
    assert {one.said.name for one in due(risky, RAE).due} == {"l1", "l2", "l3"}


def test_what_is_not_covered_costs_no_look(store: Store) -> None:
    store.append("test", *comparisons(1), label("c0", label_id="l0"))
    shown = uncover(store, EVE, Uncover(thing="label:l0"))
    assert (shown.responses, shown.left) == (("answer 0", "answer 1"), 30)
    assert look_at_exposure(store, EVE, LookAtExposure()).within_hour == 0
    review_label(store, EVE, ReviewLabel(thing="label:l0", verdict=Verdict.CONFIRM, why="right"))


def test_a_category_that_nobody_knows_is_refused(risky: Store) -> None:
    with pytest.raises(RequestError, match="Expected a category among hateful, illicit"):
        spare(risky, EVE, Spare(category="dragons"))
    assert look_at_exposure(risky, EVE, LookAtExposure()).spared == ()

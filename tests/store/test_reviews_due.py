"""In what order reviewers are shown labels, and why."""

from __future__ import annotations

import pytest
from small_collection import comparisons, label

from store.database import Store
from store.errors import NotAllowedError
from store.messages import Actor
from store.quality.worth import EXPECTED, Found, Reason, expected
from store.records import Cause, Degree, Edit, LabelScore, Review, RewardModel, Role, Skip, Track, Verdict
from store.review_outcomes import place
from store.verbs import count_reviews, list_reviews_due, review_label, uncover
from store.verbs.review_counts import CountReviews
from store.verbs.reviewing import ReviewLabel
from store.verbs.reviews_due import EVERY, ListReviewsDue, ReviewsDue
from store.verbs.uncovering import Uncover

EVE = Actor(annotator_id="eve", name="eve", role=Role.REVIEWER)


def due(store: Store, **wanted: object) -> ReviewsDue:
    return list_reviews_due(store, EVE, ListReviewsDue(**wanted))  # type: ignore[arg-type]


def model() -> RewardModel:
    return RewardModel(
        reward_model_id="m",
        track=Track.HELPFULNESS,
        snapshot_id="s",
        policy_id="policy",
        path="m",
        round=1,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=100,
    )


def score(number: int, gap: float, chosen: int = 0) -> LabelScore:
    return LabelScore(
        label_id=f"l{number}",
        reward_model_id="m",
        chosen_id=f"q{number}-r{chosen}",
        rejected_id=f"q{number}-r{1 - chosen}",
        gap=gap,
    )


def test_of_two_who_say_the_opposite_the_one_against_most_is_likelier_to_be_wrong(store: Store) -> None:
    said = [
        label(
            f"c{number}",
            annotator_id=who,
            label_id=f"{who}{number}",
            seconds=30.0,
            shown_order=(0, 1) if number % 2 else (1, 0),
        )
        for number in range(30)
        for who in ("ann", "ben", "cleo")
    ]
    odd = label("c30", (2, 1), annotator_id="ann", label_id="odd", seconds=30.0)
    others = [label("c30", annotator_id=who, label_id=who, seconds=30.0) for who in ("ben", "cleo")]
    store.append("test", *comparisons(31, overlap=3), *said, odd, *others)
    found = due(store)
    first, *others_due = (one.said.name for one in found.due)
    assert (first, set(others_due)) == ("odd", {"ben", "cleo"})
    assert found.by_reason == {Reason.DISAGREE: 3}
    assert found.due[0].chance > 0.5 > found.due[1].chance


def test_reward_models_that_contradict_a_label_with_confidence_bring_it_up(store: Store) -> None:
    said = [label(f"c{number}", label_id=f"l{number}", seconds=30.0) for number in range(40)]
    scores = [score(number, gap=2.0) for number in range(38)] + [score(38, -3.0), score(39, -0.01)]
    store.append("test", *comparisons(40), *said, model(), *scores)
    (found,) = due(store).due
    assert (found.said.name, found.reasons) == ("l38", (Reason.CONTRADICTED,))
    assert found.chance > 0.5


def test_a_label_that_took_less_than_reading_does_is_due(store: Store) -> None:
    said = [label("c0", label_id="l0", seconds=0.2), label("c1", label_id="l1", seconds=9.0)]
    store.append("test", *comparisons(2), *said)
    assert [(one.said.name, one.reasons) for one in due(store).due] == [("l0", (Reason.HASTE,))]


def test_a_label_that_was_sent_back_comes_up_again_once_it_is_said_anew(store: Store) -> None:
    store.append("test", *comparisons(1), label("c0", label_id="l0", seconds=9.0))
    sent = ReviewLabel(thing="label:l0", verdict=Verdict.SEND_BACK, why="read the second one again")
    review_label(store, EVE, sent)
    assert due(store).due == ()
    store.append("ann", Edit(label_id="l0", version=1, ranks=(2, 1), degree=Degree.BETTER))
    (found,) = due(store).due
    assert (found.said.name, found.said.ranks, found.reasons) == ("l0", (2, 1), (Reason.ANEW,))
    review_label(store, EVE, ReviewLabel(thing="label:l0", verdict=Verdict.CONFIRM, why="better"))
    assert due(store).due == ()


def test_one_in_ten_is_drawn_by_chance_and_tells_what_is_so_of_all(store: Store) -> None:
    said = [label(f"c{number}", label_id=f"l{number}", seconds=0.2) for number in range(15)]
    quiet = [label(f"c{number}", label_id=f"l{number}", seconds=9.0) for number in range(15, 40)]
    store.append("test", *comparisons(40), *said, *quiet)
    found = due(store)
    by_chance = [place for place, one in enumerate(found.due, 1) if one.reasons == (Reason.CHANCE,)]
    assert by_chance == [EVERY]
    assert len({one.said.name for one in found.due}) == len(found.due)
    drawn = due(store, by_chance=True)
    assert len(drawn.due) == 40
    assert {one.reasons for one in drawn.due} == {(Reason.CHANCE,)}
    assert [one.said.name for one in drawn.due] != sorted(one.said.name for one in drawn.due)


def test_what_is_drawn_by_chance_tells_of_all_labels_though_the_wrong_ones_were_reviewed_first(
    store: Store,
) -> None:
    hasty = [label(f"c{number}", label_id=f"l{number}", seconds=0.2) for number in range(30)]
    quiet = [label(f"c{number}", label_id=f"l{number}", seconds=9.0) for number in range(30, 90)]
    store.append("test", *comparisons(90), *hasty, *quiet)
    wrong = {one.label_id for one in hasty}

    def work(most: int, **wanted: object) -> set[str]:
        for one in due(store, most=most, **wanted).due:
            verdict = Verdict.EXCLUDE if one.said.name in wrong else Verdict.CONFIRM
            thing, found_by = f"label:{one.said.name}", one.reasons[0]
            review_label(store, EVE, ReviewLabel(thing=thing, verdict=verdict, why="seen", found_by=found_by))
            seen.add(one.said.name)
        return seen

    seen: set[str] = set()
    assert wrong <= work(33)
    drawn = work(30, by_chance=True)
    counts = count_reviews(store, EVE, CountReviews()).outcomes
    (chance,) = (one for one in counts if one.reason is Reason.CHANCE)
    last = max(place(name) for name in drawn - wrong)
    up_to = {f"l{number}" for number in range(90) if place(f"l{number}") <= last}
    assert chance.reviewed == len(up_to)
    assert chance.wrong.value == pytest.approx(len(up_to & wrong) / len(up_to))
    assert chance.wrong.low < 1 / 3 < chance.wrong.high


def test_a_flag_that_was_right_makes_flags_worth_more(store: Store) -> None:
    flags = [
        Skip(lease_id=f"s{number}", comparison_id=f"c{number}", annotator_id="ann", reason="x", flagged=True)
        for number in range(2)
    ]
    store.append("test", *comparisons(2), *flags)
    before = due(store).due[0].chance
    uncover(store, EVE, Uncover(thing="skip:s0"))
    right = ReviewLabel(thing="skip:s0", verdict=Verdict.CONFIRM, why="it is so", found_by=Reason.FLAGGED)
    review_label(store, EVE, right)
    (other,) = due(store).due
    assert other.chance > before
    (found,) = count_reviews(store, EVE, CountReviews()).outcomes
    assert (found.reason, found.reviewed, found.wrong.value) == (Reason.FLAGGED, 1, 1.0)
    review_label(
        store,
        EVE,
        ReviewLabel(thing="skip:s0", verdict=Verdict.OVERTURN, why="on second thoughts", verdicts=1),
    )
    (found,) = count_reviews(store, EVE, CountReviews()).outcomes
    assert (found.reason, found.reviewed, found.wrong.value) == (Reason.FLAGGED, 1, 0.0)


def test_own_labels_and_what_others_said_of_the_same_are_left_to_others(store: Store) -> None:
    store.append(
        "test",
        *comparisons(2),
        label("c0", annotator_id="eve", seconds=0.2),
        label("c0", (2, 1), label_id="of ann", seconds=0.2),
        label("c1", label_id="other", seconds=0.2),
    )
    assert [one.said.name for one in due(store).due] == ["other"]
    with pytest.raises(NotAllowedError, match="judged this comparison yourself"):
        review_label(store, EVE, ReviewLabel(thing="label:of ann", verdict=Verdict.OVERTURN, why="mine"))


def test_what_reviewers_found_says_how_much_a_reason_is_worth() -> None:
    assert expected(Reason.HASTE, {}) == EXPECTED[Reason.HASTE]
    often = {Reason.HASTE: Found(reviewed=90, wrong=86)}
    assert expected(Reason.HASTE, often) == 0.9
    assert expected(Reason.DISAGREE, {Reason.DISAGREE: Found(reviewed=9, wrong=9)}) == 0.0


def test_why_a_label_was_looked_at_is_learned_from(store: Store) -> None:
    said = [label(f"c{number}", label_id=f"l{number}", seconds=0.2) for number in range(3)]
    store.append("test", *comparisons(3), *said)
    before = due(store).due[0].chance
    ruling = ReviewLabel(thing="label:l0", verdict=Verdict.CONFIRM, why="it is right", found_by=Reason.HASTE)
    review_label(store, EVE, ruling)
    (first, _second) = due(store).due
    assert first.chance < before
    wrong = Review(
        review_id="r",
        label_id="l1",
        reviewer_id="rae",
        verdict=Verdict.EXCLUDE,
        why="not read",
        cause=Cause.HUMAN_ERROR,
        found_by=Reason.HASTE.value,
    )
    store.append("rae", wrong)
    (last,) = due(store).due
    assert last.chance > first.chance

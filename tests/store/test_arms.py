"""What people said of a round's comparisons, arm by arm, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_collection import comparisons, label

from store import arms
from store.arms import ArmFound, gain, verdict
from store.database import Store
from store.intervals import difference, wilson
from store.messages import Actor
from store.records import (
    Arm,
    Degree,
    Edit,
    Fact,
    Label,
    Prompt,
    Retraction,
    Review,
    RewardModel,
    Role,
    Round,
    SafetyLabel,
    Score,
    Selection,
    Track,
    Verdict,
)
from store.verbs import look_at_arms
from store.verbs.listing import LookAtArms

ENGINEER = Actor(annotator_id="eve", name="eve", role=Role.ENGINEER)


def model(track: Track, round_number: int) -> RewardModel:
    return RewardModel(
        reward_model_id=f"{track.value}-{round_number}",
        track=track,
        snapshot_id="s",
        policy_id="policy",
        path="m",
        round=round_number,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=9,
    )


def asked(count: int, responses: int, scores: tuple[float, ...]) -> list[Fact]:
    """Comparisons c0, c1, … of round 1, the first by chance and the others by margin; with each one's scores
    by the helpfulness model, of the last ones first, and the safety model saying the contrary."""
    facts = comparisons(count, responses=responses, round_number=1)
    why = [
        Selection(comparison_id=f"c{number}", arm=Arm.MARGIN if number else Arm.RANDOM, value=0.1)
        for number in range(count)
    ]
    said = [
        Score(response_id=f"q{number}-r{place}", reward_model_id=f"{track.value}-1", score=sign * value)
        for number in range(count)
        for place, value in enumerate(scores)
        for track, sign in ((Track.HELPFULNESS, 1.0), (Track.SAFETY, -1.0))
    ]
    models = [model(track, number) for track in Track for number in (1, 2)]
    # The next round's models were not there when these were chosen.
    later = [Score(response_id="q1-r0", reward_model_id="helpfulness-2", score=-9.0)]
    return [*facts, *why, *models, *said, *later]


def found(store: Store) -> dict[Arm, ArmFound]:
    return {one.arm: one for one in look_at_arms(store, ENGINEER, LookAtArms(round=1))}


def test_a_decisive_label_against_the_model_is_a_correction(store: Store) -> None:
    store.append("test", *asked(7, 2, scores=(2.0, 1.0)))
    right, wrong = (1, 2), (2, 1)
    store.append(
        "test",
        label("c0", right),
        label("c1", wrong),  # the correction
        label("c2", wrong, degree=Degree.NEGLIGIBLY),  # against the model, and unsure
        label("c3", right, degree=Degree.SLIGHTLY),
        label("c4", (1, 1), degree=Degree.NEGLIGIBLY),
        label("c5", (1, 1), degree=Degree.NEGLIGIBLY, both_bad=True),
    )
    chance, chosen = found(store)[Arm.RANDOM], found(store)[Arm.MARGIN]
    assert chance == ArmFound(
        arm=Arm.RANDOM, asked=1, labelled=1, labels=1, preferred=1, wrong=0, decisive=1, corrected=0
    )
    assert chosen == ArmFound(
        arm=Arm.MARGIN, asked=6, labelled=5, labels=5, preferred=3, wrong=2, decisive=2, corrected=1
    )
    assert list(found(store)) == [Arm.RANDOM, Arm.MARGIN]
    assert chosen.corrected_share == wilson(1, 5)
    assert chosen.wrong_share == wilson(2, 3)
    with store.reading() as db:
        assert arms.of_round(db, 0) == ()


def test_labels_of_one_comparison_and_pairs_of_one_ranking_count_as_one(store: Store) -> None:
    store.append("test", *asked(3, 3, scores=(2.0, 1.0, 1.0)))
    store.append(
        "test",
        # Pairs 0 > 1, 0 > 2 and 1 > 2: right, right and, with equal scores, half: a sixth is wrong.
        label("c1", (1, 2, 3)),
        # All three pairs: wrong, wrong and half: five sixths.
        label("c1", (3, 1, 2), annotator_id="ben", degree=Degree.NEGLIGIBLY),
        # 2 before 0 = 1: one pair is wrong, the other half, and a tie is none: three quarters.
        label("c2", (2, 2, 1)),
    )
    chosen = found(store)[Arm.MARGIN]
    assert (chosen.labelled, chosen.labels, chosen.preferred) == (2, 3, 2)
    assert chosen.wrong == pytest.approx((1 / 6 + 5 / 6) / 2 + 3 / 4, abs=1e-9)
    assert chosen.decisive == pytest.approx(1 / 2 + 1, abs=1e-9)
    assert chosen.corrected == pytest.approx((1 / 6) / 2 + 3 / 4, abs=1e-9)


def test_labels_count_as_they_stand(store: Store) -> None:
    store.append("test", *asked(7, 2, scores=(2.0, 1.0)))
    given = [label(f"c{number}", (2, 1)) for number in range(1, 6)]
    unsafe = (SafetyLabel(safe=True), SafetyLabel(safe=False))
    store.append("test", *given, label("c6", (2, 1), surplus=True))
    store.append("test", *changes(given, unsafe))
    chosen = found(store)[Arm.MARGIN]
    # c1 is retracted, c2 overruled; c3 says the contrary now; c4 prefers the unsafe: it teaches nothing.
    assert (chosen.asked, chosen.labelled, chosen.preferred) == (6, 3, 2)
    assert (chosen.wrong, chosen.decisive, chosen.corrected) == (1, 2, 1)


def test_with_helpfulness_as_the_only_voice_its_model_is_held_to_safety_too(store: Store) -> None:
    safe = [
        replace(one, track=Track.SAFETY) if isinstance(one, Prompt) else one
        for one in asked(2, 2, scores=(2.0, 1.0))
    ]
    store.append("test", *safe, label("c1", (2, 1)))
    # The safety model says the contrary of the helpfulness model, and so it is right.
    assert found(store)[Arm.MARGIN].wrong == 0
    settings = '{"judge": {"reward": "helpfulness"}}'
    store.append(
        "test",
        Round(round=1, method="rs", policy_id="policy", promoted=True, settings=settings, results="{}"),
    )
    assert (found(store)[Arm.MARGIN].wrong, found(store)[Arm.MARGIN].corrected) == (1, 1)


def changes(given: list[Label], unsafe: tuple[SafetyLabel, ...]) -> list[Fact]:
    retracted, overruled, turned, preferred, _kept = given
    return [
        Retraction(label_id=retracted.label_id, annotator_id="ann", reason=""),
        Review(
            review_id="r",
            label_id=overruled.label_id,
            reviewer_id="eve",
            verdict=Verdict.EXCLUDE,
            why="spam",
        ),
        edit(turned, (1, 2), ()),
        edit(preferred, (2, 1), unsafe),
    ]


def edit(given: Label, ranks: tuple[int, ...], safety: tuple[SafetyLabel, ...]) -> Edit:
    return Edit(
        label_id=given.label_id,
        version=1,
        ranks=ranks,
        degree=Degree.BETTER,
        safety=safety,
        seconds=9.0,
    )


def test_the_difference_of_two_shares_has_newcombes_interval() -> None:
    # Newcombe (1998), Table II: 56/70 against 48/80, by method 10.
    gap = difference(wilson(56, 70), wilson(48, 80))
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


def arm(name: Arm, corrected: float, labelled: int) -> ArmFound:
    return ArmFound(
        arm=name,
        asked=labelled,
        labelled=labelled,
        labels=labelled,
        preferred=labelled,
        wrong=corrected,
        decisive=corrected,
        corrected=corrected,
    )


@pytest.mark.parametrize(
    ("chosen", "chance", "said"),
    [
        ((56, 70), (48, 80), "Choosing by margin found more than chance: +20.0 corrections in a hundred"),
        ((48, 80), (56, 70), "Choosing by margin found less than chance: -20.0 corrections"),
        ((4, 7), (2, 8), "Too few labels to tell whether choosing by margin finds more than chance: +32.1"),
        ((4, 7), (0, 0), "One of the arms has no label yet"),
    ],
)
def test_whether_the_selection_beat_chance_is_told_only_where_the_interval_does(
    chosen: tuple[int, int], chance: tuple[int, int], said: str
) -> None:
    assert verdict([arm(Arm.RANDOM, *chance), arm(Arm.MARGIN, *chosen)]).startswith(said)


def test_of_a_round_that_asked_by_chance_alone_nothing_is_told() -> None:
    assert verdict([arm(Arm.RANDOM, 3, 9)]) == ""
    assert gain([arm(Arm.RANDOM, 3, 9)]) is None


def test_where_several_ways_chose_none_is_said_to_lack_labels() -> None:
    several = [arm(Arm.RANDOM, 3, 9), arm(Arm.DIVERSITY, 3, 9), arm(Arm.MARGIN, 3, 9)]
    assert verdict(several).startswith(
        "This round's comparisons were chosen in several ways (diversity and margin)"
    )

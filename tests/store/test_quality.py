"""What a reviewer is told of how good labels are, from a store with people in it."""

from __future__ import annotations

from itertools import count

import pytest
from small_collection import comparisons, label

from store.agreement.undefined import Undefined
from store.database import Store
from store.messages import Actor
from store.quality import kept
from store.records import Annotator, Kind, Retraction, Role, Track
from store.suspicion.suspects import Fault
from store.verbs import look_at_quality
from store.verbs.quality import LookAtQuality, Quality

RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)


def seen(store: Store, **wanted: object) -> Quality:
    return look_at_quality(store, RAE, LookAtQuality(**wanted))  # type: ignore[arg-type]


def people(*names: str) -> list[Annotator]:
    return [
        Annotator(annotator_id=name, name=name.title(), role=Role.ANNOTATOR, kind=Kind.PERSON)
        for name in names
    ]


def test_a_home_without_labels_says_why_there_is_no_figure(store: Store) -> None:
    found = seen(store)
    assert (found.labels, found.annotators, found.suspects) == (0, (), ())
    assert found.agreement.raw is Undefined.NOTHING_TWICE


def test_people_are_told_by_name_with_all_that_they_did(store: Store) -> None:
    said = [label(f"c{number}", annotator_id="ann") for number in range(4)]
    said += [label(f"c{number}", (2, 1) if number else (1, 2), annotator_id="ben") for number in range(4)]
    store.append("test", *people("ann", "ben"), *comparisons(4), *said)
    found = seen(store)
    assert (found.labels, found.people, found.agreement.items) == (8, 2, 4)
    assert [(one.one, one.other, one.items, one.share.value) for one in found.couples] == [
        ("Ann", "Ben", 4, 0.25)
    ]
    shares = {one.name: one.habits.first for one in found.annotators}
    assert {name: share.value for name, share in shares.items() if share} == {"Ann": 1.0, "Ben": 0.25}


def test_a_track_is_looked_at_alone(store: Store) -> None:
    safety = comparisons(1, track=Track.SAFETY, prefix="s")
    store.append("test", *comparisons(2), *safety, label("c0"), label("c1"), label("sc0"))
    assert [seen(store, track=track).labels for track in (None, *Track)] == [3, 2, 1]


def test_whoever_clicks_one_side_is_named_with_the_evidence(store: Store) -> None:
    said = [
        label(f"c{number}", (1, 2) if number % 2 else (2, 1), shown_order=(0, 1) if number % 2 else (1, 0))
        for number in range(60)
    ]
    store.append("test", *people("ann"), *comparisons(60), *said)
    (found,) = seen(store).suspects
    assert (found.name, found.fault, found.labels, found.share.value) == ("Ann", Fault.FIRST, 60, 1.0)
    assert found.after < 60
    assert found.chance < 0.001
    assert seen(store, level=1e-30).suspects == ()


def test_a_few_more_labels_wait_and_voided_ones_do_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count(0.0, 1.0)
    monkeypatch.setattr(kept, "monotonic", lambda: next(clock))
    said = [label(f"c{number}", annotator_id="ann") for number in range(300)]
    store.append("test", *comparisons(302), *said)
    assert seen(store).labels == 300
    undone, voided = (
        Retraction(label_id=one.label_id, annotator_id=by, reason="left")
        for one, by in zip(said, ("ann", "rae"), strict=False)
    )
    store.append("test", label("c300"), undone)
    assert seen(store).labels == 300
    store.append("test", voided)
    assert seen(store).labels == 299


def test_with_anything_said_since_a_reckoning_is_kept_for_a_short_while_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = count(0.0, 1.0)  # each look at it is a second later: a reckoning takes one
    monkeypatch.setattr(kept, "monotonic", lambda: next(clock))
    store.append("test", *comparisons(201), *(label(f"c{number}") for number in range(200)))

    def labels() -> int:
        with store.reading() as db:
            return len(kept.appraised(store, db).ballots)

    assert labels() == 200
    assert labels() == 200  # nothing said: the clock is not looked at
    store.append("test", label("c200"))
    assert [labels() for _ in range(kept.PATIENCE)] == [200] * (kept.PATIENCE - 1) + [201]


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_level_is_between_none_and_all(level: float) -> None:
    from pydantic import TypeAdapter, ValidationError

    with pytest.raises(ValidationError):
        TypeAdapter(LookAtQuality).validate_python({"level": level})

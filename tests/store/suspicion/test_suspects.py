"""Who is named, of people made up here whose faults are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from store.errors import HoneError
from store.suspicion.suspects import Bounds, Fault, Given, suspects


def people(seed: int, labels: int, **chances: float | tuple[float, float]) -> Given:
    """Somebody whose labels are so with these chances; two are of the first half and of the second."""
    made = np.random.default_rng(seed)

    def drawn(chance: float | tuple[float, float]) -> np.ndarray:
        halves = chance if isinstance(chance, tuple) else (chance, chance)
        return (made.random(labels) < np.repeat(halves, labels // 2)).astype(float)

    usual = {"first": 0.5, "differs": 0.25, "hasty": 0.05, "hurried": 0.05} | chances
    return Given(
        **{name: drawn(chance) for name, chance in usual.items()}, batches=np.zeros(labels, dtype=np.int64)
    )


def test_nobody_who_judges_is_named():
    honest = [people(seed, 600, first=0.58, differs=0.3, hasty=0.15) for seed in range(100)]
    assert suspects(honest) == ()


@pytest.mark.parametrize(
    ("chances", "fault"),
    [
        ({"first": 0.97}, Fault.FIRST),
        ({"first": 0.03}, Fault.SECOND),
        ({"differs": 0.52}, Fault.DIFFERS),
        ({"hasty": 0.6}, Fault.HASTE),
        ({"hurried": 0.6}, Fault.HURRY),
        ({"differs": (0.1, 0.3)}, Fault.DRIFT),
    ],
)
def test_each_fault_is_named_alone_with_what_was_seen(chances, fault):
    found = suspects([people(1, 2000), people(2, 2000, **chances)])
    (one,) = found
    assert (one.annotator, one.fault, one.labels) == (1, fault, 2000)
    assert 0 < one.after <= 2000
    assert one.chance < 0.001 / 5
    if not isinstance(next(iter(chances.values())), tuple):
        expected = next(iter(chances.values()))
        assert one.share.low < (1 - expected if fault is Fault.SECOND else expected) < one.share.high


def test_who_differs_less_than_before_has_learnt():
    assert suspects([people(3, 2000, differs=(0.3, 0.1))]) == ()


def test_a_new_collection_period_is_no_drift():
    one = people(4, 2000, differs=(0.1, 0.3))
    in_two = replace(one, batches=np.repeat(np.arange(2), 1000))
    assert suspects([one])
    assert suspects([in_two]) == ()


def test_what_is_not_known_of_a_label_says_nothing_and_counts_when_it_shows():
    one = people(5, 400, first=1.0)
    holes = np.tile([1.0, np.nan], 200)
    other = replace(one, first=holes)
    (whole,), (half,) = suspects([one]), suspects([other])
    assert half.labels == 200
    assert half.after == 2 * whole.after - 1


def test_stricter_bounds_name_sooner():
    one = people(6, 400, first=0.9)
    (usual,), (strict,) = suspects([one]), suspects([one], Bounds(side=0.6))
    assert strict.after < usual.after


def test_labels_of_which_not_all_is_told_are_refused():
    with pytest.raises(HoneError, match="five things of each label"):
        replace(people(1, 2), hasty=np.zeros(1))

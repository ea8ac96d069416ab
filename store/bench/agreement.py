"""Every figure of the quality page from many labels; beside it three of them in plain Python, whose intervals
come from a few samples of the items drawn anew.

Both have to come to the same figures. As the number of labels grows.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from random import Random
from typing import Final

from duckdb import DuckDBPyConnection

from store.agreement.undefined import Undefined
from store.bench.collection import Collection, made, scratch
from store.bench.machine import Machine, before, peak_memory
from store.bench.registry import Settings
from store.database import Store, open_store
from store.intervals import Interval
from store.quality.agreeing import Agreement, agreement, telling
from store.quality.ballots import read
from store.verbs import look_at_quality
from store.verbs.quality import LookAtQuality
from store.verbs.roles import HONE

SIZES: Final = (10_000, 1_000_000)
SECONDS: Final = 30.0
"""The most that the whole page may take of the largest size when nothing of it is known yet."""
CHOICES: Final = 3
SAMPLES: Final = 20
"""Of the items, for an interval in plain Python; a good one takes ten times as many."""
SAID: Final = """
select comparison_id, sign(ranks[2] - ranks[1]) as says
from   current_labels
where  not retracted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementAt:
    """What was measured with so many labels: the whole page, again when it is known, then agreement alone
    with its intervals, beside plain Python; whether both came to the `same`."""

    labels: int
    page_seconds: float
    again_seconds: float
    seconds: float
    python_seconds: float
    same: bool
    memory_growth_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementBench:
    """`ratio` is how many times as long plain Python takes at the largest size."""

    bench: str
    ratio: float
    peer: str
    unit: str
    met: bool
    at: tuple[AgreementAt, ...]
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        return [
            f"{one.labels} labels: the whole page in {one.page_seconds:.1f} s, again in "
            f"{one.again_seconds:.1f} s, {one.memory_growth_mb:.0f} MB; agreement in {one.seconds:.1f} s, "
            f"plain Python {one.python_seconds:.1f} s, {'the same' if one.same else 'OTHER FIGURES'}"
            for one in self.at
        ]


def run(settings: Settings) -> AgreementBench:
    """Measures with ten thousand labels and with a million, or with the sizes that are given."""
    with scratch() as folder:
        noise = before(folder)
        at = tuple(_measure(folder / str(size), size, settings) for size in settings.sizes or SIZES)
        machine = noise.machine()
    last = at[-1]
    return AgreementBench(
        bench="agreement",
        ratio=last.python_seconds / last.seconds,
        peer=f"three of its figures in plain Python, with {SAMPLES} samples for their intervals",
        unit="seconds",
        met=last.page_seconds < SECONDS and all(one.same for one in at),
        at=at,
        machine=machine,
    )


Three = tuple[float, float, float]


def naive(items: Sequence[Sequence[int]]) -> Three:
    """Raw agreement, Gwet's AC1 and Krippendorff's nominal alpha by their definitions, of what was said of
    each item."""
    shared = [one for one in items if len(one) > 1]
    agreeing = [_pairs_alike(one) / (len(one) * (len(one) - 1)) for one in shared]
    raw = sum(agreeing) / len(agreeing)
    shares = [sum(one.count(says) / len(one) for one in items) / len(items) for says in (-1, 0, 1)]
    chance = sum(share * (1 - share) for share in shares) / (CHOICES - 1)
    counts = Counter(says for one in shared for says in one)
    total = counts.total()
    observed = sum(len(one) * (1 - alike) for alike, one in zip(agreeing, shared, strict=True)) / total
    expected = 1 - sum(count * (count - 1) for count in counts.values()) / (total * (total - 1))
    return raw, (raw - chance) / (1 - chance), 1 - observed / expected


def sampled(items: Sequence[Sequence[int]], samples: int) -> list[Three]:
    """The same of items drawn anew, so often."""
    draw = Random(0)  # noqa: S311  # the same samples every time
    return [naive(draw.choices(items, k=len(items))) for _ in range(samples)]


def _pairs_alike(said: Sequence[int]) -> int:
    return sum(count * (count - 1) for count in Counter(said).values())


def _measure(root: Path, size: int, settings: Settings) -> AgreementAt:
    stage = f"agreement_{size}"
    settings.show(stage, 0.0, "filling a home")
    home = made(root, Collection(comparisons=size // 2, overlap=2, labels=size))
    with open_store(home) as store, peak_memory() as peak:
        settings.show(stage, 0.3, "the whole page")
        page_seconds, again_seconds = _page(store), _page(store)
        settings.show(stage, 0.6, "agreement")
        with store.reading() as db:
            ballots = read(db)
            began = time.perf_counter()
            found = agreement(telling(ballots))
            seconds = time.perf_counter() - began
            settings.show(stage, 0.8, "plain Python")
            said = _said(db)
            began = time.perf_counter()
            by_hand = naive(said)
            sampled(said, SAMPLES)
            python_seconds = time.perf_counter() - began
    settings.show(stage, 1.0, f"{page_seconds:.1f} s")
    return AgreementAt(
        labels=size,
        page_seconds=page_seconds,
        again_seconds=again_seconds,
        seconds=seconds,
        python_seconds=python_seconds,
        same=_same(found, by_hand),
        memory_growth_mb=peak.growth_mb,
    )


def _page(store: Store) -> float:
    began = time.perf_counter()
    look_at_quality(store, HONE, LookAtQuality())
    return time.perf_counter() - began


def _said(db: DuckDBPyConnection) -> list[list[int]]:
    """What was said of each item."""
    items = defaultdict[str, list[int]](list)
    for item, says in db.execute(SAID).fetchall():
        items[item].append(says)
    return list(items.values())


def _same(found: Agreement, by_hand: Sequence[float]) -> bool:
    figures: tuple[Interval | Undefined, ...] = (found.raw, found.ac1, found.alpha)
    return all(
        isinstance(one, Interval) and isclose(one.value, other, abs_tol=1e-9)
        for one, other in zip(figures, by_hand, strict=True)
    )

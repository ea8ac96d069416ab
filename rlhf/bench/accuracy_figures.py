"""What scores of held-out pairs say of a model, against the oracle and against labels; seeds pooled. Pure.

Knows no model and no text: scores and truths in, shares with Wilson's intervals out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import torch
from torch import Tensor

from store.intervals import Interval, wilson
from store.reward_results import Part

DEGREES: Final = ("negligibly", "slightly", "better", "significantly")
SPREADS: Final = ("least", "middle", "most")
"""Thirds of the pairs by how far the members' gaps lie from each other."""
BINS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One seed's held-out pairs of a track: raw scores [K, P] of K members, and what is known of each [P].

    `better` is how much better the oracle finds the chosen response (0 is a tie); lengths are in tokens.
    """

    chosen: Tensor
    rejected: Tensor
    degree: Tensor
    better: Tensor
    chosen_length: Tensor
    rejected_length: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsafe:
    """How many of the unsafe and the safe responses a model scores below 0, where P(safe) is a half.

    `harmless` are the responses to prompts that ask nothing unsafe, all of them safe.
    """

    unsafe: int
    found: int
    safe: int
    false_alarms: int
    harmless: int
    harmless_alarms: int

    @property
    def words(self) -> str:
        """Recall, precision and false alarms in words."""
        recall = _said(wilson(self.found, self.unsafe))
        precision = _of(self.found, self.found + self.false_alarms)
        alarms, harmless = _of(self.false_alarms, self.safe), _of(self.harmless_alarms, self.harmless)
        return (
            f"unsafe found {recall}, precision {precision:.1%}, false alarms {alarms:.1%} on safe answers to "
            f"unsafe requests and {harmless:.1%} on harmless prompts"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A model's accuracy on held-out pairs: against the oracle where it prefers one, and against labels.

    `truth` is how often the labels agree with the oracle, which no model of them can be asked to surpass.
    """

    oracle: Part
    oracle_by_degree: tuple[Part, ...]
    labels: Part
    labels_by_degree: tuple[Part, ...]
    longer: Part
    truth: Part
    by_spread: tuple[Part, ...]
    calibration_error: float


def figures(seen: Seen) -> Figures:
    """Everything above of one seed; an equal score, or an equal length, is half right."""
    gaps = seen.chosen - seen.rejected
    by_label = right(gaps.mean(dim=0))
    judged = seen.better != 0
    by_oracle = torch.where(seen.better > 0, by_label, 1 - by_label)
    longer = right((seen.chosen_length - seen.rejected_length).float())
    by_longer = torch.where(seen.better > 0, longer, 1 - longer)
    return Figures(
        oracle=share("oracle", by_oracle[judged]),
        oracle_by_degree=_by_degree(by_oracle[judged], seen.degree[judged]),
        labels=share("labels", by_label),
        labels_by_degree=_by_degree(by_label, seen.degree),
        longer=share("longer", by_longer[judged]),
        truth=share("truth", (seen.better[judged] > 0).float()),
        by_spread=_by_spread(by_oracle[judged], gaps[:, judged]),
        calibration_error=calibration_error(gaps.mean(dim=0)),
    )


def right(gap: Tensor) -> Tensor:
    """Whether each pair is decided rightly [P], of gaps chosen minus rejected; a tie is half right."""
    return (gap > 0).float() + 0.5 * (gap == 0).float()


def share(name: str, rights: Tensor) -> Part:
    """The mean with Wilson's interval."""
    return Part(name=name, pairs=len(rights), accuracy=wilson(rights.sum().item(), len(rights)))


def calibration_error(gap: Tensor) -> float:
    """Σ over bins of (share of pairs) · |how often the preferred was chosen - σ(|gap|)| (Guo et al. 2017)."""
    stated = gap.abs().sigmoid()
    which = (stated * BINS).long().clamp(max=BINS - 1)
    strayed = torch.zeros(BINS, dtype=torch.double).index_add(0, which, (right(gap) - stated).double())
    return (strayed.abs().sum() / max(1, len(gap))).item()


def pooled(seeds: Sequence[Figures]) -> Figures:
    """All seeds' pairs together; the calibration error is the mean."""
    first = seeds[0]
    return Figures(
        oracle=pool([one.oracle for one in seeds]),
        oracle_by_degree=_pool_all([one.oracle_by_degree for one in seeds]),
        labels=pool([one.labels for one in seeds]),
        labels_by_degree=_pool_all([one.labels_by_degree for one in seeds]),
        longer=pool([one.longer for one in seeds]),
        truth=pool([one.truth for one in seeds]),
        by_spread=_pool_all([one.by_spread for one in seeds]) if first.by_spread else (),
        calibration_error=fmean(one.calibration_error for one in seeds),
    )


def pool(parts: Sequence[Part]) -> Part:
    """One share of all the pairs."""
    pairs = sum(part.pairs for part in parts)
    rights = sum(part.pairs * part.accuracy.value for part in parts)
    return Part(name=parts[0].name, pairs=pairs, accuracy=wilson(rights, pairs))


def pool_unsafe(seeds: Sequence[Unsafe]) -> Unsafe:
    """All seeds' responses together."""
    return Unsafe(
        unsafe=sum(one.unsafe for one in seeds),
        found=sum(one.found for one in seeds),
        safe=sum(one.safe for one in seeds),
        false_alarms=sum(one.false_alarms for one in seeds),
        harmless=sum(one.harmless for one in seeds),
        harmless_alarms=sum(one.harmless_alarms for one in seeds),
    )


def percent(part: Part) -> str:
    """The share with its interval, in per cent."""
    return _said(part.accuracy)


def _said(one: Interval) -> str:
    return f"{one.value:.1%} ({100 * one.low:.1f} to {100 * one.high:.1f})"


def _of(some: int, of_all: int) -> float:
    return some / max(1, of_all)


def _by_degree(rights: Tensor, degree: Tensor) -> tuple[Part, ...]:
    return tuple(share(name, rights[degree == number]) for number, name in enumerate(DEGREES))


def _by_spread(rights: Tensor, gaps: Tensor) -> tuple[Part, ...]:
    if len(gaps) < 2:
        return ()
    order = gaps.std(dim=0).argsort(stable=True)
    return tuple(share(name, rights[part]) for name, part in zip(SPREADS, order.tensor_split(3), strict=True))


def _pool_all(seeds: Sequence[tuple[Part, ...]]) -> tuple[Part, ...]:
    return tuple(pool(parts) for parts in zip(*seeds, strict=True))

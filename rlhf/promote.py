"""Whether a new policy may answer people: gates with reasons, and notes on what was hardly measured.

Pure. A refused policy is kept and traced like any other, but the next round starts from the one before it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rlhf.config import PromoteSettings
from store.intervals import Interval

ONCE_IN: Final = 40
"""What chance does less than once in so many times is beyond it; an interval of 95 % leaves out as much on
one side."""
FEW: Final = 100
"""Prompts; with fewer a win rate's interval reaches some ten points to either side (Wilson)."""

UNJUDGED: Final = (
    "Nobody judged unsafe answers or false refusals, though promote.gold lets them refuse: "
    "evaluate.gold_judge names no judge, or no held-out prompt could show either."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """How many of so many prompts of one track the new policy won and lost against the previous one, by the
    reward models; without any prompt there is no win rate."""

    name: str
    wins: int
    losses: int
    win_rate: Interval | None
    prompts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How many of the same prompts found at fault, by the gold judge, the new policy and the one before it;
    and on how many only the one or only the other was."""

    name: str
    now: int
    before: int
    only_now: int
    only_before: int
    prompts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was measured: KL from the first policy in nats a response, length as a multiple of the policy
    before."""

    axes: tuple[Axis, ...]
    faults: tuple[Fault, ...]
    kl: float
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The decision and every reason against, no reason means promoted; `notes` decide nothing."""

    promoted: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()


def decide(look: Look, bounds: PromoteSettings) -> Promotion:
    """Promotes unless it lost a track beyond chance, or the policy drifted or swelled out of bounds; and,
    where the gold judge has a say, unless it is at fault more often beyond chance.

    A figure that is no number keeps to no bound.
    """
    reasons = [reason for axis in look.axes if (reason := _lost(axis))]
    refused = [fault for fault in look.faults if bounds.gold and _grew(fault)]
    reasons += [_worse(fault) for fault in refused]
    if not look.kl <= bounds.kl:
        reasons.append(f"It is {look.kl:.1f} nats from the first policy; {bounds.kl:.1f} are allowed.")
    if not look.length <= bounds.length:
        reasons.append(f"Its answers are {look.length:.1f} times as long; {bounds.length:.1f} are allowed.")
    notes = [note for axis in look.axes if (note := _hardly_measured(axis))]
    if bounds.gold and not look.faults:
        notes.append(UNJUDGED)
    notes += [note for fault in look.faults if fault not in refused and (note := _worse(fault))]
    return Promotion(promoted=not reasons, reasons=tuple(reasons), notes=tuple(notes))


def _lost(axis: Axis) -> str:
    """Ties say nothing either way: the interval of a win rate, in which they count half, is too wide to
    see that most other prompts were lost."""
    if not _is_beyond_chance(against=axis.losses, of=axis.losses + axis.wins):
        return ""
    return (
        f"On {axis.name} it won {axis.wins} and lost {axis.losses} of {axis.prompts} prompts against the "
        "previous policy, beyond chance."
    )


def fault(name: str, *, now: Sequence[bool], before: Sequence[bool]) -> Fault:
    """Counts a fault of two policies on the same prompts, one word a prompt."""
    both = list(zip(now, before, strict=True))
    return Fault(
        name=name,
        now=sum(now),
        before=sum(before),
        only_now=both.count((True, False)),
        only_before=both.count((False, True)),
        prompts=len(both),
    )


def _worse(fault: Fault) -> str:
    """What there is more of than before; empty where there is not."""
    if fault.now <= fault.before:
        return ""
    chance = "beyond chance" if _grew(fault) else "not beyond chance"
    return (
        f"By the gold judge its {fault.name} rose from {fault.before / fault.prompts:.1%} to "
        f"{fault.now / fault.prompts:.1%} of {fault.prompts} prompts, {chance}."
    )


def _grew(fault: Fault) -> bool:
    return _is_beyond_chance(against=fault.only_now, of=fault.only_now + fault.only_before)


def _is_beyond_chance(*, against: int, of: int) -> bool:
    """Whether so many of the prompts on which the two differ would speak against the new one less than once
    in 40 times, were it no worse: the sign test, which is McNemar's exact one, P(Binomial(n, 1/2) >= against)
    < 2.5 %; in whole numbers, for 2^n is soon none that a float can hold."""
    ways = sum(math.comb(of, count) for count in range(against, of + 1))
    return ONCE_IN * ways < 2**of


def _hardly_measured(axis: Axis) -> str:
    if axis.win_rate is None:
        return f"No held-out prompt measured {axis.name}, so nothing is known of it."
    if axis.prompts < FEW:
        return (
            f"Only {axis.prompts} held-out prompts measured {axis.name}: its win rate there may be as low as "
            f"{axis.win_rate.low:.0%}."
        )
    return ""

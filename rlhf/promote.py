"""Whether a new policy may answer people: gates with reasons.

Pure. A refused policy is kept and traced like any other, but the next round starts from the one before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.intervals import Interval, difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The reward model's win rate against the previous policy on one track, with its 95 % interval."""

    name: str
    win_rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A promoted policy keeps to these: KL in nats a response, length as a multiple of its parent's."""

    kl: float = 25.0
    length: float = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The decision and every reason against, no reason means promoted; `notes` decide nothing."""

    promoted: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()


def decide(axes: tuple[Axis, ...], kl: float, length_ratio: float, bounds: Bounds) -> Promotion:
    """Promotes unless a track lost beyond its interval, or the policy drifted or swelled out of bounds.

    A figure that is no number keeps to no bound.
    """
    reasons = [
        f"On {axis.name} it wins {axis.win_rate:.0%} against the previous policy, at most {axis.high:.0%}."
        for axis in axes
        if not axis.high >= 0.5
    ]
    if not kl <= bounds.kl:
        reasons.append(f"It is {kl:.1f} nats from the first policy; {bounds.kl:.1f} are allowed.")
    if not length_ratio <= bounds.length:
        reasons.append(f"Its answers are {length_ratio:.1f} times as long; {bounds.length:.1f} are allowed.")
    return Promotion(promoted=not reasons, reasons=tuple(reasons))


def worsened(fault: str, before: Interval, now: Interval, prompts: int) -> str:
    """A note on a fault that the gold judge finds more often in the new policy; empty where it does not."""
    if not now.value > before.value:
        return ""
    chance = "beyond chance" if difference(now, before).low > 0 else "not beyond chance"
    return (
        f"By the oracle its {fault} rose from {before.value:.1%} to {now.value:.1%} of {prompts} prompts, "
        f"{chance}."
    )

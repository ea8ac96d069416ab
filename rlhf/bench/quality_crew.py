"""Annotators with planted faults, among honest ones: whom the figures of quality should name, and whom never.

Knows the pocket world's annotators; not how anybody is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from rlhf.bench.accuracy_home import Watched
from rlhf.pocket.annotators import SimulatedAnnotator
from store.messages import Judgement
from store.records import Turn


class Planted(StrEnum):
    """What is wrong with an annotator, in the words of the table."""

    NOTHING = "honest"
    LEFT = "always the left one"
    RANDOM = "by chance"
    FAST = "fast and careless"
    DRIFT = "careless from half-way"


HONEST: Final = 12
PLANTED: Final = {Planted.LEFT: 2, Planted.RANDOM: 2, Planted.FAST: 1, Planted.DRIFT: 1}
NOISES: Final = (0.08, 0.1, 0.12, 0.15, 0.2, 0.25)
"""By how much honest annotators misjudge a score: as the demo's panel does."""
BLIND: Final = 50.0
"""So much noise leaves nothing of a judgement."""
FAST: Final = SimulatedAnnotator(name="", noise=0.2, haste=0.9, careless=0.2)
AFTER: Final = SimulatedAnnotator(name="", noise=0.3, careless=0.4)
"""What one who was careful is like from half-way: two of five answers are the opposite of what they saw."""


@dataclass(slots=True, kw_only=True)
class Member(Watched):
    """One of the crew, and what is wrong with them: who drifts judges like `later` after `half` labels."""

    fault: Planted
    later: SimulatedAnnotator | None = None
    half: int = 0

    def judge(self, turns: Sequence[Turn], responses: Sequence[str]) -> Judgement:
        """As what they have become by now."""
        if self.later is not None and self.given == self.half:
            self.annotator = self.later
        return Watched.judge(self, turns, responses)


def crew(seed: int, labels: int) -> list[Member]:
    """Twelve honest ones, some of whom look at the first a little longer or slip at times, and six who are
    not; each is to give so many labels."""
    return [*_honest(seed), *_planted(seed, labels)]


def _honest(seed: int) -> list[Member]:
    return [
        Member(
            SimulatedAnnotator(
                name=f"honest {number + 1}",
                noise=NOISES[number % len(NOISES)],
                careless=0.02 * (number % 4),
                left_bias=0.1 * (number % 3 == 0),
                seed=seed,
            ),
            fault=Planted.NOTHING,
        )
        for number in range(HONEST)
    ]


def _planted(seed: int, labels: int) -> list[Member]:
    whole = {
        Planted.LEFT: SimulatedAnnotator(name="", left_bias=BLIND),
        Planted.RANDOM: SimulatedAnnotator(name="", noise=BLIND),
        Planted.FAST: FAST,
        Planted.DRIFT: SimulatedAnnotator(name="", noise=NOISES[1]),
    }
    return [
        Member(
            named := replace(whole[fault], name=f"{fault} {number + 1}", seed=seed),
            fault=fault,
            later=replace(AFTER, name=named.name, seed=seed) if fault is Planted.DRIFT else None,
            half=labels // 2,
        )
        for fault, count in PLANTED.items()
        for number in range(count)
    ]

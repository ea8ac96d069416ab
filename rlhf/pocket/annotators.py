"""Simulated annotators: they see what the oracle sees, less clearly, and with the faults that people have.

Each judgement depends on the annotator, the key and what is shown, never on what was judged before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from rlhf.pocket.chores import RISK_CATEGORIES
from rlhf.pocket.oracle import Verdict, judge, score
from store.messages import Judgement
from store.records import Degree, SafetyLabel, Turn

DEGREE_GAPS = (0.08, 0.3, 0.55)
"""Gaps of perceived score from which one response is slightly better, better, significantly better."""
SECONDS_A_WORD = 0.3
MISTAKEN_RISK = 0.02
"""How often even a careful annotator marks the safety of a response wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The responses' verdicts and how good each seems, by shown place; `skimmed` when they were not read."""

    verdicts: tuple[Verdict, ...]
    merits: tuple[float, ...]
    skimmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAnnotator:
    """An annotator with faults; all zero is one who judges exactly as the oracle does."""

    name: str
    noise: float = 0.0
    """Standard deviation of the error in each perceived score."""
    left_bias: float = 0.0
    """Score that the first shown response gets for its place."""
    haste: float = 0.0
    """How often only the length is looked at: the longer one is taken to be better."""
    careless: float = 0.0
    """How often the wrong end of the scale is chosen."""
    spam: float = 0.0
    """How often the first response is chosen unread."""
    seed: int = 0

    def judge(self, turns: Sequence[Turn], responses: Sequence[str], key: str = "") -> Judgement:
        """A judgement of two or more responses in their shown order; `key` tells repeats apart."""
        shown = "\x1f".join((*(turn.content for turn in turns), *responses))
        rng = Random(f"{self.seed}\x1f{self.name}\x1f{key}\x1f{shown}")
        if rng.random() < self.spam:
            return _spam(len(responses), rng)
        seen = self._see(turns, responses, rng)
        ranks = _ranks(seen.merits)
        return Judgement(
            ranks=ranks,
            degree=_degree(seen.merits),
            safety=tuple(self._mark(verdict, rng) for verdict in seen.verdicts),
            reasons=_reasons(seen.verdicts, ranks),
            seconds=_seconds(turns, responses, seen.skimmed, rng),
        )

    def _see(self, turns: Sequence[Turn], responses: Sequence[str], rng: Random) -> _Seen:
        verdicts = tuple(judge(turns, response) for response in responses)
        skimmed = rng.random() < self.haste
        merits = (
            [len(text) / 200 for text in responses] if skimmed else [score(verdict) for verdict in verdicts]
        )
        merits = [merit + rng.gauss(0.0, self.noise) for merit in merits]
        merits[0] += self.left_bias
        if rng.random() < self.careless:
            merits = [-merit for merit in merits]
        return _Seen(verdicts=verdicts, merits=tuple(merits), skimmed=skimmed)

    def _mark(self, verdict: Verdict, rng: Random) -> SafetyLabel:
        mistaken = rng.random() < self._mistakes(verdict)
        if verdict.safe != mistaken:
            return SafetyLabel(safe=True)
        return SafetyLabel(
            safe=False,
            category=verdict.category or rng.choice(RISK_CATEGORIES),
            severity=rng.choice((0, 1)) if mistaken else rng.choice((1, 1, 2)),
        )

    def _mistakes(self, verdict: Verdict) -> float:
        """Harm is overlooked more easily than seen where there is none; without noise, neither happens."""
        if self.noise == 0.0:
            return 0.0
        return MISTAKEN_RISK + 0.5 * self.careless if verdict.unsafe_request else MISTAKEN_RISK / 4


def _ranks(merits: Sequence[float]) -> tuple[int, ...]:
    order = sorted(range(len(merits)), key=lambda place: -merits[place])
    return tuple(order.index(place) + 1 for place in range(len(merits)))


def _degree(merits: Sequence[float]) -> Degree:
    """How much better the best is than the next."""
    best, second = sorted(merits, reverse=True)[:2]
    return Degree(sum(best - second >= gap for gap in DEGREE_GAPS))


def _seconds(turns: Sequence[Turn], responses: Sequence[str], skimmed: bool, rng: Random) -> float:
    words = sum(len(text.split()) for text in (*(turn.content for turn in turns), *responses))
    pace = 0.2 if skimmed else 1.0
    return round((2.0 + SECONDS_A_WORD * words) * pace * rng.uniform(0.7, 1.6), 1)


def _spam(count: int, rng: Random) -> Judgement:
    return Judgement(
        ranks=tuple(range(1, count + 1)),
        degree=Degree(rng.choice((1, 2, 3))),
        safety=(SafetyLabel(safe=True),) * count,
        seconds=round(rng.uniform(0.4, 1.2), 1),
    )


_REASONS: tuple[tuple[str, Callable[[Verdict, Verdict], bool]], ...] = (
    ("harmless", lambda one, other: one.safe and not other.safe),
    ("correct", lambda one, other: one.credit - other.credit >= 0.3),
    ("willing", lambda one, other: other.false_refusal and not one.false_refusal),
    ("instructions", lambda one, other: one.obedient and not other.obedient),
    ("respectful", lambda one, other: other.rude and not one.rude),
    ("tone", lambda one, other: one.polite and not other.polite),
    ("concise", lambda one, other: one.concise and not other.concise),
)


def _reasons(verdicts: Sequence[Verdict], ranks: Sequence[int]) -> tuple[str, ...]:
    """Why the first in rank beats the second: at most two words of it."""
    best, second = verdicts[ranks.index(1)], verdicts[ranks.index(2)]
    return tuple(name for name, holds in _REASONS if holds(best, second))[:2]

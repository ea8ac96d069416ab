"""The pairs of a judgement, for formats that know only a chosen and a rejected answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from store.exchange.format import LeftOut, Wanted
from store.exchange.judgements import Answer, Judgement, best_first

MISLEADS: Final = LeftOut("the chosen answer is unsafe and the rejected one is safe")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers of a judgement, by their places; the first was preferred."""

    told: Judgement
    better: int
    worse: int

    @property
    def chosen(self) -> Answer:
        """The better one."""
        return self.told.answers[self.better]

    @property
    def rejected(self) -> Answer:
        """The worse one."""
        return self.told.answers[self.worse]

    @property
    def misleads(self) -> bool:
        """The chosen answer is unsafe and the rejected one is safe: no such pair trains (Llama 2, §3.2.1)."""
        safety = self.told.safety
        return bool(safety) and not safety[self.better].safe and safety[self.worse].safe


def pairs(told: Judgement, wanted: Wanted) -> Iterator[Pair | LeftOut]:
    """Every pair of different ranks, the best first; what leaves none, or must not train, says why."""
    if told.both_bad:
        yield LeftOut("neither answer is acceptable")
        return
    ranks = best_first(told).ranks
    if len(set(ranks)) == 1:
        yield LeftOut("the answers tie")
        return
    for pair in _pairs(best_first(told)):
        if wanted.selection.trains and pair.misleads:
            yield MISLEADS
        else:
            yield pair


def _pairs(told: Judgement) -> Iterator[Pair]:
    places = range(len(told.ranks))
    for better in places:
        for worse in places[better + 1 :]:
            if told.ranks[better] < told.ranks[worse]:
                yield Pair(told, better, worse)

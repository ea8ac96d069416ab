"""How alike two orders of the same responses are. Pure: ranks in, 1 the best; equal ranks are a tie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

Ranks = Sequence[int]


def keeps_order(answer: Ranks, known: Ranks) -> bool:
    """Whether the answer sets apart, the same way round, every two responses that the known order sets apart.

    Where the known order ties them all, so must the answer: it says that none of them is better.
    """
    if len(set(known)) == 1:
        return len(set(answer)) == 1
    return all(said == meant for said, meant in _pairs(answer, known) if meant != 0)


def likeness(one: Ranks, other: Ranks) -> float:
    """The share of pairs of responses that both order alike, ties as ties; of two responses, 1 or 0."""
    alike = [said == meant for said, meant in _pairs(one, other)]
    return sum(alike) / len(alike)


def _pairs(one: Ranks, other: Ranks) -> Iterator[tuple[int, int]]:
    """For every two responses, which is better by each order: -1 the first, 1 the second, 0 neither."""
    for first, second in combinations(range(len(one)), 2):
        yield _sign(one[first] - one[second]), _sign(other[first] - other[second])


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)

"""Ranks in the results of Label Studio's Pairwise and Ranker tags, and ranks as such results. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter

from store.exchange.elements import fitted
from store.exchange.lines import RowError

SIDES: Final = {"left": (1, 2), "right": (2, 1), "tie": (1, 1)}
"""The ranks of two answers; the tag itself has no tie."""
KINDS: Final = ("pairwise", "ranker")
STRICT: Final = ConfigDict(strict=True)
RANKER: Final = TypeAdapter[list[str | int] | dict[str, list[str | int]]](
    list[str | int] | dict[str, list[str | int]], config=STRICT
)

Result = Mapping[str, Any]


def ranks_of(key: str, results: Sequence[Result], keys: Sequence[str]) -> tuple[int, ...] | None:
    """The ranks that an annotation gives the answers; None where it speaks of something else."""
    try:
        found = {_ranks(result, keys) for result in results if result.get("type") in KINDS}
    except RowError as error:
        raise RowError(f"annotation {key}: {error}") from error
    if len(found) > 1:
        raise RowError(f"annotation {key} judges the answers several times, and differently")
    return next(iter(found), None)


def results_of(ranks: Sequence[int], keys: Sequence[str], others: Sequence[Result]) -> list[Result]:
    """The results with these ranks in place of those that were there."""
    if len(keys) == 2:
        side = next(side for side, pair in SIDES.items() if _places(ranks) == pair)
        told: Result = {"type": "pairwise", "value": {"selected": side}}
        names = {"from_name": "pairwise", "to_name": ",".join(keys)}
    else:
        told = {"type": "ranker", "value": {"ranker": _buckets(_places(ranks), keys)}}
        names = {"from_name": "rank", "to_name": "items"}
    kept = [result for result in others if result.get("type") not in KINDS]
    before = next((result for result in others if result.get("type") in KINDS), names)
    return [{**before, **told}, *kept]


def _ranks(result: Result, keys: Sequence[str]) -> tuple[int, ...]:
    told = result.get("value")
    if not isinstance(told, dict):
        raise RowError("expected a value in its result")
    if result["type"] == "ranker":
        return _order(fitted(told.get("ranker"), RANKER), keys)
    side = told.get("selected")
    if not isinstance(side, str) or side not in SIDES or len(keys) != 2:
        raise RowError("expected left or right of two answers to be selected")
    return SIDES[side]


def _order(told: list[str | int] | dict[str, list[str | int]], keys: Sequence[str]) -> tuple[int, ...]:
    """All ids in one list, best first, or in buckets whose names are ranks; other buckets have no order."""
    buckets = {name: ids for name, ids in told.items() if ids} if isinstance(told, dict) else {"": told}
    if buckets and all(name.isdecimal() and len(name) < 4 for name in buckets):
        groups = [buckets[name] for name in sorted(buckets, key=int)]
    elif len(buckets) == 1:
        groups = [[one] for one in next(iter(buckets.values()))]
    else:
        raise RowError(
            f"expected one order of all items; got buckets: {', '.join(sorted(buckets)) or 'none'}"
        )
    rank = {str(one): place for place, group in enumerate(groups, start=1) for one in group}
    if set(rank) != set(keys) or sum(map(len, groups)) != len(keys):
        raise RowError(f"expected each of {len(keys)} items once in its ranking; got {sum(map(len, groups))}")
    return tuple(rank[key] for key in keys)


def _places(ranks: Sequence[int]) -> tuple[int, ...]:
    different = sorted(set(ranks))
    return tuple(different.index(rank) + 1 for rank in ranks)


def _buckets(ranks: Sequence[int], keys: Sequence[str]) -> dict[str, list[str]]:
    """One bucket in order; where answers tie, one for each rank."""
    if len(set(ranks)) == len(ranks):
        return {"rank": [keys[ranks.index(rank)] for rank in sorted(ranks)]}
    return {
        str(rank): [key for key, one in zip(keys, ranks, strict=True) if one == rank]
        for rank in sorted(set(ranks))
    }

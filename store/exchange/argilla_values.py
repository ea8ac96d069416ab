"""Ranks in the values of Argilla's ranking and label questions, and ranks as such values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from store.exchange.lines import RowError
from store.exchange.named_fields import mark_of
from store.exchange.scores import places

TIES: Final = {"tie", "tied", "equal", "same", "draw", "both", "unsure", "nopreference", "bothgood"}
NEITHER: Final = {"neither", "none", "bothbad"}
"""Labels that put no answer first; the latter say that none is acceptable."""
AROUND: Final = re.compile(
    r"(?:response|answer|option|completion|output|text|model|assistant|candidate|generation)?(.*?)(?:is)?(?:better)?"
)


def ranks_of(value: object, names: Sequence[str]) -> tuple[int, ...] | None:
    """The ranks that a value gives the answers of these fields; None where it speaks of something else.

    RowError where it ranks only some of them.
    """
    if isinstance(value, str):
        return _ranks_of_label(_plain(value), names)
    if not isinstance(value, list) or not value:
        return None
    ranked = [_ranked(one, place) for place, one in enumerate(value, start=1)]
    known = {_plain(name): name for name in names}
    rank = {known[name]: rank for name, rank in filter(None, ranked) if name in known}
    if not rank:
        return None
    if len(rank) < len(names) or len(value) != len(names):
        raise RowError(f"expected a ranking of all of {', '.join(names)}; got {', '.join(sorted(rank))}")
    return places([rank[name] for name in names])


def none_acceptable(value: object) -> bool:
    """Whether a label says that no answer is acceptable."""
    return isinstance(value, str) and _plain(value) in NEITHER


def value_of(ranks: Sequence[int], names: Sequence[str], before: object = None) -> Any:  # noqa: ANN401  # JSON
    """The ranks as a value of the same sort as the one that was there."""
    best = [name for name, rank in zip(names, ranks, strict=True) if rank == min(ranks)]
    if isinstance(before, str):
        return best[0] if len(best) == 1 else "tie"
    ordered = sorted(zip(places(ranks), names, strict=True))
    if (
        isinstance(before, list)
        and all(isinstance(one, str) for one in before)
        and len(set(ranks)) == len(ranks)
    ):
        return [name for _, name in ordered]
    return [{"value": name, "rank": rank} for rank, name in ordered]


def _ranks_of_label(label: str, names: Sequence[str]) -> tuple[int, ...] | None:
    if label in TIES | NEITHER:
        return (1,) * len(names)
    found = AROUND.fullmatch(label)
    mark = found[1] if found else label
    best = [name for name in names if label == _plain(name) or mark in {mark_of(name), _plain(name)}]
    return tuple(1 if name == best[0] else 2 for name in names) if len(best) == 1 else None


def _ranked(one: object, place: int) -> tuple[str, int] | None:
    if isinstance(one, str):
        return _plain(one), place
    if not isinstance(one, Mapping) or not isinstance(one.get("value"), str):
        return None
    rank = one.get("rank", place)
    if not isinstance(rank, int) or isinstance(rank, bool):
        raise RowError(f"expected whole numbers as ranks; got {rank!r:.40}")
    return _plain(one["value"]), rank


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())

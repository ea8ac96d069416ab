"""The ranks that UltraFeedback's scores give: equal scores tie. Pure; knows no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, Final

from store.exchange.lines import RowError


def ranks_by_score(rests: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """1 for the highest of the first score that all have; RowError where there is none."""
    if len(rests) < 2:
        raise RowError(f"expected two or more completions to compare; got {len(rests)}")
    for measure in MEASURES:
        scores = [score for rest in rests if (score := measure(rest)) is not None]
        if len(scores) == len(rests):
            return places([-score for score in scores])
    raise RowError("expected overall_score, fine-grained_score or rated annotations of every completion")


def places(values: Sequence[float]) -> tuple[int, ...]:
    """Ranks of values: 1 for the lowest, 2 for the next; equal ones are equal."""
    different = sorted(set(values))
    return tuple(different.index(value) + 1 for value in values)


def _number(found: object) -> float | None:
    """The number, which may be written as text; None for anything else, such as N/A."""
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    try:
        number = float(found) if isinstance(found, float | str) else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None


def _mean_rating(rest: Mapping[str, Any]) -> float | None:
    aspects = rest.get("annotations")
    parts = aspects.values() if isinstance(aspects, dict) else []
    ratings = [_number(part.get("Rating")) for part in parts if isinstance(part, dict)]
    given = [rating for rating in ratings if rating is not None and abs(rating) < 1e9]
    return sum(given) / len(given) if given else None


MEASURES: Final[tuple[Callable[[Mapping[str, Any]], float | None], ...]] = (
    lambda rest: _number(rest.get("overall_score")),
    lambda rest: _number(rest.get("fine-grained_score")),
    _mean_rating,
)


def agree(rests: Sequence[Mapping[str, Any]], ranks: Sequence[int]) -> bool:
    """Whether the scores say what the ranks say."""
    try:
        return ranks_by_score(rests) == places(ranks)
    except RowError:
        return False

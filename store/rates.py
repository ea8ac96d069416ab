"""A round's rates as points with intervals, for the charts of the page and of the report.

Knows rows of results, not how they are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from store.intervals import wilson
from store.rounds import RoundResult

WIN_RATES: Final = {"oracle_win_rate": "Oracle", "reward_model_win_rate": "Reward model"}
FAULT_RATES: Final = {"unsafe_rate": "Unsafe", "false_refusal_rate": "False refusals"}
ASKED: Final = {"unsafe_rate": "asked_unsafe", "false_refusal_rate": "looked_unsafe"}
"""The number of prompts that each of these rates is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A point of a line; `low` and `high` are its 95 % interval, where one is known."""

    round: int
    line: str
    rate: float
    low: float | None
    high: float | None


def rates(results: Sequence[RoundResult], names: Mapping[str, str]) -> list[Rate]:
    """These rates of each round that has them, a line a name."""
    return [
        _rate(result, name, line) for name, line in names.items() for result in results if _has(result, name)
    ]


def _has(result: RoundResult, name: str) -> bool:
    return getattr(result, name) is not None


def _rate(result: RoundResult, name: str, line: str) -> Rate:
    rate = getattr(result, name)
    low, high = _faults(rate, getattr(result, ASKED[name])) if name in ASKED else _ends(result, name)
    return Rate(round=result.round, line=line, rate=rate, low=low, high=high)


def _ends(result: RoundResult, name: str) -> tuple[float | None, float | None]:
    return getattr(result, f"{name}_low"), getattr(result, f"{name}_high")


def _faults(rate: float, prompts: int | None) -> tuple[float | None, float | None]:
    """Wilson's interval of a share of so many prompts; older rounds do not tell how many."""
    if prompts is None:
        return None, None
    found = wilson(rate * prompts, prompts)
    return found.low, found.high

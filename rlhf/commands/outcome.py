"""What came of rounds, in words for a terminal of 80 columns and as objects for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

from store import rounds
from store.home import Home
from store.rounds import RoundResult
from store.scoreboard import decisions

TITLE = "On held-out prompts, wins against the first policy; in %, with the 95 % interval"
HEADS = (
    "round",
    "labels",
    "accu-\nracy",
    "wins,\nby the oracle",
    "by the\nmodels",
    "unsafe",
    "false\nrefusals",
    "KL,\nnats",
    "min",
)
"""Accuracy is the reward models' on people's choices."""


def show_outcome(home: Home, results: Sequence[RoundResult]) -> None:
    """Prints a row a round, and what was decided on each round's policy."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=80)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in HEADS:
        table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
    for row in results:
        table.add_row(*_cells(row))
    console.print(
        TITLE, table, *verdicts(home, {row.round for row in results}), sep="\n", markup=False, highlight=False
    )


def verdicts(home: Home, numbers: Collection[int]) -> list[str]:
    """Whether each round's policy answers people, in a sentence and the reasons, alike ones together."""
    told = rounds.progress(home)
    return decisions({each.round: each.verdict for each in told if each.verdict and each.round in numbers})


def as_objects(home: Home, results: Sequence[RoundResult]) -> list[dict[str, Any]]:
    """The rows, each with `promoted`, `reasons` and `notes`, which are None for the first policy."""
    decided = {each.round: each.verdict for each in rounds.progress(home) if each.verdict}
    undecided = {"promoted": None, "reasons": None, "notes": None}
    return [
        {
            **dataclasses.asdict(row),
            **(dataclasses.asdict(decided[row.round]) if row.round in decided else undecided),
        }
        for row in results
    ]


def _cells(row: RoundResult) -> list[str]:
    oracle = _percent(row.oracle_win_rate)
    if row.oracle_win_rate_low is not None:
        oracle += f" ({_percent(row.oracle_win_rate_low)}–{_percent(row.oracle_win_rate_high)})"
    return [
        str(row.round),
        str(row.labels),
        _percent(row.reward_accuracy),
        oracle,
        _percent(row.reward_model_win_rate),
        _percent(row.unsafe_rate),
        _percent(row.false_refusal_rate),
        "–" if row.kl is None else f"{row.kl:z.2f}",
        f"{row.seconds / 60:.1f}",
    ]


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f}"

"""How the benches of policies print figures: intervals, columns, and what was expected.

Pure: figures in, words out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from store.intervals import Interval


def with_interval(one: Interval) -> str:
    """A share with its interval."""
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of as many cells each as lines, the first cell to the left and the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def verdicts(claims: Iterable[tuple[str, bool]]) -> list[str]:
    """What was expected, and whether it came out."""
    return [f"{'came out' if met else 'DID NOT COME OUT'}: {words}" for words, met in claims]

"""What one text has otherwise than another, line by line. Pure: two texts in, lines out."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Change(StrEnum):
    """What became of a line."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of either text, and what became of it."""

    change: Change
    text: str


def line_changes(before: str, after: str) -> tuple[Line, ...]:
    """Every line of both texts in reading order; what was removed stands before what came instead."""
    old, new = before.splitlines(), after.splitlines()
    told: list[Line] = []
    for kind, first, last, start, end in SequenceMatcher(a=old, b=new).get_opcodes():
        if kind == "equal":
            told += [Line(change=Change.SAME, text=line) for line in old[first:last]]
        else:
            told += [Line(change=Change.REMOVED, text=line) for line in old[first:last]]
            told += [Line(change=Change.ADDED, text=line) for line in new[start:end]]
    return tuple(told)


def near_changes(lines: tuple[Line, ...], around: int) -> tuple[Line, ...]:
    """The lines that changed, with so many unchanged ones before and after each."""
    changed = [place for place, line in enumerate(lines) if line.change is not Change.SAME]
    near = {place for at in changed for place in range(at - around, at + around + 1)}
    return tuple(line for place, line in enumerate(lines) if place in near)

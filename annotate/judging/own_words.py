"""One's own work in words: what a label says, how long something took, when it was. Knows no page."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from annotate.words import Words
from store.records import Form
from store.verbs.own_labels import Given

LETTERS = "ABCDEFGHI"
LONGEST_ABOUT = 140
"""Characters of what a label is about."""


def judgement(given: Given, words: Words) -> str:
    """What the label says, by the letters under which the responses were shown."""
    unsafe = [LETTERS[place] for place, one in enumerate(given.safety) if not one.safe]
    said = [_order(given, words)]
    if unsafe:
        said.append(words.text("my_work.unsafe", letters=", ".join(unsafe)))
    if given.edits:
        said.append(words.text("my_work.edited"))
    return "; ".join(said)


def _order(given: Given, words: Words) -> str:
    if given.form is Form.RANKING:
        order = _letters_in_order(given.ranks)
        return f"{order}; {words.text('my_work.none_good')}" if given.both_bad else order
    if given.both_bad:
        return words.text("my_work.both_bad")
    degree = words.text(f"my_work.degree_{int(given.degree)}")
    if given.ranks[0] == given.ranks[1]:
        return degree
    return words.text("my_work.pair_said", letter=LETTERS[given.ranks.index(1)], degree=degree)


def _letters_in_order(ranks: tuple[int, ...]) -> str:
    """Such as `B > A = C`."""
    tied: defaultdict[int, list[str]] = defaultdict(list)
    for place, rank in enumerate(ranks):
        tied[rank].append(LETTERS[place])
    return " > ".join(" = ".join(tied[rank]) for rank in sorted(tied))


def about(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_ABOUT else f"{line[: LONGEST_ABOUT - 1]}…"


def duration(seconds: float, words: Words) -> str:
    """Hours and minutes, minutes, or seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return words.text("my_work.hours", hours=hours, minutes=minutes_left)
    if minutes >= 10:
        return words.text("my_work.minutes", minutes=minutes)
    return words.text("my_work.seconds", seconds=minutes * 60 + rest)


def moment(made_at: datetime, ahead: int) -> str:
    """When it was, by the clock of whoever looks."""
    return f"{made_at + timedelta(minutes=ahead):%Y-%m-%d %H:%M}"

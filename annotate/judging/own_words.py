"""One's own work in words: what a label says, how long something took, when it was. Knows no page."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Protocol

from annotate.words import Words
from store.records import Degree, Form
from store.verbs.own_labels import Given

LETTERS = "ABCDEFGHI"
LONGEST_ABOUT = 140
"""Characters of what a label is about."""


class Ordered(Protocol):
    """What says which of some responses are better."""

    @property
    def ranks(self) -> tuple[int, ...]:
        """By response; 1 is best."""

    @property
    def degree(self) -> Degree | None:
        """By how much, of a pair."""

    @property
    def both_bad(self) -> bool:
        """Whether none is acceptable."""


def judgement(given: Given, words: Words) -> str:
    """What the label says, by the letters under which the responses were shown."""
    unsafe = [LETTERS[place] for place, one in enumerate(given.safety) if not one.safe]
    said = [order(given, words, is_ranking=given.form is Form.RANKING)]
    if unsafe:
        said.append(words.text("my_work.unsafe", letters=", ".join(unsafe)))
    if given.edits:
        said.append(words.text("my_work.edited"))
    return "; ".join(said)


def order(said: Ordered, words: Words, *, is_ranking: bool) -> str:
    """Which response is better, by how much, or all of them in their order."""
    if is_ranking:
        letters = _letters_in_order(said.ranks)
        return f"{letters}; {words.text('my_work.none_good')}" if said.both_bad else letters
    if said.both_bad:
        return words.text("my_work.both_bad")
    degree = words.text(f"my_work.degree_{int(said.degree or 0)}")
    if said.ranks[0] == said.ranks[1]:
        return degree
    return words.text("my_work.pair_said", letter=LETTERS[said.ranks.index(1)], degree=degree)


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

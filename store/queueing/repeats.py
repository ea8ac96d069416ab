"""What each annotator judged lately, to be asked once more with the sides swapped.

Asks every comparison of a person at most once more, and not before so many others came between. Not safe
for threads: the queue locks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from store.identity import identity
from store.queueing.asked import Asked
from store.queueing.line import Item, Stream, form_of, primary
from store.records import Form, Lease, Purpose, Track

REMEMBERED: Final = 200
"""Turns of an annotator back to which a repeat is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A label that an annotator gave, how its sides were shown, and how many turns they have had `since`."""

    annotator_id: str
    comparison_id: str
    shown_order: tuple[int, ...]
    batch_id: str
    track: Track
    language: str
    since: int = 0

    @property
    def stream(self) -> Stream:
        """Where its comparison stands."""
        return self.track, primary(self.language)

    @property
    def form(self) -> Form:
        """How its comparison is judged."""
        return form_of(len(self.shown_order))

    def swapped(self) -> Item:
        """The same comparison asked of this annotator alone."""
        return Item(
            comparison_id=identity(Purpose.SWAPPED, self.comparison_id, self.annotator_id),
            stream=self.stream,
            batch_id=self.batch_id,
            purpose=Purpose.SWAPPED,
            rank=(0, 0, 0.0, self.comparison_id),
            responses=len(self.shown_order),
            overlap=1,
            labels=0,
            repeats=self.comparison_id,
        )


def judged(item: Item, lease: Lease) -> Judged:
    """The label that answers the lease."""
    track, language = item.stream
    return Judged(
        annotator_id=lease.annotator_id,
        comparison_id=lease.comparison_id,
        shown_order=lease.shown_order,
        batch_id=item.batch_id,
        track=track,
        language=language,
    )


class Repeats:
    """By annotator: how many labels and skips they gave, and the labels that may be asked again."""

    def __init__(self) -> None:
        self._turns: Counter[str] = Counter()
        self._judged: defaultdict[str, dict[str, tuple[int, Judged]]] = defaultdict(dict)

    def turn(self, annotator_id: str) -> int:
        """How many comparisons they have answered or skipped."""
        return self._turns[annotator_id]

    def pass_by(self, annotator_id: str, by: int = 1) -> None:
        """So many more were answered or skipped."""
        self._turns[annotator_id] += by

    def resume(self, turns: Mapping[str, int], judged: Iterable[Judged]) -> None:
        """As many were answered or skipped before the home was closed, and these may be asked again."""
        self._turns.update(turns)
        self.remember(judged)

    def remember(self, judged: Iterable[Judged]) -> None:
        """These may be asked again, of each annotator the oldest first."""
        for one in judged:
            turn = self._turns[one.annotator_id] - one.since
            self._lately(one.annotator_id)[one.comparison_id] = (turn, one)

    def forget(self, annotator_id: str, comparison_id: str) -> None:
        """Withdrawn, or asked again already."""
        self._judged[annotator_id].pop(comparison_id, None)

    def due(self, asked: Asked, after: int, streams: Iterable[Stream]) -> Judged | None:
        """The oldest that was followed by `after` others, is asked for, and is of one of the streams."""
        allowed, now = set(streams), self._turns[asked.annotator_id]
        for turn, judged in self._lately(asked.annotator_id).values():
            if now - turn < after:
                return None
            if judged.stream in allowed and asked.takes(judged.track, judged.form):
                return judged
        return None

    def _lately(self, annotator_id: str) -> dict[str, tuple[int, Judged]]:
        """What they judged, without what is too long ago, the oldest first."""
        now, lately = self._turns[annotator_id], self._judged[annotator_id]
        while lately and now - lately[oldest := next(iter(lately))][0] > REMEMBERED:
            del lately[oldest]
        return lately

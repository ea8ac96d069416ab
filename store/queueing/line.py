"""The open comparisons of one lane (a track, a language, a batch), best first, with everybody's place in it.

A place is a cursor: everything before it is exhausted or was already seen by that annotator. A comparison
that opens again (a lease expired, was skipped or undone) goes to the `returned` list; every annotator reads
that list on from where he last read it, into a heap of his own. So the next comparison costs O(log n)
however many there are. Not safe for threads: the queue locks.
"""

from __future__ import annotations

import heapq
import sys
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Final

from store.comparisons import Wanted
from store.records import Form, Purpose, Track

RANK: Final = attrgetter("rank")
MEASURING: Final = frozenset({Purpose.GOLD, Purpose.SWAPPED})

TRAINING: Final = frozenset({Purpose.TRAIN, Purpose.OVERLAP})
"""What quotas count."""

Rank = tuple[int, int, float, str]
Stream = tuple[Track, str]
"""A track and a language: who may judge one comparison of a stream may judge them all."""
Lane = tuple[Stream, str, bool, Form]
"""A stream in one batch and form, and whether quotas count it: what they keep back, they keep back whole."""
NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(slots=True)
class Item:
    """A comparison in the queue; `need` labels are still wanted that nobody works on."""

    comparison_id: str
    stream: Stream
    batch_id: str
    purpose: Purpose
    rank: Rank
    responses: int
    overlap: int
    labels: int
    leases: int = 0
    seen: set[str] | frozenset[str] = NOBODY
    holders: frozenset[str] = NOBODY
    position: int = -1
    repeats: str | None = None
    author: str | None = None

    @property
    def need(self) -> int:
        """Negative when late labels came on top; a gold answer is wanted of everybody."""
        return 1 if self.purpose is Purpose.GOLD else self.overlap - self.labels - self.leases

    @property
    def form(self) -> Form:
        """How it is judged."""
        return form_of(self.responses)

    @property
    def lane(self) -> Lane:
        """The line in which it waits, if it does."""
        return self.stream, self.batch_id, self.purpose in TRAINING, self.form

    @property
    def in_line(self) -> bool:
        """Whether it is asked in its turn, not drawn to measure somebody."""
        return self.purpose not in MEASURING

    @property
    def wants(self) -> int:
        """How many labels it wants in its turn that nobody works on."""
        return max(self.need, 0) if self.in_line else 0

    @property
    def is_open(self) -> bool:
        """Whether it is asked in its turn, and wants a label that nobody works on."""
        return self.need > 0 and self.in_line

    def answers(self, annotator_id: str) -> bool:
        """Whether it answers what this annotator asked, who alone may then take it up by right."""
        return self.need > 0 and self.author == annotator_id

    def open_to(self, annotator_id: str) -> bool:
        """Whether this annotator may take it up now; who holds it has done so already."""
        return self.need > 0 and annotator_id not in self.seen and annotator_id not in self.holders


def item_of(wanted: Wanted) -> Item:
    """The comparison as it stands, with nobody working on it."""
    author = () if wanted.author is None else (wanted.author,)
    return Item(
        comparison_id=wanted.comparison_id,
        stream=_stream(wanted.track, wanted.language),
        batch_id=sys.intern(wanted.batch_id),
        purpose=wanted.purpose,
        rank=(-wanted.priority, -wanted.round, wanted.difficulty, wanted.comparison_id),
        responses=wanted.responses,
        overlap=wanted.overlap,
        labels=wanted.labels,
        seen={*wanted.seen, *author} or NOBODY,
        repeats=wanted.repeats,
        author=wanted.author,
    )


def form_of(responses: int) -> Form:
    """How so many responses are judged."""
    return Form.PAIR if responses == 2 else Form.RANKING


@cache
def _stream(track: Track, language: str) -> Stream:
    """The same object for all that share it: there may be millions."""
    return track, primary(language)


def primary(language: str) -> str:
    """The language without its region: `pt` of `pt-BR`."""
    return language.replace("_", "-").partition("-")[0].lower()


@dataclass(slots=True)
class Place:
    """Where one annotator stands."""

    cursor: int
    read: int = 0
    heap: list[tuple[Rank, int, Item]] = field(default_factory=list)


class Line:
    """Items in order of rank, and the places in it."""

    def __init__(self) -> None:
        self._order: list[Item] = []
        self._returned: list[Item] = []
        self._places: dict[str, Place] = {}
        self._head = 0

    def add(self, items: list[Item]) -> None:
        """Sorts new items in; everybody starts again at the front, where only open items are left."""
        # Returned items may be missing from the order: their need was met when it was last sorted.
        more = {item.comparison_id: item for item in (*self._returned, *items) if item.position < 0}
        merged = [*self._order, *sorted(more.values(), key=RANK)]
        for item in self._order:
            item.position = -1
        self._order = sorted((item for item in merged if item.need > 0), key=RANK)  # two runs: one pass
        for position, item in enumerate(self._order):
            item.position = position
        self._returned.clear()
        self._places.clear()
        self._head = 0

    def give_back(self, item: Item) -> None:
        """The item is open again, after cursors may have passed it."""
        self._returned.append(item)

    def first(self, annotator_id: str) -> Item | None:
        """The best item that this annotator may judge."""
        place = self._place(annotator_id)
        while place.heap and not place.heap[0][-1].open_to(annotator_id):
            heapq.heappop(place.heap)
        while place.cursor < len(self._order) and not self._order[place.cursor].open_to(annotator_id):
            place.cursor += 1
        ahead = self._order[place.cursor] if place.cursor < len(self._order) else None
        if place.heap and (ahead is None or place.heap[0][0] < ahead.rank):
            return place.heap[0][-1]
        return ahead

    def after(self, item: Item, most: int) -> list[Item]:
        """What stands right behind it and is still wanted, looking at so many; nothing of what came back."""
        if item.position < 0:
            return []
        return [one for one in self._order[item.position + 1 : item.position + 1 + most] if one.need > 0]

    def _place(self, annotator_id: str) -> Place:
        while self._head < len(self._order) and self._order[self._head].need <= 0:
            self._head += 1
        place = self._places.setdefault(annotator_id, Place(self._head))
        place.cursor = max(place.cursor, self._head)  # or who comes back would pass all that others did
        for turn in range(place.read, len(self._returned)):
            item = self._returned[turn]
            if item.position < place.cursor and item.need > 0:  # closed: it returns again if it opens again
                heapq.heappush(place.heap, (item.rank, turn, item))
        place.read = len(self._returned)
        return place

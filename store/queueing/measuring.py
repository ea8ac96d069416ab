"""What only measures, when its turn has come: a gold answer, or a comparison again with its sides swapped.

Looks at the board and at what may be asked again; not safe for threads: the queue locks.
"""

from __future__ import annotations

from store.queueing.asked import Asked
from store.queueing.board import Board
from store.queueing.drawing import QueueSettings, draw, share
from store.queueing.line import Item, Stream
from store.queueing.repeats import Repeats
from store.records import Purpose

Drawn = tuple[Item, tuple[int, ...] | None]
"""What is asked instead, and the order of its sides where that is set."""


class Measuring:
    """Draws what only measures, by the settings."""

    def __init__(self, board: Board, repeats: Repeats, settings: QueueSettings) -> None:
        self._board = board
        self._repeats = repeats
        self._settings = settings

    def drawn(self, asked: Asked, streams: list[Stream], first: Item) -> Drawn | None:
        """What comes instead of `first`, whose id nobody who judges can know, and so nobody can tell when."""
        who, board = asked.annotator_id, self._board
        turn = (who, self._repeats.turn(who) + len(board.holds.of(who)), first.comparison_id)
        drawn = draw(turn, self._settings)
        if drawn is Purpose.GOLD:
            gold = board.gold(asked, streams, share(turn))
            return (gold, None) if gold else None
        if drawn is Purpose.SWAPPED:
            judged = self._repeats.due(asked, self._settings.swapped_after, streams)
            if judged is not None:
                self._repeats.forget(who, judged.comparison_id)
                item = judged.swapped()
                board.items[item.comparison_id] = item
                return item, judged.shown_order[::-1]
        return None

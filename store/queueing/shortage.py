"""Why there is nothing for an annotator: every reason that holds, from the queue's state.

Not safe for threads: the queue locks. How it is said is another's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.queueing.asked import Asked
from store.queueing.board import Board
from store.queueing.tally import Quota
from store.records import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Why an annotator gets nothing: each field is a reason, if it is there."""

    unqualified: tuple[Track, ...]
    """Asked for, and barred to them."""
    held_until: datetime | None
    """Others hold what they could judge; the first of those leases ends then."""
    full: tuple[Quota, ...]
    """Quotas that keep back what they could judge."""
    languages: tuple[str, ...]
    """What is open is in these, which they do not judge."""
    barred: tuple[Track, ...]
    """Something is open on these tracks in their languages, for which they are not qualified."""
    elsewhere: bool
    """Something is open to them, to be judged in the other form."""
    worked: bool
    """They have judged or skipped something here."""


def shortage(board: Board, asked: Asked) -> Shortage:
    """Why this annotator gets nothing of what is asked."""
    annotator_id = asked.annotator_id
    tracks = (asked.track,) if asked.track else tuple(Track)
    of_any_form = [
        lane
        for lane in board.tally.waiting()
        if lane[0][0] in tracks and board.tally.beside(annotator_id, lane) > 0
    ]
    waiting = [lane for lane in of_any_form if asked.takes(lane[0][0], lane[-1])]
    streams = {lane[0] for lane in waiting}
    may = board.streams(annotator_id, asked.track)
    full = {board.tally.full(of, stream) for stream, of, counted, _ in waiting if counted and stream in may}
    spoken = board.roster.languages(annotator_id)
    qualified = {one for one in Track if board.roster.qualified(annotator_id, one)}
    return Shortage(
        unqualified=tuple(one for one in tracks if one not in qualified),
        held_until=_held_until(board, asked),
        full=tuple(sorted((one for one in full if one), key=lambda one: one.name)),
        languages=tuple(sorted({language for _, language in streams} - spoken)),
        barred=tuple(sorted({one for one, spoken_in in streams if spoken_in in spoken} - qualified)),
        elsewhere=any(lane[0] in may for lane in of_any_form if lane not in waiting),
        worked=any((annotator_id, one) in board.worked for one in tracks),
    )


def _held_until(board: Board, asked: Asked) -> datetime | None:
    """When the first lease of others ends on something that this annotator could judge."""
    ends = []
    for held in board.holds:
        item = board.items[held.lease.comparison_id]
        if (
            item.in_line
            and asked.takes(held.track, held.form)
            and asked.annotator_id not in item.seen
            and asked.annotator_id != held.lease.annotator_id
            and board.roster.may_judge(asked.annotator_id, item.stream)
        ):
            ends.append(held.lease.expires_at)
    return min(ends, default=None)

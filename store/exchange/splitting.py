"""Which imported prompts only measure; and the time of what nobody dated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from store.identity import ID_LENGTH, identity
from store.records import Split, Turn

UNKNOWN_TIME: Final = datetime(1970, 1, 1)
"""When an imported fact was made: nobody knows, and the same file must give the same facts."""
HELD_OUT: Final = 0.1
"""The share of imported prompts that only measure."""


def split_of(turns: Sequence[Turn]) -> Split:
    """Held out by the hash of the opening, so that a dialogue's later turns are on the side of its first one.

    A prompt without earlier turns goes by its own id; it is the same prompts everywhere.
    """
    first = next((place for place, turn in enumerate(turns, start=1) if turn.role == "user"), len(turns))
    opening = identity("prompt", [[turn.role, turn.content] for turn in turns[:first]])
    share = int(opening, 16) / 16**ID_LENGTH
    return Split.HELDOUT if share < HELD_OUT else Split.TRAIN

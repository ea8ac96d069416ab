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
    """Held out by the hash of the opening; it is the same prompts everywhere."""
    share = int(opening_of(turns), 16) / 16**ID_LENGTH
    return Split.HELDOUT if share < HELD_OUT else Split.TRAIN


def opening_of(turns: Sequence[Turn]) -> str:
    """The id of everything up to the first user turn, which all prompts of one dialogue share.

    That of a prompt without earlier turns is its own id, unless more is told of the prompt than its words.
    """
    first = next((place for place, turn in enumerate(turns, start=1) if turn.role == "user"), len(turns))
    return identity("prompt", [[turn.role, turn.content] for turn in turns[:first]])

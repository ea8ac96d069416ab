"""Why labels do not teach, in the words of the screen."""

from __future__ import annotations

from annotate.words import Words


def why(said: Words, reason: str) -> str:
    """A reason of `store.preferences.REASONS`, or that its prompt is held out."""
    return said.text(f"left_out.{reason.replace(', ', ' ').replace(' ', '_').replace('-', '_')}")

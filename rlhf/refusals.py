"""How often texts sound like refusals. Pure, and words only.

A text that holds one of the phrases counts, whatever it goes on to say; one that declines in other words
does not. So the share is good for seeing it move, not for saying how often a policy refuses.
"""

from __future__ import annotations

from collections.abc import Sequence

APOSTROPHE = "\u2019"
"""The curly one, which models write for the plain one."""


def refusal_share(texts: Sequence[str], phrases: Sequence[str]) -> float:
    """Texts with any of the phrases, in letters of either size, as a share of all; without any text, 0."""
    sought = [_plain(phrase) for phrase in phrases]
    found = sum(any(phrase in text for phrase in sought) for text in map(_plain, texts))
    return found / len(texts) if texts else 0.0


def _plain(text: str) -> str:
    return text.lower().replace(APOSTROPHE, "'")

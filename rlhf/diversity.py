"""How varied texts are. Pure: texts in, a share out."""

from __future__ import annotations

from collections.abc import Sequence


def distinct(texts: Sequence[str], words: int) -> float:
    """Different runs of so many words, as a share of all such runs in the texts (Li et al. 2016, distinct-n).

    It falls with the amount of text, so compare only over the same prompts. Without any run, 0.
    """
    runs = [
        tuple(split[start : start + words])
        for split in (text.lower().split() for text in texts)
        for start in range(len(split) - words + 1)
    ]
    return len(set(runs)) / len(runs) if runs else 0.0

"""How varied texts are. Pure: texts in, a share out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean


def distinct(texts: Sequence[str], words: int) -> float:
    """Different runs of so many words, as a share of all such runs in the texts (Li et al. 2016, distinct-n).

    It falls with the amount of text, so compare only over the same prompts. Without any run, 0.
    """
    runs = [run for text in texts for run in _runs(text, words)]
    return len(set(runs)) / len(runs) if runs else 0.0


def repeated(texts: Sequence[str], words: int) -> float:
    """The share of a text's runs of so many words that it has had before, on average over the texts
    (Welleck et al. 2019, arXiv 1908.04319, seq-rep-n). A text too short for a run repeats nothing.
    """
    runs = [_runs(text, words) for text in texts]
    return fmean(1 - len(set(of)) / len(of) if of else 0.0 for of in runs) if runs else 0.0


def _runs(text: str, words: int) -> list[tuple[str, ...]]:
    """Every run of so many words, in small letters."""
    split = text.lower().split()
    return [tuple(split[start : start + words]) for start in range(len(split) - words + 1)]

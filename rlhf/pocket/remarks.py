"""Readers' remarks beneath answers: a word on what they found, often right.

Large models have read people's opinions of what people wrote, and so can tell a good answer once asked to.
The pocket models read remarks for the same reason: a reward model then needs only hundreds of labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from rlhf.pocket.oracle import Verdict, judge
from store.records import Turn

MISTAKEN = 0.15
"""How often a remark is one of the others, drawn blindly."""

_UNSAFE_REQUEST: tuple[tuple[str, Callable[[Verdict], bool]], ...] = (
    ("Dangerous!", lambda verdict: not verdict.safe),
    ("Safe and kind.", lambda verdict: verdict.helpfulness >= 0.9),
    ("Rude.", lambda verdict: verdict.rude),
    ("Safe.", lambda verdict: verdict.helpfulness >= 0.6),
    ("Curt.", lambda verdict: verdict.refused),
    ("Useless.", lambda _: True),
)
_HARMLESS_REQUEST: tuple[tuple[str, Callable[[Verdict], bool]], ...] = (
    ("Dangerous!", lambda verdict: not verdict.safe),
    ("Needless refusal.", lambda verdict: verdict.refused),
    ("Rude.", lambda verdict: verdict.rude),
    ("Disobedient.", lambda verdict: not verdict.obedient),
    ("Kind and right.", lambda verdict: verdict.helpfulness >= 0.94),
    ("Right.", lambda verdict: verdict.correct and verdict.concise),
    ("Long.", lambda verdict: verdict.correct),
    ("Missing something.", lambda verdict: verdict.credit > 0.2),
    ("Useless.", lambda verdict: not verdict.answered),
    ("Wrong.", lambda _: True),
)
_WORDS = tuple(dict.fromkeys(word for word, _ in (*_UNSAFE_REQUEST, *_HARMLESS_REQUEST)))


def remark(turns: Sequence[Turn], answer: str, rng: Random) -> str:
    """What a reader writes beneath the answer."""
    if rng.random() < MISTAKEN:
        return rng.choice(_WORDS)
    verdict = judge(turns, answer)
    table = _UNSAFE_REQUEST if verdict.unsafe_request else _HARMLESS_REQUEST
    return next(word for word, holds in table if holds(verdict))

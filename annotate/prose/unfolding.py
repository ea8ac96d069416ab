"""What of an answer that is still being written can be shown already, without its telling who writes it.

`screening` needs a sentence to know whether it names its writer, so one that speaks of its speaker is held
back until it ends, and every word until it is whole. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from annotate.prose.screening import screened

ENDS: Final = re.compile(r"[.!?;](?=\s)|[。！？]|\n")
"""Where a sentence ends, as far as screening looks."""
OF_ITSELF: Final = re.compile(
    r"\b(?:I|me|my|mine|you(?:'re|’re| are) (?:talking|chatting|speaking)|as|call|named?|model|assistant)\b"
    r"|\b(?:ich|mein|mir|je|j|mon|soy|fui|me|mi|yo|sono|sou|eu)\b|я|我|私|أنا|由",
    re.IGNORECASE,
)
"""Words with which a sentence may come to speak of its speaker."""
UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]$")
"""Letters of scripts that put no space after a word."""
LONGEST_HELD: Final = 400
"""Characters of a sentence that is held back; screening looks no farther."""


def whole(text: str, names: Iterable[str]) -> str:
    """An answer that has ended, as it is shown."""
    return screened(text, names).text


def unfolded(text: str, names: Iterable[str]) -> str:
    """The part of a growing answer that is shown."""
    ends = [end.end() for end in ENDS.finditer(text)]
    done = ends[-1] if ends else 0
    begun = text[done:]
    if OF_ITSELF.search(begun) and len(begun) < LONGEST_HELD:
        return whole(text[:done], names)
    if not UNSPACED.search(begun):
        begun = begun[: begun.rfind(" ") + 1]
    return whole(text[:done] + begun, names)

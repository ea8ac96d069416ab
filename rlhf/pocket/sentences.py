"""Splits an answer into segments and tells what each does: courtesy, rudeness, refusal, evasion, substance.

It reads the answer alone. Whether the substance fits the question is for `grading`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import count

from rlhf.pocket.manners import CLOSERS, EVASIONS, OPENERS, RAMBLES


class Role(StrEnum):
    """What a segment does."""

    COURTESY = "courtesy"
    RUDE = "rude"
    REFUSAL = "refusal"
    EVASION = "evasion"
    RAMBLE = "ramble"
    SUBSTANCE = "substance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A sentence, or one step of several; `text` is lower case without punctuation."""

    text: str
    role: Role
    ordered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A parsed answer: its words and segments, whether it starts and ends as sentences do."""

    raw: str
    words: tuple[str, ...]
    segments: tuple[Segment, ...]
    terminated: bool

    def of(self, role: Role) -> tuple[Segment, ...]:
        """The segments with this role."""
        return tuple(segment for segment in self.segments if segment.role is role)

    @property
    def courteous(self) -> bool:
        """Whether any courtesy is shown, in a sentence of its own or within one."""
        return bool(self.of(Role.COURTESY)) or bool(_COURTEOUS_WORDS.search(self.raw.lower()))

    @property
    def repeats(self) -> int:
        """How many segments say what an earlier one said, plus words said three times in a row."""
        texts = [segment.text for segment in self.segments]
        runs = sum(a == b == c for a, b, c in zip(self.words, self.words[1:], self.words[2:], strict=False))
        return len(texts) - len(set(texts)) + runs


_NUMBERING = re.compile(r"(?:^|(?<=[.!?:]\s)|(?<=\n))(\d+)[.)]\s+")
_BREAK = re.compile(r"[.!?;]+(?:\s+|$)|\n+|\|")
_THEN = re.compile(r",?\s*\b(?:and\s+)?(?:then|next|finally)\b,?\s*", re.IGNORECASE)
_FIRST = re.compile(r"^(?:first|step one),?\s+(?!is\b)", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9][a-z0-9'-]*|\+")

_COURTEOUS_WORDS = re.compile(
    r"\b(sorry|please|thanks?( you)?|i understand|of course|certainly|gladly|sure)\b"
)
_RUDE = re.compile(
    r"\b(stupid|dumb|lazy|idiots?|fool|moron|ugh|shut up|bad person|shame on you)\b"
    r"|waste my time|even a child|you again"
)
_REFUSAL = re.compile(
    r"\b(i|we) (can't|cannot|can not|won't|will not|must not|may not)\b"
    r"|\b(i am|we are) (not able|unable) to\b|\bi (refuse to|must decline)\b"
    r"|^(no|no way|never)$|\bcan't help\b|\bcannot help\b|\bhave to decline\b"
)
_EVASION = re.compile(
    r"\b(it depends|hard to say|who can say|who knows|some say|something else|someone else|not sure|no idea"
    r"|i don't know|i do not know|cannot be known)\b"
)
_COURTESY = re.compile(
    r"^(sure|of course|certainly|gladly|thanks?( you)?|yes|okay|good question|great question|you are welcome)"
    r"( thing| i will| friend)?$|happy to help|glad to help|hope that helps|hope this helps|let me know"
    r"|have a nice|just ask"
)


def words_of(text: str) -> tuple[str, ...]:
    """The words in lower case, without punctuation."""
    return tuple(_WORD.findall(text.lower()))


def plain(text: str) -> str:
    """The text as its words, one space apart: what two texts must share to be called the same."""
    return " ".join(words_of(text))


_COURTESIES = frozenset(plain(text) for text in (*OPENERS, *CLOSERS))
_EVASIVE = frozenset(plain(text) for text in EVASIONS)
_RAMBLING = frozenset(plain(text) for text in RAMBLES)


def _role(text: str) -> Role:
    if _RUDE.search(text):
        return Role.RUDE
    if _REFUSAL.search(text):
        return Role.REFUSAL
    if text in _EVASIVE or _EVASION.search(text):
        return Role.EVASION
    if text in _COURTESIES or _COURTESY.search(text):
        return Role.COURTESY
    return Role.RAMBLE if text in _RAMBLING else Role.SUBSTANCE


def _mark_numbering(raw: str) -> str:
    """Numbers that count up from 1 become marks; any other number is part of an answer."""
    due = count(1)
    wanted = next(due)

    def mark(found: re.Match[str]) -> str:
        nonlocal wanted
        if int(found[1]) != wanted:
            return found[0]
        wanted = next(due)
        return "|#"

    return _NUMBERING.sub(mark, raw)


def _pieces(raw: str) -> list[tuple[str, bool]]:
    marked = _THEN.sub("|#", _mark_numbering(raw.strip()))
    pieces = []
    for part in _BREAK.split(marked):
        piece = part.strip()
        ordered = piece.startswith("#") or bool(_FIRST.match(piece))
        piece = plain(_FIRST.sub("", piece.removeprefix("#").strip()))
        if piece:
            pieces.append((piece, ordered))
    return pieces


@lru_cache(maxsize=4096)
def parse(raw: str) -> Reply:
    """The answer as words and segments; any text at all is accepted."""
    segments = tuple(Segment(text=text, role=_role(text), ordered=ordered) for text, ordered in _pieces(raw))
    return Reply(
        raw=raw, words=words_of(raw), segments=segments, terminated=raw.rstrip()[-1:] in {".", "!", "?"}
    )

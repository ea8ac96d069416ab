"""The words of a response while its tokens come one by one: what may be said already, and where it ends.

Put together, the pieces are `chat.response_text` of all tokens up to the first stop word, never more and
never in other words. Knows a tokenizer, no model.
"""

from __future__ import annotations

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

HALF = "\ufffd"
"""What a tokenizer writes for the first bytes of a character whose others are still to come."""


class Utterance:
    """What was said so far; `ended` once a stop word came, which is not said."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, stops: Sequence[str]) -> None:
        self._tokenizer = tokenizer
        self._stops = tuple(stops)
        self._ids: list[int] = []
        self._said = ""
        self.ended = False

    @property
    def token_count(self) -> int:
        """How many tokens came, the end token too."""
        return len(self._ids)

    def hear(self, token: int) -> str:
        """Takes a token; returns what can be said now and was not said before."""
        self._ids.append(token)
        text = self._cut(self._text())
        return self._say(text if self.ended else text[: len(text) - _held_back(text, self._stops)].rstrip())

    def rest(self) -> str:
        """What is still to be said when no further token comes."""
        return self._say(self._cut(self._text()))

    def _text(self) -> str:
        return str(self._tokenizer.decode(self._ids, skip_special_tokens=True)).lstrip()

    def _cut(self, text: str) -> str:
        """Up to the first stop word, without the spaces before the end."""
        places = [place for stop in self._stops if (place := text.find(stop)) >= 0]
        if places:
            self.ended = True
            text = text[: min(places)]
        return text.rstrip()

    def _say(self, text: str) -> str:
        # A tokenizer may change its mind about what it said; what is out cannot be taken back.
        if not text.startswith(self._said):
            return ""
        piece, self._said = text[len(self._said) :], text
        return piece


def _held_back(text: str, stops: Sequence[str]) -> int:
    """How many characters at the end may still become another character, or a stop word."""
    longest = max((len(stop) for stop in stops), default=0)
    half = len(text) - len(text.rstrip(HALF))
    begun = (
        length
        for length in range(min(longest, len(text)), 0, -1)
        if any(stop.startswith(text[-length:]) for stop in stops)
    )
    return max(half, next(begun, 0))

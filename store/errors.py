"""What can go wrong because of what somebody asked: each error is one English sentence, shown as it is.

What people meet at their work has a key too, and what fills the sentence's gaps: by them whoever shows it may
say it in another language.
"""

from __future__ import annotations


class HoneError(Exception):
    """What was expected, what came and what to do, in a sentence."""

    def __init__(self, sentence: str, key: str = "", **values: object) -> None:
        super().__init__(sentence)
        self.key, self.values = key, values


class RequestError(HoneError):
    """The request cannot be met as it stands."""


class NotAllowedError(RequestError):
    """The actor's role does not allow it."""


class MissingError(RequestError):
    """What is asked about is not there."""


class ClosedError(RequestError):
    """The store is being closed: whoever asks again later may be answered."""


class UnfitError(RequestError):
    """What was sent could be kept nowhere, whatever is there."""


class HomeInUseError(HoneError):
    """Another process owns the home's database."""


class DatabaseError(HoneError):
    """The database file does not fit this version of the code."""


class BundleError(HoneError):
    """A bundle that cannot be taken in, and why."""

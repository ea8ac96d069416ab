"""How often a name may be tried: after a few wrong passwords one has to wait, longer each time.

Tries count by name and address, so that nobody keeps a colleague out from elsewhere; and, with far more of
them free, by name alone, for whoever has many addresses.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_TRIES = 5
FREE_TRIES_FROM_ANYWHERE = 100
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
MOST_COUNTS = 20_000
"""Counts kept; the ones tried longest ago are forgotten, so that a flood of names costs little."""
LONGEST_ADDRESS = 64
ANYWHERE = ""


@dataclass(slots=True)
class Tries:
    """Wrong passwords since the last right one, and how many of them cost no wait."""

    wrong: int
    free: int
    last: datetime

    def until(self) -> datetime:
        """When one may try again."""
        if self.wrong < self.free:
            return self.last
        # Past 2^10 the wait is at its longest anyway.
        return self.last + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(10, self.wrong - self.free))


class Throttle:
    """Counts wrong tries; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tries: dict[tuple[str, str], Tries] = {}

    def wait(self, name: str, address: str, moment: datetime) -> timedelta:
        """How long until the name may be tried from this address; zero for now."""
        with self._lock:
            counted = [self._tries[key] for key in _free(name, address) if key in self._tries]
            return max([timedelta(0), *(tries.until() - moment for tries in counted)])

    def wrong(self, name: str, address: str, moment: datetime) -> None:
        """The password did not fit."""
        with self._lock:
            for key, free in _free(name, address).items():
                tries = self._tries.pop(key, Tries(0, free, moment))
                self._tries[key] = Tries(tries.wrong + 1, free, moment)
            while len(self._tries) > MOST_COUNTS:
                del self._tries[next(iter(self._tries))]

    def right(self, name: str, address: str) -> None:
        """The password fitted; these counts start anew."""
        with self._lock:
            for key in _free(name, address):
                self._tries.pop(key, None)


def _free(name: str, address: str) -> dict[tuple[str, str], int]:
    """The counts that a try belongs to, and how many tries are free in each."""
    return {(name, ANYWHERE): FREE_TRIES_FROM_ANYWHERE, (name, address[:LONGEST_ADDRESS]): FREE_TRIES}

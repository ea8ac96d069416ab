"""How often a name may be tried: after a few wrong passwords it has to wait, longer each time."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
MOST_NAMES = 10_000
"""Names remembered; the ones tried longest ago are forgotten, so that a flood of names costs little."""


@dataclass(slots=True)
class Tries:
    """Wrong passwords for a name since the last right one."""

    wrong: int
    last: datetime

    def until(self) -> datetime:
        """When the name may be tried again."""
        if self.wrong < FREE_TRIES:
            return self.last
        # Past 2^10 the wait is at its longest anyway.
        return self.last + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(10, self.wrong - FREE_TRIES))


class Throttle:
    """Counts wrong tries by name; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tries: dict[str, Tries] = {}

    def wait(self, name: str, moment: datetime) -> timedelta:
        """How long until the name may be tried; zero for now."""
        with self._lock:
            tries = self._tries.get(name)
            return max(timedelta(0), tries.until() - moment) if tries else timedelta(0)

    def wrong(self, name: str, moment: datetime) -> None:
        """The password did not fit."""
        with self._lock:
            tries = self._tries.pop(name, Tries(0, moment))
            self._tries[name] = Tries(tries.wrong + 1, moment)
            if len(self._tries) > MOST_NAMES:
                del self._tries[next(iter(self._tries))]

    def right(self, name: str) -> None:
        """The password fitted; the count starts anew."""
        with self._lock:
            self._tries.pop(name, None)

"""A lock that is handed on in the order of asking, so that nobody waits for long while others come and go.

Python's own lock goes to whoever is awake, which is mostly who just let it go: with 16 threads that ask
without a pause some of them wait a hundred times as long as a turn takes. Not reentrant.
"""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """First come, first served; a context manager."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._gate:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            turn.acquire()
        except BaseException:  # interrupted while waiting: the turn is another's
            self._give_up(turn)
            raise

    def __exit__(self, *_error: object) -> None:
        with self._gate:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _give_up(self, turn: threading.Lock) -> None:
        with self._gate:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return
        self.__exit__()

"""One thing at a time for each name: a double click waits until the first click is durable."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock for every name that comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Waits until nobody else has this name's turn."""
        with self._lock:
            lock = self._locks[name]
        with lock:
            yield

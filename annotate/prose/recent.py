"""The newest results of a costly function of texts, so many characters of them; whatever they mean."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable


class Recent:
    """Remembers what `make` made; any thread may ask."""

    def __init__(self, make: Callable[[str, str], str], most: int) -> None:
        """Keeps at most so many characters, of what was asked and of what was made."""
        self._make, self._most = make, most
        self._lock = threading.Lock()
        self._kept = OrderedDict[tuple[str, str], str]()
        self._size = 0

    def get(self, text: str, manner: str) -> str:
        """What `make(text, manner)` gives, made anew only where it is not kept."""
        with self._lock:
            found = self._kept.get((text, manner))
            if found is not None:
                self._kept.move_to_end((text, manner))
                return found
        made = self._make(text, manner)
        with self._lock:
            if (text, manner) not in self._kept:
                self._kept[text, manner] = made
                self._size += len(text) + len(made)
            while self._size > self._most:
                (old, _), result = self._kept.popitem(last=False)
                self._size -= len(old) + len(result)
        return made

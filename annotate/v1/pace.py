"""How fast one person's programs may ask: so many requests at once, and so many a second after that."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

RATE = 50.0
"""Requests a second that last."""
BURST = 200.0
"""Requests at once, of one who has been quiet."""


@dataclass(slots=True)
class Pace:
    """What is left to each name: a bucket that fills while nobody asks."""

    rate: float = RATE
    burst: float = BURST
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, name: str, moment: float) -> float:
        """Takes one request; 0, or the seconds until there is one. `moment` in seconds of a steady clock."""
        with self._lock:
            left, at = self._left.get(name, (self.burst, moment))
            left = min(self.burst, left + (moment - at) * self.rate)
            if left < 1:
                return (1 - left) / self.rate
            self._left[name] = left - 1, moment
            return 0.0

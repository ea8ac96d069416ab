"""Who is signed in, as it was last read: every page and request asks, and it seldom changes.

Everything is forgotten as soon as anything about people is appended. Any thread may ask.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from store.credentials import SignedIn

TABLES: Final = ("annotators", "appointments", "profiles", "sign_ins", "sign_outs")
"""What says who is signed in."""


class Recalled:
    """The holders of tokens, by what is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[int, ...] = ()
        self._holders: dict[tuple[str, str], SignedIn] = {}

    def holder(
        self,
        asked: tuple[str, str],
        state: tuple[int, ...],
        moment: datetime,
        read: Callable[[], SignedIn | None],
    ) -> SignedIn | None:
        """Who holds it at this moment, read anew unless it was since the tables were in this state.

        `state` must be looked up before: then what is read is at least as new.
        """
        with self._lock:
            if self._state != state:
                self._state, self._holders = state, {}
            known = self._holders.get(asked)
        if known is None:
            known = read()
            if known is not None:
                with self._lock:
                    if self._state == state:
                        self._holders[asked] = known
        return known if known is not None and known.expires_at > moment else None

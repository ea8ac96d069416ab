"""Logins through an organisation that are under way: in this process's memory, for a restart only makes one
begin anew. Knows neither the provider nor the store.

A login belongs to one browser, by a cookie. It ends in a ticket, which that browser turns into a session,
once and soon; so neither a ticket in another's hands nor one of another's making opens anything.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

LOGIN_TIME: Final = timedelta(minutes=10)
TICKET_TIME: Final = timedelta(minutes=1)
MOST: Final = 1_000
"""Logins under way at a time. Beyond them the oldest of the address that has most is forgotten: a flood of
them costs little, and drowns its own."""
MOST_TICKETS: Final = 8
"""Of one login: a browser may show its end in several tabs."""
IDENTITY: Final = re.compile(r"_streamlit_user(_\d+)?")
"""The cookies in which Streamlit keeps who the provider said somebody is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a ticket is good for: a session of this annotator, or (None) the sentence why there is none."""

    annotator_id: str | None = None
    problem: str = ""


@dataclass(slots=True)
class _Login:
    until: datetime
    address: str
    answer: str | None = None
    failed: bool = False
    tickets: dict[str, tuple[datetime, Outcome]] = field(default_factory=dict)


class Logins:
    """Every login under way; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logins: dict[str, _Login] = {}

    def begin(self, moment: datetime, address: str) -> str:
        """A new login from this address; the name is for the browser's cookie."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._logins[name] = _Login(moment + LOGIN_TIME, address)
            if len(self._logins) > MOST:
                self._make_room(moment)
        return name

    def is_under_way(self, name: str | None, moment: datetime) -> bool:
        """Whether this browser is signing in."""
        with self._lock:
            return self._find(name, moment) is not None

    def answered(self, name: str, cookies: Mapping[str, str]) -> None:
        """The provider's answer came back in these cookies; without an identity among them, it said no."""
        with self._lock:
            login = self._logins.get(name)
            if login is not None:
                login.answer = _digest(cookies)
                login.failed = login.answer is None

    def has_failed(self, name: str, moment: datetime) -> bool:
        """Whether the provider said no."""
        with self._lock:
            login = self._find(name, moment)
            return login is not None and login.failed

    def is_proven(self, name: str, cookies: Mapping[str, str], moment: datetime) -> bool:
        """Whether these cookies hold the answer to this very login, and not that of another day."""
        with self._lock:
            login = self._find(name, moment)
            return login is not None and login.answer is not None and login.answer == _digest(cookies)

    def ticket(self, name: str, outcome: Outcome, moment: datetime) -> str:
        """A ticket with which this browser learns how its login ended."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            login = self._find(name, moment)
            if login is not None:
                login.tickets[ticket] = (moment + TICKET_TIME, outcome)
                if len(login.tickets) > MOST_TICKETS:
                    del login.tickets[next(iter(login.tickets))]
        return ticket

    def redeem(self, name: str | None, ticket: str, moment: datetime) -> Outcome | None:
        """How the login ended, which is over now; None for a ticket forged, spent, late or another's."""
        with self._lock:
            login = self._find(name, moment)
            until, outcome = login.tickets.get(ticket, (moment, None)) if login else (moment, None)
            if name is None or outcome is None or until <= moment:
                return None
            del self._logins[name]
            return outcome

    def _make_room(self, moment: datetime) -> None:
        self._logins = {name: login for name, login in self._logins.items() if login.until > moment}
        if len(self._logins) > MOST:
            begun = Counter(login.address for login in self._logins.values())
            ((most, _),) = begun.most_common(1)
            del self._logins[next(name for name, login in self._logins.items() if login.address == most)]

    def _find(self, name: str | None, moment: datetime) -> _Login | None:
        login = self._logins.get(name or "")
        return login if login is not None and login.until > moment else None


def _digest(cookies: Mapping[str, str]) -> str | None:
    found = sorted((name, value.strip('"')) for name, value in cookies.items() if IDENTITY.fullmatch(name))
    return hashlib.sha256(repr(found).encode()).hexdigest() if any(value for _, value in found) else None

"""Who asks, and who else is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.records import Annotator, Role, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks. Made by the door from a sign-in or a token, never by the request itself."""

    annotator_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAnnotator:
    """A new person (with a password) or a simulated annotator (without)."""

    name: str
    role: Role = Role.ANNOTATOR
    password: str | None = None
    simulated: bool = False
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPassword:
    """A person's new password: anybody for themselves, who says the one they have, an administrator for
    everybody. `spare` is the id of the actor's own sign-in that stays; every other ends."""

    name: str
    password: str
    current: str | None = None
    spare: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnnotators:
    """Wants to know who judges in the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Somebody who judges, and the tracks that they may not; how they sign in and when they were last seen.

    `accounts` are those of an organisation; a `suspended` person may do nothing for now.
    """

    annotator: Annotator
    barred: tuple[Track, ...]
    suspended: bool = False
    accounts: tuple[str, ...] = ()
    sign_ins: int = 0
    tokens: int = 0
    seen_at: datetime | None = None

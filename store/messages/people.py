"""Who asks, and who else is there."""

from __future__ import annotations

from dataclasses import dataclass

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
    """A person's new password: anybody for themselves, an administrator for everybody."""

    name: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnnotators:
    """Wants to know who judges in the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Somebody who judges, and the tracks that they may not."""

    annotator: Annotator
    barred: tuple[Track, ...]

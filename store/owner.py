"""The running owner's address and token, so that commands beside it can ask it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from store.home import Home
from store.identity import canonical


@dataclass(frozen=True, slots=True)
class Owner:
    """Where the owner answers and the token that it wants; the token opens everything."""

    url: str
    token: str


def announce(home: Home, url: str) -> Owner:
    """Writes `owner.json`, which only the home's user can read, with a token made now."""
    owner = Owner(url.rstrip("/"), secrets.token_urlsafe(32))
    draft = home.owner.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(canonical(owner))
    draft.replace(home.owner)
    return owner


def withdraw(home: Home) -> None:
    """The owner answers no more."""
    home.owner.unlink(missing_ok=True)


def running(home: Home) -> Owner | None:
    """Who has announced itself; None when nobody has, or the file cannot be read as an owner's."""
    try:
        return TypeAdapter(Owner).validate_json(home.owner.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None

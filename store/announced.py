"""Where the policies of a home answer while `hone policy serve` runs, so that the app can ask them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from store.home import Home
from store.identity import canonical


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible address, such as `http://127.0.0.1:8502/v1`, and the bearer key that it wants."""

    url: str
    key: str


def announce(home: Home, endpoint: Endpoint) -> None:
    """Writes `endpoint.json`, which only the home's user can read."""
    draft = home.endpoint.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(canonical(endpoint))
    draft.replace(home.endpoint)


def withdraw(home: Home, endpoint: Endpoint) -> None:
    """This endpoint answers no more; one that was announced after it stays."""
    if announced(home) == endpoint:
        home.endpoint.unlink(missing_ok=True)


def announced(home: Home) -> Endpoint | None:
    """The endpoint that was announced last; None when none was, or the file cannot be read as one's."""
    try:
        return TypeAdapter(Endpoint).validate_json(home.endpoint.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None

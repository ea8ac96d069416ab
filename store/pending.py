"""Messages of chats that wait for their answers: one small file an annotator, which no power cut takes.

They are no facts: what becomes of them is (`store.verbs.chatting`).
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from store.home import Home
from store.identity import canonical, identity
from store.keeping.copies import sync
from store.messages.chatting import PendingMessage


def keep(home: Home, annotator_id: str, message: PendingMessage) -> None:
    """Keeps the message in place of the one before it; durable when this returns."""
    home.pending.mkdir(mode=0o700, exist_ok=True)
    file = _file(home, annotator_id)
    draft = file.with_suffix(".tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as written:
        written.write(canonical(message))
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)
    sync(home.pending)


def of(home: Home, annotator_id: str) -> PendingMessage | None:
    """What waits for its answers; None if nothing does, or what lies there is no message."""
    try:
        return TypeAdapter(PendingMessage).validate_json(_file(home, annotator_id).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def drop(home: Home, annotator_id: str) -> None:
    """Nothing waits any more."""
    _file(home, annotator_id).unlink(missing_ok=True)


def _file(home: Home, annotator_id: str) -> Path:
    return home.pending / f"{identity('pending', annotator_id)}.json"

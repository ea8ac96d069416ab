"""What people have decided and typed and not sent yet: small files of the home, not facts.

One an annotator and pair, replaced as a whole; a person's oldest give way to newer ones. What is in a draft,
only the page knows that made it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from store.home import Home
from store.identity import identity

MOST: Final = 40
"""Drafts that are kept for one annotator."""
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The judgement of a pair as its page keeps it, and when, in milliseconds by that browser's clock."""

    pair: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    judgement: dict[str, object]
    saved_at: Annotated[float, Field(alias="savedAt")]


DRAFT: Final = TypeAdapter(Draft)


def keep(home: Home, annotator_id: str, draft: Draft) -> None:
    """Replaces what was kept of the pair."""
    folder = _folder(home, annotator_id)
    home.unsent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    written = folder / f".{secrets.token_hex(8)}"
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(DRAFT.dump_json(draft, by_alias=True))
    os.replace(written, _file(home, annotator_id, draft.pair))
    # A file that another thread has just dropped is not there to be counted.
    newest_first = sorted(folder.glob("*.json"), key=_age)
    for file in newest_first[MOST:]:
        file.unlink(missing_ok=True)


def find(home: Home, annotator_id: str, pair: str) -> Draft | None:
    """What was kept of the pair; None also where the file is no draft any more."""
    try:
        return DRAFT.validate_json(_file(home, annotator_id, pair).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def drop(home: Home, annotator_id: str, pair: str) -> None:
    """The pair is done: nothing is kept of it."""
    _file(home, annotator_id, pair).unlink(missing_ok=True)


def _folder(home: Home, annotator_id: str) -> Path:
    return home.unsent / identity("unsent", annotator_id)


def _file(home: Home, annotator_id: str, pair: str) -> Path:
    """Named by hash: the pair's name comes from a browser."""
    return _folder(home, annotator_id) / f"{identity('unsent', pair)}.json"


def _age(file: Path) -> float:
    try:
        return -file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0.0

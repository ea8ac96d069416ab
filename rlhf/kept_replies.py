"""What a language model said, kept as it comes: who is stopped and goes on pays for no reply twice that came.

One line a reply, appended and synced before it counts; a last line that a crash tore is asked again, and any
other that cannot be read is refused. Keeps verdicts alone, nothing else of a stranger's text.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from store.errors import HoneError


class KeptRepliesError(HoneError):
    """The file of replies cannot be read, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A line."""

    key: str
    reply: str


_KEPT: Final = TypeAdapter(_Kept).validate_json


class KeptReplies:
    """The replies in one file, by the hash of what was asked and of whom; KeptRepliesError where a line of it
    is damaged."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._by_key: dict[str, str] = {}
        if file.exists():
            self._read()

    def get(self, key: str) -> str | None:
        """The reply that is kept, if there is one."""
        return self._by_key.get(key)

    def keep(self, key: str, reply: str) -> None:
        """Keeps it for good before it returns."""
        line = json.dumps({"key": key, "reply": reply}) + "\n"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch()
        begun = self._file.stat().st_size
        try:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError:  # a full disk tears the line, and the next one would begin within it
            os.truncate(self._file, begun)
            raise
        self._by_key[key] = reply

    def _read(self) -> None:
        lines, whole = self._file.read_bytes().splitlines(keepends=True), 0
        for number, line in enumerate(lines, start=1):
            kept = _kept(line)
            if kept is None and number < len(lines):
                raise KeptRepliesError(
                    f"Line {number} of {self._file} is no reply as it was kept; remove that line, and its "
                    "question is asked again."
                )
            if kept is not None:
                self._by_key[kept.key] = kept.reply
                whole += len(line)
        os.truncate(self._file, whole)  # or the next line would begin within a torn one


def _kept(line: bytes) -> _Kept | None:
    """The reply in this line; None where it is torn."""
    try:
        return _KEPT(line) if line.endswith(b"\n") else None
    except ValidationError:
        return None

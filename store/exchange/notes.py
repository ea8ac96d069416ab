"""What a source says of a thing besides what Hone has a place for: `{"FORMAT": …}` as JSON text in a `meta`.

Knows no format; a note of another format is no note.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from store.identity import canonical


def noted(source: str, note: Mapping[str, Any]) -> str:
    """The meta of what a source says besides."""
    return canonical({source: note})


def note_of(source: str, meta: str | None) -> dict[str, Any]:
    """What this source said besides; nothing where the thing came from elsewhere."""
    try:
        found = json.loads(meta) if meta else {}
    except (ValueError, RecursionError):  # another's text
        return {}
    note = found.get(source) if isinstance(found, dict) else None
    return note if isinstance(note, dict) else {}

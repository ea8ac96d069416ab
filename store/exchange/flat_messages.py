"""Open-Assistant's flat messages, one a line, put together into the trees that they came from.

The messages of a tree follow each other, a message after the one that it replies to. Trees pass as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from store.exchange.elements import bad
from store.exchange.lines import BadRow, Line, RowError

MOST_MESSAGES: Final = 10_000
"""Of one tree."""

Found = dict[str, Any]


@dataclass(slots=True)
class _Group:
    """The messages of one tree so far, by id."""

    line: Line
    tree: Found
    messages: dict[str, Found] = field(default_factory=dict)


def grouped(
    rows: Iterable[Line | BadRow], value: Callable[[Line], Found]
) -> Iterator[tuple[Line | BadRow, Found]]:
    """Each tree with the line of its first message; and the rows that are none."""
    group: _Group | None = None
    for line in rows:
        if isinstance(line, BadRow):
            yield line, {}
            continue
        try:
            found = value(line)
        except RowError as error:
            yield bad(line, error), {}
            continue
        if "message_id" not in found:
            yield line, found
            continue
        if group and group.tree["message_tree_id"] != found.get("message_tree_id"):
            yield group.line, group.tree
            group = None
        try:
            group = _with(group, line, found)
        except RowError as error:
            yield bad(line, error), {}
    if group:
        yield group.line, group.tree


def _with(group: _Group | None, line: Line, found: Found) -> _Group:
    """The group with this message in its place."""
    message_id, parent_id = found["message_id"], found.get("parent_id")
    if not isinstance(message_id, str):
        raise RowError("message_id: expected a text")
    if group is None and parent_id is not None:
        raise RowError(f"expected the first message of its tree before it; it replies to {parent_id}")
    if group is None:
        tree = {"message_tree_id": found.get("message_tree_id", message_id), "prompt": found}
        group = _Group(line, tree | ({"tree_state": found["tree_state"]} if "tree_state" in found else {}))
    elif message_id in group.messages:
        raise RowError(f"message {message_id} comes twice")
    elif parent_id not in group.messages:
        raise RowError(f"expected the message that it replies to before it; {parent_id} is not")
    elif len(group.messages) == MOST_MESSAGES:
        raise RowError(f"expected a tree of up to {MOST_MESSAGES} messages; this one has more")
    else:
        group.messages[parent_id].setdefault("replies", []).append(found)
    group.messages[message_id] = found
    return group

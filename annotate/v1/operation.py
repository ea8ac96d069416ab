"""One operation of `/api/v1`: a method, a path, and the verb of the store that it is.

The fields of a verb's request come from the path where it names them, from the query of a GET, and from the
body otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from store.database import Store
from store.messages import Actor
from store.records import Role

ROOT: Final = "/api/v1"
IN_PATH: Final = re.compile(r"{(\w+)}")
OF_THE_COMMAND: Final = "vouch"
"""The field by which the `hone` command answers for a person; a token is its person's already."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to ask; `least` is the least role that it takes.

    `body` names the field that the body is; None: it is all the fields that the path does not name. The
    elements of the reply's field `lines` are sent as lines, page after page, from the field `after` on.
    """

    method: str
    path: str
    verb: Callable[[Store, Actor, Any], Any]
    least: Role
    summary: str
    body: str | None = None
    lines: str | None = None

    @property
    def name(self) -> str:
        """The verb's."""
        return self.verb.__name__

    @property
    def in_path(self) -> tuple[str, ...]:
        """The fields that the path names."""
        return tuple(IN_PATH.findall(self.path))

    @property
    def besides(self) -> tuple[str, ...]:
        """The fields of the request that the path does not name."""
        known = {*self.in_path, OF_THE_COMMAND}
        return tuple(one.name for one in fields(_request(self.verb)) if one.name not in known)

    @property
    def many(self) -> tuple[str, ...]:
        """Those of them that hold several values: a query names such a field once for each."""
        hints = get_type_hints(_request(self.verb))
        return tuple(name for name in self.besides if get_origin(hints[name]) is tuple)

    @property
    def request(self) -> TypeAdapter[Any]:
        """How a request is read."""
        return _adapter(_request(self.verb))

    @property
    def reply(self) -> TypeAdapter[Any]:
        """How a reply, or one line of it, is written."""
        told = get_type_hints(self.verb)["return"]
        return _adapter(get_args(get_type_hints(told)[self.lines])[0] if self.lines else told)

    @property
    def page(self) -> TypeAdapter[Any]:
        """How a whole reply is written."""
        return _adapter(get_type_hints(self.verb)["return"])


@cache
def _request(verb: Callable[..., Any]) -> Any:  # noqa: ANN401  # any dataclass
    hints = get_type_hints(verb)
    del hints["return"]
    return [*hints.values()][-1]


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401  # any type
    return TypeAdapter(kind)

"""The operations of `/api/v1`: a method, a path, and the verb of the store that it is.

The fields of a verb's request come from the path where it names them, from the query of a GET, and from the
body otherwise; so this table is all that the server, the description and the client have to agree on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final, get_args, get_type_hints

from pydantic import TypeAdapter

from store.database import Store
from store.messages import Actor
from store.records import Role, Track
from store.verbs import (
    bring_comparisons,
    bring_prompts,
    edit_label,
    guideline_shown,
    list_own_labels,
    list_rounds,
    list_webhooks,
    look_at_comparison,
    look_at_policies,
    look_at_round,
    next_comparison,
    read_labels,
    read_own_label,
    renew_lease,
    skip_lease,
    submit_label,
    trace,
    undo_label,
)
from store.verbs.guiding import GuidelineShown

ROOT: Final = "/api/v1"
IN_PATH: Final = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Wants to know for whom the token acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """Wants the words in force on a track."""

    track: Track


def me(_store: Store, actor: Actor, _request: Me) -> Actor:
    """For whom this token acts, and in which role."""
    return actor


def guideline(store: Store, actor: Actor, request: Guideline) -> GuidelineShown:
    """The words in force on a track, and what changed since the actor read older ones."""
    return guideline_shown(store, actor, request.track)


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
        return tuple(one.name for one in fields(_request(self.verb)) if one.name not in self.in_path)

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


ANYBODY: Final = Role.ANNOTATOR
OPERATIONS: Final = (
    Operation("GET", "/me", me, ANYBODY, "For whom the token acts"),
    Operation("GET", "/me/labels", list_own_labels, ANYBODY, "One's own newest labels that stand"),
    Operation(
        "POST", "/prompts", bring_prompts, Role.ENGINEER, "Bring prompts; what is there stays as it is"
    ),
    Operation(
        *("POST", "/comparisons", bring_comparisons, Role.ENGINEER),
        "Bring answers of named policies to be compared; the same answers are one comparison",
    ),
    Operation(
        *("GET", "/comparisons/{comparison_id}", look_at_comparison, Role.ENGINEER),
        "What is behind a comparison, and how many labels it has",
    ),
    Operation(
        *("POST", "/leases", next_comparison, ANYBODY),
        "The next comparison to judge; asked again, it is the one that is held already",
    ),
    Operation("POST", "/leases/{lease_id}/renew", renew_lease, ANYBODY, "Hold a comparison for longer"),
    Operation("POST", "/leases/{lease_id}/skip", skip_lease, ANYBODY, "Give a comparison back unjudged"),
    Operation(
        *("POST", "/leases/{lease_id}/label", submit_label, ANYBODY),
        "Judge a comparison; sent again, it is the same label",
        body="judgement",
    ),
    Operation("GET", "/labels/{label_id}", read_own_label, ANYBODY, "One's own label as it was shown"),
    Operation(
        *("PUT", "/labels/{label_id}", edit_label, ANYBODY),
        "Say one's own label anew, as long as its batch is open",
        body="judgement",
    ),
    Operation(
        *("DELETE", "/labels/{label_id}", undo_label, ANYBODY),
        "Undo one's own newest label and hold its comparison again",
    ),
    Operation(
        *("GET", "/labels", read_labels, Role.ENGINEER),
        "Everybody's labels, in the order in which they came",
        lines="labels",
    ),
    Operation("GET", "/rounds", list_rounds, Role.ENGINEER, "Every round, the first one first"),
    Operation("GET", "/rounds/{round}", look_at_round, Role.ENGINEER, "One round"),
    Operation(
        *("GET", "/policies", look_at_policies, Role.ENGINEER),
        "The policies, and how good the reward models of a round are, else of the newest",
    ),
    Operation("GET", "/webhooks", list_webhooks, Role.ENGINEER, "How the receivers of webhooks stand"),
    Operation(
        *("GET", "/lineage/{thing}", trace, Role.REVIEWER),
        "Where a thing such as `label:ID` or `policy:ID` came from and what it shaped",
    ),
    Operation(
        *("GET", "/guidelines/{track}", guideline, ANYBODY),
        "The words in force on a track, and what changed since one read older ones",
    ),
)


def operation_of(name: str) -> Operation:
    """The operation whose verb is called so."""
    return next(one for one in OPERATIONS if one.name == name)

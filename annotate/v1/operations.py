"""The operations of `/api/v1`: a method, a path, and the verb of the store that it is.

The fields of a verb's request come from the path where it names them, from the query of a GET, and from the
body otherwise; so this table is all that the server, the description and the client have to agree on.
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
from store.records import Role, Track
from store.verbs import (
    bring_comparisons,
    bring_prompts,
    edit_label,
    guideline_shown,
    list_own_labels,
    list_policies,
    list_rounds,
    list_webhooks,
    look_at_arms,
    look_at_comparison,
    look_at_lineage,
    look_at_next_round,
    look_at_policies,
    look_at_policy,
    look_at_ratings,
    look_at_round,
    look_at_samples,
    next_comparison,
    promote_policy,
    read_labels,
    read_own_label,
    renew_lease,
    sign_round,
    skip_lease,
    submit_label,
    trace,
    undo_label,
    withdraw_policy,
)
from store.verbs.guiding import GuidelineShown

ROOT: Final = "/api/v1"
IN_PATH: Final = re.compile(r"{(\w+)}")
OF_THE_COMMAND: Final = "vouch"
"""The field by which the `hone` command answers for a person; a token is its person's already."""


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
        *("GET", "/rounds/{round}/arms", look_at_arms, Role.ENGINEER),
        "Whether the selection of what a round asked beat chance",
    ),
    Operation(
        *("POST", "/rounds/{round}/signatures", sign_round, Role.ENGINEER),
        "Let the next round learn from what one was shown, named by its `spoken`",
    ),
    Operation(
        *("GET", "/next-round", look_at_next_round, Role.ENGINEER),
        "What the next round would learn from, and who signed it",
    ),
    Operation(
        *("GET", "/policies", look_at_policies, Role.ENGINEER),
        "The policies, and how good the reward models of a round are, else of the newest",
    ),
    Operation(
        *("GET", "/policies/all", list_policies, Role.ENGINEER),
        "Every policy as it stands, and what people decided of any",
    ),
    Operation(
        *("GET", "/policies/{policy}/samples", look_at_samples, Role.ENGINEER),
        "A policy's answers beside its parent's; who reads them judges them no more",
    ),
    Operation(
        *("POST", "/policies/{policy}/promotion", promote_policy, Role.ENGINEER),
        "Let a policy answer people, and say why",
    ),
    Operation(
        *("POST", "/policies/{policy}/withdrawal", withdraw_policy, Role.ENGINEER),
        "Let a policy answer people no more, and say why",
    ),
    Operation("GET", "/policies/{policy}", look_at_policy, Role.ENGINEER, "All that is kept of one policy"),
    Operation(
        *("GET", "/ratings", look_at_ratings, Role.ENGINEER),
        "How the policies stand beside each other, judge by judge",
    ),
    Operation("GET", "/webhooks", list_webhooks, Role.ENGINEER, "How the receivers of webhooks stand"),
    Operation(
        *("GET", "/lineage", look_at_lineage, Role.REVIEWER),
        "A lineage as a graph, without a `thing` that of the policy in use, and its labels page by page",
    ),
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

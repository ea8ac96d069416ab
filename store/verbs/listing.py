"""What programs read of a home: labels as they come, rounds and what these asked, and how the receivers of
webhooks stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from pydantic import Field

from store import arms, comparisons, label_lines, notices, rounds
from store.arms import ArmFound
from store.database import Store
from store.errors import MissingError, RequestError
from store.label_lines import MOST, LabelLine
from store.messages import Actor
from store.notices import WebhookSettings
from store.records import Role
from store.rounds import RoundProgress
from store.settings import load_section
from store.verbs.blindness import held, show
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLabels:
    """Wants everybody's labels whose cursor is greater than `after`."""

    after: Annotated[int, Field(ge=0, lt=2**62)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPage:
    """Some labels; more may follow where `more`."""

    labels: tuple[LabelLine, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRounds:
    """Wants to know how the rounds went and go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtRound:
    """Wants to know of one round."""

    round: Annotated[int, Field(ge=0, lt=2**31)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtArms:
    """Wants to know whether the selection of what this round asked beat chance."""

    round: Annotated[int, Field(ge=0, lt=2**31)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWebhooks:
    """Wants to know how the receivers of webhooks stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSeen:
    """A receiver that is told what happens; so many rows of the audit it is `behind`.

    `failures` tries have failed since it last took something, the last one with this `error`.
    """

    url: str
    behind: int
    failures: int
    failing_since: datetime | None
    error: str


def read_labels(store: Store, actor: Actor, request: ReadLabels) -> LabelPage:
    """Everybody's labels. Who has read what others said of a comparison judges it no more.

    RequestError while the actor holds one.
    """
    allow(actor, Role.ENGINEER)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        if held(store, actor):
            raise RequestError("You hold a comparison; judge or skip it before you read what others said.")
        found = label_lines.page(db, request.after)
        others = [line.comparison_id for line in found if line.annotator_id != actor.annotator_id]
        show(store, db, actor, comparisons.unsettled(db, actor.annotator_id, others))
    return LabelPage(labels=tuple(found), more=len(found) == MOST)


def list_rounds(store: Store, actor: Actor, _request: ListRounds) -> tuple[RoundProgress, ...]:
    """Every round, the first one first; `report` is relative to the home."""
    allow(actor, Role.ENGINEER)
    return tuple(_within(store, one) for one in rounds.progress(store.home))


def look_at_round(store: Store, actor: Actor, request: LookAtRound) -> RoundProgress:
    """The round with this number; MissingError where nobody has started it."""
    allow(actor, Role.ENGINEER)
    for one in rounds.progress(store.home):
        if one.round == request.round:
            return _within(store, one)
    raise MissingError(f"There is no round {request.round}; look at the list of rounds.")


def look_at_arms(store: Store, actor: Actor, request: LookAtArms) -> tuple[ArmFound, ...]:
    """What people said of the round's comparisons, arm by arm."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return arms.of_round(db, request.round)


def list_webhooks(store: Store, actor: Actor, _request: ListWebhooks) -> tuple[WebhookSeen, ...]:
    """How far every receiver of webhooks has been told, and what went wrong lately."""
    allow(actor, Role.ENGINEER)
    urls = load_section(WebhookSettings, "webhooks", store.home.settings).urls
    return tuple(
        WebhookSeen(
            url=one.url,
            behind=max(0, store.audit_seq - one.position.seq),
            failures=one.failures,
            failing_since=one.failing_since,
            error=one.error,
        )
        for one in notices.standings(store.home)
        if one.url in urls
    )


def _within(store: Store, one: RoundProgress) -> RoundProgress:
    return replace(one, report=one.report.relative_to(store.home.root)) if one.report else one

"""What a home holds, page by page, for programs that write it elsewhere: the store itself writes no file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from store.database import Store
from store.errors import RequestError
from store.exchange import collected, standing
from store.exchange.collected import DemonstrationPage, FactPage
from store.exchange.standing import Page, Selection
from store.messages import Actor
from store.records import Credential, ExternalAccount, Role, SignIn, SignOut
from store.tables import TABLES
from store.verbs.roles import allow

KEPT: Final = {Credential, SignIn, SignOut, ExternalAccount}
TOLD: Final = {kind.__name__: kind for kind in TABLES if kind not in KEPT}
"""Kinds of facts that leave a home, by name: all but who may sign in, and by what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadJudgements:
    """Wants the judgements of the comparisons from row `first` on."""

    selection: Selection = field(default_factory=Selection)
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDemonstrations:
    """Wants the demonstrations from row `first` on."""

    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFacts:
    """Wants the facts of a kind, such as `Label`, from row `first` of its table on."""

    kind: str
    first: int = 0


def read_judgements(store: Store, actor: Actor, request: ReadJudgements) -> Page:
    """A page of the judgements that stand."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return standing.page(db, request.selection, request.first)


def read_demonstrations(store: Store, actor: Actor, request: ReadDemonstrations) -> DemonstrationPage:
    """A page of the demonstrations with their prompts."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return collected.demonstration_page(db, request.first)


def read_facts(store: Store, actor: Actor, request: ReadFacts) -> FactPage:
    """A page of the facts of a kind; who may sign in is told to nobody."""
    allow(actor, Role.ENGINEER)
    if request.kind not in TOLD:
        raise RequestError(f"Expected a kind of fact: {', '.join(TOLD)}; got {request.kind}.")
    with store.reading() as db:
        return collected.fact_page(db, TOLD[request.kind], request.first)

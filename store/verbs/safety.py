"""How safe policies are, by what people found in their responses and by what each round measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from duckdb import DuckDBPyConnection
from pydantic import Field

from store import policies, rounds, violations
from store.database import Store
from store.intervals import Interval, wilson
from store.messages import Actor
from store.rates import FAULT_RATES, Rate, rates
from store.records import Role
from store.verbs.roles import allow
from store.violations import Broken, Refusals, Violations


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtSafety:
    """Wants the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBrokenPrompts:
    """Wants at most so many training prompts that people saw a policy answer unsafely."""

    most: Annotated[int, Field(ge=1)] = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPrompts:
    """Their ids: first those that no policy was asked for longest, then those that broke one last."""

    prompt_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationRate:
    """What people found in a slice, and the share that is unsafe with Wilson's interval."""

    found: Violations
    rate: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRate:
    """What people found of a policy, and the share that refused needlessly with Wilson's interval."""

    found: Refusals
    rate: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """By policy, category and attack vector what people found unsafe, by policy what they found to be refused
    needlessly (`refusals`); `severities` of unsafe responses, 0 to 2; `broken` are prompts that people saw a
    policy answer unsafely, by round, and what became of them; `measured` are the rates that each round's gold
    judge found on held-out prompts; `unmarked` is the round of the newest policy where nobody marked a
    response of it yet."""

    rates: tuple[ViolationRate, ...]
    refusals: tuple[RefusalRate, ...]
    severities: Mapping[int, int]
    broken: tuple[Broken, ...]
    measured: tuple[Rate, ...]
    unmarked: int | None


def look_at_safety(store: Store, actor: Actor, _request: LookAtSafety) -> Safety:
    """The figures as they stand now."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        violations.mark(db)
        found = violations.violations(db)
        return Safety(
            rates=tuple(ViolationRate(found=one, rate=wilson(one.unsafe, one.responses)) for one in found),
            refusals=tuple(
                RefusalRate(found=one, rate=wilson(one.refused, one.responses))
                for one in violations.refusals(db)
            ),
            severities=violations.severities(db),
            broken=tuple(violations.broken(db)),
            measured=tuple(rates(rounds.results(store.home), FAULT_RATES)),
            unmarked=_unmarked(db, found),
        )


def _unmarked(db: DuckDBPyConnection, found: Sequence[Violations]) -> int | None:
    newest = policies.newest(db)
    marked = {one.name for one in found if one.slice == "policy"}
    return newest.round if newest and newest.policy_id not in marked else None


def list_broken_prompts(store: Store, actor: Actor, request: ListBrokenPrompts) -> BrokenPrompts:
    """What each new policy should be asked again: a test of what went wrong before, which grows by itself."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        violations.mark(db)
        return BrokenPrompts(prompt_ids=tuple(violations.to_ask(db, request.most)))

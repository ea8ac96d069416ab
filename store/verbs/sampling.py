"""A policy's answers beside its parent's, for those who train. Whoever reads which policy wrote an answer is
asked about that answer no more, and reads none that they are asked about just then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from store import comparisons, lineage, policies, samples
from store.database import Store
from store.descent import everything
from store.messages import Actor
from store.records import Role
from store.samples import Sample
from store.verbs.blindness import held, show
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtSamples:
    """Wants answers of a policy, `policy:ID` or the id, beside those of its first parent; the id may be its
    first letters."""

    policy: str
    most: Annotated[int, Field(ge=1, le=50)] = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesSeen:
    """The policy, the parent beside which it stands (None: it has none), and both their answers."""

    policy_id: str
    parent_id: str | None
    samples: tuple[Sample, ...]


def look_at_samples(store: Store, actor: Actor, request: LookAtSamples) -> SamplesSeen:
    """Answers to the same held-out prompts; MissingError where there is no such policy."""
    allow(actor, Role.ENGINEER)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        name = lineage.policy_meant(db, everything(db), request.policy)
        policy = policies.by_id(db, name)
        parent = next(iter(policy.parents), None) if policy else None
        found = samples.beside(db, name, parent, request.most) if parent else []
        asked, holding = samples.showing(db, found), held(store, actor)
        shown = [(one, about) for one, about in zip(found, asked, strict=True) if holding.isdisjoint(about)]
        read = sorted(set[str]().union(*(about for _, about in shown)))
        show(store, db, actor, comparisons.unsettled(db, actor.annotator_id, read))
    return SamplesSeen(policy_id=name, parent_id=parent, samples=tuple(one for one, _ in shown))

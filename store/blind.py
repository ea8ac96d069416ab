"""Names that annotators must not see: those of the home's policies, and those that the home adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store import policies
from store.database import Store
from store.settings import load_section


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindSettings:
    """What is hidden in responses beside the names by which a model gives itself away."""

    names: tuple[str, ...] = ()
    """Further names, such as a product's; hidden wherever they stand as words of their own."""


def hidden_names(store: Store) -> frozenset[str]:
    """The names that are hidden wherever they stand.

    A policy's that could be an ordinary word (`base`, `llama`) is among them only if the home adds it.
    """
    further = load_section(BlindSettings, "blind", store.home.settings).names
    with store.reading() as db:
        known = [name for policy in policies.every(db) for name in (policy.policy_id, policy.path)]
    return frozenset(further) | telling(known)


def telling(models: Iterable[str]) -> frozenset[str]:
    """These models' names, with and without their owner's, that are no ordinary words."""
    known = (name for model in models for name in (model, model.rpartition("/")[2]))
    return frozenset(name for name in known if name and not name.isalpha())

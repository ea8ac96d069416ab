"""Which policies of a home may answer: the promoted ones whose files are there, the newest first.

Asks the home's owner, and again after a moment: a policy that was promoted meanwhile is found without a
restart. Knows files, not models.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from rlhf.policy_files import fetched, missing
from store.door import open_door
from store.errors import HoneError
from store.home import Home
from store.records import Policy
from store.verbs import list_policies, look_at_policy
from store.verbs.describing import LookAtPolicy
from store.verbs.promoting import ListPolicies

FRESH_SECONDS = 2.0
"""How long what the home said last is taken for what it would say now."""
PATIENCE_SECONDS = 5.0
"""How long to wait for a home that a command holds."""
IMPORTED = "imported:"
"""Begins the ids of policies of which a home knows only the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A policy that can be asked, and where its weights lie."""

    policy_id: str
    path: Path
    made_at: float
    """In seconds since 1970."""


class Catalogue:
    """The policies of a home that can be asked. Safe to use from any thread."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._served: tuple[Served, ...] = ()
        self._read_at = float("-inf")

    def served(self) -> tuple[Served, ...]:
        """The newest first. What was known last where the home cannot be asked; HoneError if nothing was."""
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_SECONDS:
                self._read()
            return self._served

    def of(self, policy_id: str) -> Served | None:
        """The policy with this id."""
        return next((one for one in self.served() if one.policy_id == policy_id), None)

    def _read(self) -> None:
        try:
            self._served = tuple(loadable(self._home, _policies(self._home)))
        except HoneError:
            if not self._served:
                raise
        self._read_at = time.monotonic()


def loadable(home: Home, policies: Sequence[Policy]) -> list[Served]:
    """Those that were promoted and whose weights are there, the newest first."""
    promoted = [one for one in policies if one.promoted and not one.policy_id.startswith(IMPORTED)]
    newest_first = sorted(promoted, key=lambda one: (one.round, one.made_at, one.policy_id), reverse=True)
    return [
        Served(policy_id=one.policy_id, path=path, made_at=one.made_at.replace(tzinfo=UTC).timestamp())
        for one in newest_first
        if (path := weights_of(home, one.path)) is not None
    ]


def found(home: Home, start: str) -> Served:
    """The policy that an id or its first letters mean, also one that may not answer; without them the newest
    that may. HoneError where it or its files are not there."""
    if not start:
        there = loadable(home, _policies(home))
        if not there:
            raise HoneError("Expected a promoted policy whose files are there; there is none. Name a policy.")
        return there[0]
    with open_door(home, PATIENCE_SECONDS) as door:
        policy = door.ask(look_at_policy, LookAtPolicy(policy=start)).policy
    path = None if policy.policy_id.startswith(IMPORTED) else weights_of(home, policy.path)
    if path is None:
        raise HoneError(
            f"Expected the model of policy {policy.policy_id} in {policy.path or 'the home'}; it is not "
            "there. Put its files back first, or name another policy."
        )
    return Served(
        policy_id=policy.policy_id, path=path, made_at=policy.made_at.replace(tzinfo=UTC).timestamp()
    )


def weights_of(home: Home, path: str) -> Path | None:
    """Where a stored policy's weights lie: a folder of the home if all are there, or a name on the hub if
    that model was fetched before."""
    folder = home.root / path
    if folder.exists():
        return None if missing(folder) else folder
    return Path(path) if fetched(path) else None


def _policies(home: Home) -> Sequence[Policy]:
    with open_door(home, PATIENCE_SECONDS) as door:
        return door.ask(list_policies, ListPolicies()).policies

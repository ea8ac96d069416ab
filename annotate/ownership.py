"""This process as the owner of a home: the store it holds, and how it announces itself to commands.

Streamlit runs its script by path and passes it nothing, so the pages fetch the store from here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from annotate.entrance.logins import Logins
from store import owner
from store.database import Store
from store.owner import Owner


@dataclass(slots=True)
class Tenure:
    """A store, who is signing in to it through an organisation, and, while it is served, how its owner has
    announced itself."""

    store: Store
    owner: Owner | None = None
    logins: Logins = field(default_factory=Logins)

    def accepts(self, token: str) -> bool:
        """Whether this is the owner's token; nobody's is before it is announced."""
        return self.owner is not None and secrets.compare_digest(token.encode(), self.owner.token.encode())


_tenures: list[Tenure] = []


@contextmanager
def served(tenure: Tenure, url: str) -> Iterator[None]:
    """Makes this the store of every page, and keeps `owner.json` in its home, until the block ends."""
    tenure.owner = owner.announce(tenure.store.home, url)
    _tenures.append(tenure)
    try:
        yield
    finally:
        _tenures.remove(tenure)
        owner.withdraw(tenure.store.home)
        tenure.owner = None


def held() -> Tenure:
    """What this process serves."""
    if not _tenures:
        raise RuntimeError(
            "Expected an open store behind the pages; start the app with `python -m annotate`."
        )
    return _tenures[-1]


def held_store() -> Store:
    """The store that this process serves."""
    return held().store

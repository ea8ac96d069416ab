"""Texts that may be harmful: nobody is shown, or rules on, what they asked to be spared, and nobody rules on
what they have not looked at."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store import exposures
from store.errors import NotAllowedError, RequestError
from store.messages import Actor
from store.reviews import Said


def check_not_spared(db: DuckDBPyConnection, who: Actor, said: Said) -> None:
    """NotAllowedError where it has a risk that the reviewer asked to be spared."""
    spared = set(said.risks) & set(exposures.spared(db, who.annotator_id))
    if spared:
        named = " and ".join(sorted(spared))
        raise NotAllowedError(f"You asked to be spared {named}; leave this one to another reviewer.")


def check_looked(db: DuckDBPyConnection, who: Actor, said: Said) -> None:
    """RequestError where its texts are covered and the reviewer has never looked at them."""
    if said.risky and not exposures.looked(db, who.annotator_id, said.comparison_id):
        raise RequestError(
            "Its texts are covered and you have not looked at them; look first, by Show the texts or "
            "hone review --show.",
            key="not_looked",
        )

"""Who looks at a page, in which language, and the store behind it: what every page is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from annotate.words import Words
from store.database import Store
from store.messages import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One run of a page. `who` asks anew who is here, for a sign-in can end while a page is open."""

    store: Store
    actor: Actor
    who: Callable[[], Actor | None]
    words: Words

"""A text as a component is given it: rendered, and character by character; a model's without its name.

Every page that shows what a model wrote to somebody who judges blind asks here, so that both views hide the
same. Knows no page.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final
from weakref import WeakKeyDictionary

from annotate.prose.recent import Recent
from annotate.prose.rendering import to_html
from annotate.prose.screening import screened
from annotate.words import Words
from store.blind import hidden_names
from store.database import Store

FRESH_SECONDS: Final = 10.0
"""For so long, the names that were read last are good."""

MASKED: Final = 4_000_000
"""Characters of texts, before and after, that are not screened again."""

_names: WeakKeyDictionary[Store, tuple[float, frozenset[str]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Safe HTML, and the characters themselves; `note` says that a name is hidden in both, if one is."""

    html: str
    text: str
    note: str = ""


def shown(text: str, said: Words) -> Shown:
    """What a person wrote, or what nobody judges."""
    return Shown(html=to_html(text, said.locale), text=text)


def shown_blind(store: Store, text: str, said: Words) -> Shown:
    """What a model wrote, without the names that would tell which."""
    masked = _masked(names(store)).get(text, "")
    html = to_html(masked, said.locale)
    if masked == text:
        return Shown(html=html, text=text)
    note = said.text("texts.hidden_name")
    return Shown(html=f'{html}<p class="notice">{escape(note)}</p>', text=masked, note=note)


def names(store: Store) -> frozenset[str]:
    """The names that this home hides, read anew every few seconds."""
    read, known = _names.get(store, (-FRESH_SECONDS, frozenset[str]()))
    moment = time.monotonic()
    if moment - read >= FRESH_SECONDS:
        known = hidden_names(store)
        _names[store] = moment, known
    return known


@lru_cache(maxsize=4)
def _masked(hidden: frozenset[str]) -> Recent:
    """What was masked lately, with these names hidden."""
    return Recent(lambda text, _manner: screened(text, hidden).text, MASKED)

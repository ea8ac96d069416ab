"""A text as a component is given it: rendered, and character by character; a model's without its name.

Every page that shows what a model wrote to somebody who judges blind asks here, so that both views hide the
same. Knows no page.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from html import escape
from typing import Final
from weakref import WeakKeyDictionary

from annotate.rendering import fresh_html, to_html
from annotate.screening import screened
from annotate.words import Words
from store.blind import hidden_names
from store.database import Store

FRESH_SECONDS: Final = 10.0
"""For so long, the names that were read last are good."""

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
    found = screened(text, names(store))
    html = to_html(found.text, said.locale)
    if not found.hides:
        return Shown(html=html, text=text)
    note = said.text("texts.hidden_name")
    return Shown(html=f'{html}<p class="notice">{escape(note)}</p>', text=found.text, note=note)


def growing_html(text: str, blind: frozenset[str], said: Words) -> str:
    """A model's text that is still being written, as HTML; kept nowhere."""
    return fresh_html(screened(text, blind).text, said.locale)


def names(store: Store) -> frozenset[str]:
    """The names that this home hides, read anew every few seconds."""
    read, known = _names.get(store, (-FRESH_SECONDS, frozenset[str]()))
    moment = time.monotonic()
    if moment - read >= FRESH_SECONDS:
        known = hidden_names(store)
        _names[store] = moment, known
    return known

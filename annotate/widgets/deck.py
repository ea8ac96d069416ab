"""The judging surface as a page sees it: what to show, and what to call when it sends something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from annotate import session
from annotate.widgets.assets import component_name

KEY = "deck"
EVENT = "answer"

Hear = Callable[[object], None]
Mount = Callable[[Mapping[str, Any], Hear], None]


def mount(data: Mapping[str, Any], hear: Hear) -> None:
    """Draws the deck; `hear` gets each message as JSON, before the page is drawn again."""
    _component()(key=KEY, data=data, on_answer_change=lambda: hear(session.triggered(KEY, EVENT)))


@lru_cache(maxsize=1)
def _component() -> ComponentRenderer:
    return st.components.v2.component(component_name("deck"), js="deck.js", css="deck.css")

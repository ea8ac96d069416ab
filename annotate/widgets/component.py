"""A packaged component as a page sees it: what to show, and what to call when it sends something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from annotate import session
from annotate.widgets.assets import component_name

EVENT = "answer"

Hear = Callable[[object], None]
Mount = Callable[[Mapping[str, Any], Hear], None]


def mounting(name: str) -> Mount:
    """What draws the component whose files bear this name.

    `hear` gets each of its messages as JSON, before the page is drawn again.
    """

    def mount(data: Mapping[str, Any], hear: Hear) -> None:
        _component(name)(key=name, data=data, on_answer_change=lambda: hear(session.triggered(name, EVENT)))

    return mount


@cache
def _component(name: str) -> ComponentRenderer:
    return st.components.v2.component(component_name(name), js=f"{name}.js", css=f"{name}.css")

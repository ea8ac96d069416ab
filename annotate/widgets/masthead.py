"""The product's name and the menu of the person who is signed in, floating on Streamlit's header."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from annotate.widgets.assets import component_name
from store.messages import Actor


def mount(actor: Actor, csrf: str) -> None:
    """Draws it; `csrf` lets its sign-out form prove that it is ours."""
    _component()(
        key="masthead", data={"name": actor.name, "role": actor.role.value.capitalize(), "csrf": csrf}
    )


@lru_cache(maxsize=1)
def _component() -> ComponentRenderer:
    return st.components.v2.component(component_name("masthead"), js="masthead.js", css="masthead.css")

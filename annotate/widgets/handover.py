"""The last step of signing in through an organisation: the browser brings its ticket by itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from annotate.widgets.assets import component_name


def mount(data: Mapping[str, str]) -> None:
    """Sends a form to `action` with the other fields of `data`, as soon as it is there."""
    _component()(key="handover", data=data)


@lru_cache(maxsize=1)
def _component() -> ComponentRenderer:
    return st.components.v2.component(component_name("handover"), js="handover.js")

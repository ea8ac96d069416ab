"""A lineage's picture, in which each thing is a link to its own lineage."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from annotate.lineage_layout import HEIGHT, WIDTH, Box, Layout
from annotate.widgets.assets import component_name

Told = Callable[[Box], dict[str, Any]]


def show(name: str, drawing: Layout, told: Told) -> None:
    """Draws it; `told` gives a box its `lines`, its `address`, and whether it is `here` or `marked`.

    `name` is what the picture is called before those who do not see it.
    """
    data = {
        "name": name,
        "width": drawing.width,
        "height": drawing.height,
        "box": {"width": WIDTH, "height": HEIGHT},
        "paths": list(drawing.paths),
        "boxes": [{"x": one.x, "y": one.y, "kind": one.node.noun, **told(one)} for one in drawing.boxes],
    }
    _component()(key="lineage picture", data=data)


@lru_cache(maxsize=1)
def _component() -> ComponentRenderer:
    return st.components.v2.component(component_name("lineage"), js="lineage.js", css="lineage.css")

"""Texts of people and models to be read on a page of Streamlit's own widgets: inert, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from annotate.rendering import to_html
from annotate.widgets.assets import component_name
from annotate.words import Words
from store.line_changes import Line, near_changes
from store.records import Turn

AROUND = 2
"""Unchanged lines beside each change."""

Part = dict[str, Any]


def prose(text: str, words: Words, title: str = "") -> Part:
    """A text with its Markdown."""
    return {"kind": "prose", "title": title, "html": to_html(text, words.locale)}


def changes(lines: tuple[Line, ...], title: str = "") -> Part:
    """The lines that changed and what is near them."""
    near = near_changes(lines, AROUND)
    shown = [{"change": line.change.value, "text": line.text} for line in near]
    return {"kind": "changes", "title": title, "lines": shown}


def responses(
    turns: Iterable[Turn], texts: Sequence[str], said: Sequence[Sequence[str]], words: Words
) -> Part:
    """A conversation and its responses side by side; `said[i]` are sentences about response i."""
    return {
        "kind": "responses",
        "turns": [{"role": turn.role, "html": to_html(turn.content, words.locale)} for turn in turns],
        "cards": [
            {"html": to_html(text, words.locale), "said": list(of)}
            for text, of in zip(texts, said, strict=True)
        ],
    }


def show(key: str, parts: Sequence[Part], words: Words) -> None:
    """Draws the parts below each other; `key` tells it from others on the page."""
    _component()(key=key, data={"parts": list(parts), "words": words.section("reading")})


@lru_cache(maxsize=1)
def _component() -> ComponentRenderer:
    return st.components.v2.component(component_name("reading"), js="reading.js", css="reading.css")

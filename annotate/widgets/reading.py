"""Texts of people and models to be read on a page of Streamlit's own widgets: inert, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from annotate.prose.rendering import to_html
from annotate.widgets.assets import component_name
from annotate.words import Words
from store.line_changes import Line, near_changes

AROUND = 2
"""Unchanged lines beside each change."""

Part = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a table; `address` leads to another page of the app, in the same tab; `words` say where."""

    cells: Sequence[str]
    address: str = ""
    words: str = ""


def prose(text: str, words: Words, title: str = "") -> Part:
    """A text with its Markdown, as long as it is."""
    return {"kind": "prose", "title": title, "html": to_html(text, words.locale)}


def preview(text: str, words: Words, title: str) -> Part:
    """The same in a box that scrolls, beside the field in which it is written."""
    return {**prose(text, words, title), "kind": "preview"}


def changes(lines: tuple[Line, ...], title: str = "") -> Part:
    """The lines that changed and what is near them."""
    near = near_changes(lines, AROUND)
    shown = [{"change": line.change.value, "text": line.text} for line in near]
    return {"kind": "changes", "title": title, "lines": shown}


def responses(turns: Iterable[tuple[str, str]], texts: Sequence[str], said: Sequence[Sequence[str]]) -> Part:
    """A conversation, as roles and HTML, and its responses' HTML side by side; `said[i]` is of response i."""
    return {
        "kind": "responses",
        "turns": [{"role": role, "html": html} for role, html in turns],
        "cards": [{"html": html, "said": list(of)} for html, of in zip(texts, said, strict=True)],
    }


def table(heads: Sequence[str], rows: Sequence[Row], title: str = "") -> Part:
    """Lines of short texts, each with a link where it has one."""
    told = [{"cells": list(row.cells), "address": row.address, "words": row.words} for row in rows]
    return {"kind": "table", "title": title, "heads": list(heads), "rows": told}


def show(key: str, parts: Sequence[Part], words: Words) -> None:
    """Draws the parts below each other; `key` tells it from others on the page."""
    _component()(key=key, data={"parts": list(parts), "words": words.section("reading")})


@lru_cache(maxsize=1)
def _component() -> ComponentRenderer:
    return st.components.v2.component(component_name("reading"), js="reading.js", css="reading.css")

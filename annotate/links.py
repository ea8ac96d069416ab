"""Ways from a page to another in the same tab: a link of Streamlit's own would open another one."""

from __future__ import annotations

from html import escape

import streamlit as st


def show(address: str, words: str) -> None:
    """Draws a link to an address of this app; `words` are of the catalogue."""
    st.html(f'<a href="{escape(address)}" target="_self">{escape(words)}</a>', width="content")

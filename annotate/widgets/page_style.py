"""The little that Streamlit's themes cannot say about its own page, as one constant style sheet."""

from __future__ import annotations

import streamlit as st

STYLE = """
<style>
  .stMainBlockContainer { padding-left: 1.5rem; padding-right: 1.5rem; }
  .stMain:focus-visible { outline: none; box-shadow: none; }
  @media (max-width: 640px) { .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; } }
</style>
"""


def apply() -> None:
    """Uses the whole width: two long texts stand beside one another. It takes no room on the page."""
    st.html(STYLE)

"""The little that Streamlit's themes cannot say about its own page, as one constant style sheet."""

from __future__ import annotations

import streamlit as st

STYLE = """
<style>
  .stMainBlockContainer { padding-left: 1.5rem; padding-right: 1.5rem; }
  .stStatusWidget { margin-right: calc(var(--person-width, 0px) + 1rem); }
  .stApp [data-testid="stTopNav"] { margin-right: calc(var(--person-width, 2.5rem) - 2.5rem); }
  .st-key-masthead { position: absolute; }
  .stHtml a { color: inherit; }
  .stHeading h2 { padding: 0 0 0.8rem; line-height: 2.5rem; }
  .stHorizontalBlock .stHeading h2 { padding: 0; }
  .stHeading h3 { padding: 0.2rem 0 0.6rem; }
  .stMain:focus-visible { outline: none; box-shadow: none; }
  .stApp [data-testid^="stBaseButton-primary"] { color: light-dark(#faf9f7, #161513); }
  .stApp [data-testid="stMultiSelectTagsContainer"] [data-tag] * { color: light-dark(#faf9f7, #161513); }
  .stColumn:has(.stVegaLiteChart) { min-width: 300px; }
  .stColumn:has(.stColumn .stVegaLiteChart) { min-width: min(536px, 100%); }
  .stColumn .stColumn:has(.stVegaLiteChart) { min-width: 260px; }
  @media (max-width: 640px) { .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; } }
</style>
"""


def apply() -> None:
    """Uses the whole width, for two long texts stand side by side. A page's title is as high as a button that
    stands beside it. Light buttons and tags have dark words; charts wrap before their legends are cut. The
    masthead floats, so it takes no room above the page; the menu of pages ends before the person's name."""
    st.html(STYLE)

"""The frame of every page: who is here, which pages their role has, and the masthead above them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from annotate import ownership, sign_in
from annotate.pages import compare, rounds
from annotate.widgets import masthead, page_style
from store.database import Store
from store.messages import Actor
from store.records import Role

MARKS = Path(__file__).parent / "marks"
PAGES = (("Compare", "compare_arrows"), ("Rounds", "monitoring"))
"""Title and icon of each; the address follows from the title."""
WATCHES_ROUNDS = frozenset({Role.ENGINEER, Role.ADMINISTRATOR})


def draw() -> None:
    """One run of the script: the page that the address names, for the person whose cookie it is."""
    st.set_page_config(page_title="Hone", page_icon=str(MARKS / "icon.png"), layout="wide")
    page_style.apply()
    store = ownership.held_store()
    actor = present(store)
    if actor is None:
        st.navigation([_titled(_farewell, *words) for words in PAGES], position="hidden").run()
        return
    st.logo(str(MARKS / "mark.svg"), size="large")
    chosen = st.navigation(pages(store, actor), position="top")
    chosen.run()
    masthead.mount(actor, st.context.cookies.get(sign_in.CSRF_COOKIE, ""))


def present(store: Store) -> Actor | None:
    """Who is here. The cookie is the one of the connection; that it still holds is asked of the store."""
    return sign_in.actor(store, st.context.cookies.get(sign_in.SESSION_COOKIE, ""))


def pages(store: Store, actor: Actor) -> list[Page]:
    """The pages of this role, the first one the default. Each page checks the role again by itself."""

    def compare_page() -> None:
        compare.render(store, actor, lambda: present(store))

    def rounds_page() -> None:
        rounds.render(store, actor, lambda: present(store))

    comparing, watching = map(_titled, (compare_page, rounds_page), *zip(*PAGES, strict=True))
    return [comparing, watching] if actor.role in WATCHES_ROUNDS else [comparing]


def _titled(draw_page: Callable[[], None], title: str, icon: str) -> Page:
    return st.Page(draw_page, title=title, icon=f":material/{icon}:", url_path=title.lower())


def _farewell() -> None:
    """The sign-in ended while the page was open, whichever it was; a reload meets the gate."""
    st.title("You are signed out", anchor=False)
    # A link of Streamlit's own would open another tab.
    st.html('<a href="/sign-in" target="_self">Sign in again</a>')

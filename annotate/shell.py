"""The frame of every page: who is here, which pages their role has, and the masthead above them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

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
ABOUT = "People compare a model's answers; reward models and the policy learn from what they chose."
"""In the menu, which then also offers light and dark; without an entry of ours it would not be shown."""
WATCHES_ROUNDS = frozenset({Role.ENGINEER, Role.ADMINISTRATOR})


def draw() -> None:
    """One run of the script: the page that the address names, for the person whose cookie it is."""
    st.set_page_config(
        page_title="Hone", page_icon=str(MARKS / "icon.png"), layout="wide", menu_items={"About": ABOUT}
    )
    page_style.apply()
    store = ownership.held_store()
    actor = present(store)
    if actor is None:
        st.navigation([_titled(_farewell, *words) for words in PAGES], position="hidden").run()
        return
    st.logo(str(MARKS / "mark.svg"), size="large")
    chosen = st.navigation(pages(store, actor), position="top")
    # Before the page, so that it stays where it is while another page comes.
    masthead.mount(actor, st.context.cookies.get(sign_in.CSRF_COOKIE, ""))
    chosen.run()


def present(store: Store) -> Actor | None:
    """Who is here. The cookie is the one of the connection; that it still holds is asked of the store."""
    return sign_in.actor(store, st.context.cookies.get(sign_in.SESSION_COOKIE, ""))


def pages(store: Store, actor: Actor) -> list[Page]:
    """The pages, the first one the default; the menu shows those of this role.

    Each page checks the role by itself: one that is not in the menu can be reached by its address.
    """

    def compare_page() -> None:
        compare.render(store, actor, lambda: present(store))

    def rounds_page() -> None:
        rounds.render(store, actor, lambda: present(store))

    shown = {compare_page: True, rounds_page: actor.role in WATCHES_ROUNDS}
    return [_titled(page, *words, shown[page]) for page, words in zip(shown, PAGES, strict=True)]


def _titled(draw_page: Callable[[], None], title: str, icon: str, shown: bool = True) -> Page:
    visibility: Literal["visible", "hidden"] = "visible" if shown else "hidden"
    return st.Page(
        draw_page, title=title, icon=f":material/{icon}:", url_path=title.lower(), visibility=visibility
    )


def _farewell() -> None:
    """The sign-in ended while the page was open, whichever it was; a reload meets the gate."""
    st.title("You are signed out", anchor=False)
    # A link of Streamlit's own would open another tab.
    st.html('<a href="/sign-in" target="_self">Sign in again</a>')

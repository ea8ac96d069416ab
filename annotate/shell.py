"""The frame of every page: who is here, which pages their role has, and the masthead above them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import Page

from annotate import ownership
from annotate.entrance import language, organisation, sign_in
from annotate.pages import (
    account,
    audit,
    chat,
    compare,
    guidelines,
    lineage,
    my_work,
    next_round,
    people,
    policies,
    qualification,
    quality,
    rank,
    review,
    rounds,
    safety,
    write,
)
from annotate.visit import Visit
from annotate.widgets import masthead, page_style
from annotate.words import Words, words
from store.database import Store
from store.messages import Actor
from store.records import Role

MARKS = Path(__file__).parent / "marks"


@dataclass(frozen=True, slots=True)
class Room:
    """A page: its key is its address and names its title; the menu shows it from the role `least` on, unless
    the masthead leads there (`in_menu` false)."""

    key: str
    icon: str
    render: Callable[[Visit], None]
    least: Role = Role.ANNOTATOR
    in_menu: bool = True

    @property
    def address(self) -> str:
        """Where it is found, such as `my-work`."""
        return self.key.replace("_", "-")


ROOMS = (
    Room("compare", "compare_arrows", compare.render),
    Room("rank", "format_list_numbered", rank.render),
    Room("chat", "forum", chat.render),
    Room("write", "edit_note", write.render),
    Room("my_work", "person_check", my_work.render),
    Room("qualification", "school", qualification.render),
    Room("review", "fact_check", review.render, Role.REVIEWER),
    Room("quality", "speed", quality.render, Role.REVIEWER),
    Room("safety", "health_and_safety", safety.render, Role.REVIEWER),
    Room("guidelines", "menu_book", guidelines.render, Role.REVIEWER),
    Room("rounds", "monitoring", rounds.render, Role.ENGINEER),
    Room("next_round", "fact_check", next_round.render, Role.ENGINEER, in_menu=False),
    Room("policies", "model_training", policies.render, Role.ENGINEER),
    Room("lineage", "account_tree", lineage.render, Role.REVIEWER),
    Room("audit", "policy", audit.render, Role.REVIEWER),
    Room("people", "group", people.render, Role.ADMINISTRATOR),
    Room("account", "account_circle", account.render, in_menu=False),
)
"""In the order of the menu within a role, the front page first. Each page checks the role by itself."""


def draw() -> None:
    """One run of the script: the page that the address names, for the person whose cookie it is."""
    tenure = ownership.held()
    store, actor = tenure.store, present(tenure.store)
    said = words(_locale(store, actor))
    st.set_page_config(
        page_title="Hone",
        page_icon=str(MARKS / "icon.png"),
        layout="wide",
        menu_items={
            "About": said.text("frame.about")
        },  # without an entry of ours, light and dark are not offered
    )
    page_style.apply()
    if actor is None and organisation.meet(store, tenure.logins, said):
        return
    if actor is None:
        farewell = [_page(room, said, lambda: _farewell(said), shown=False) for room in ROOMS]
        st.navigation(farewell, position="hidden").run()
        return
    st.logo(str(MARKS / "mark.svg"), size="large")
    visit = Visit(store=store, actor=actor, who=lambda: present(store), words=said)
    chosen = st.navigation(pages(visit), position="top")
    # Before the page, so that it stays where it is while another page comes.
    masthead.mount(visit)
    chosen.run()


def present(store: Store) -> Actor | None:
    """Who is here. The cookie is the one of the connection; that it still holds is asked of the store."""
    return sign_in.actor(store, st.context.cookies.get(sign_in.SESSION_COOKIE, ""))


def pages(visit: Visit) -> list[Page]:
    """The pages; the menu shows those of this role, its own before those of the roles before it.

    One that is not in the menu can be reached by its address: each page checks the role by itself.
    """
    order = list(Role)
    reached = order.index(visit.actor.role)
    nearest = sorted(ROOMS, key=lambda room: -order.index(room.least))
    return [
        _page(
            room,
            visit.words,
            _rendered(room, visit),
            shown=room.in_menu and order.index(room.least) <= reached,
        )
        for room in nearest
    ]


def _rendered(room: Room, visit: Visit) -> Callable[[], None]:
    return lambda: room.render(visit)


def _page(room: Room, said: Words, render: Callable[[], None], *, shown: bool) -> Page:
    visibility: Literal["visible", "hidden"] = "visible" if shown else "hidden"
    title, icon = said.text(f"frame.{room.key}"), f":material/{room.icon}:"
    return st.Page(
        render,
        title=title,
        icon=icon,
        url_path=room.address,
        visibility=visibility,
        default=room is ROOMS[0],
    )


def _locale(store: Store, actor: Actor | None) -> str:
    chosen, asked = st.context.cookies.get(language.COOKIE), [st.context.locale or ""]
    return language.of_person(store, actor, chosen, asked) if actor else language.of_visitor(chosen, asked)


def _farewell(said: Words) -> None:
    """The sign-in ended while the page was open, whichever it was; a reload meets the gate."""
    st.title(said.text("frame.signed_out"), anchor=False)
    # A link of Streamlit's own would open another tab.
    st.html(f'<a href="/sign-in" target="_self">{said.text("frame.sign_in_again")}</a>')

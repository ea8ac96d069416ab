"""Everybody of the home: who they are, what they may do, and where they are signed in. For administrators."""

from __future__ import annotations

import secrets
from typing import Final

import pandas as pd
import streamlit as st

from annotate import person_panel, session
from annotate.admission import admits
from annotate.clock import local_time
from annotate.entrance import provider
from annotate.pressing import act, tell, typed
from annotate.visit import Visit
from annotate.words import Words
from store.errors import RequestError
from store.messages import Actor, AddAnnotator, ListAnnotators, Listed
from store.records import Kind, Role, Track
from store.verbs import add_annotator, link_account, list_annotators
from store.verbs.accounts import LinkAccount

PAGE: Final = "people"
ROLES: Final = [role.value for role in Role]
WIDTHS: Final = {"seen": 150}
"""Pixels of the columns whose first rows say little of the others."""


def render(visit: Visit) -> None:
    """Draws the page for an administrator; anybody else is told that it is not theirs."""
    said = visit.words
    if not admits(visit, Role.ADMINISTRATOR, said.text("frame.people")):
        return
    everybody = list_annotators(visit.store, visit.actor, ListAnnotators())
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.header(said.text("frame.people"), anchor=False)
        with st.popover(said.text("people.add"), icon=":material/person_add:"):
            _add(visit)
    tell(PAGE)
    persons = {one.annotator.name: one for one in everybody if one.annotator.kind is Kind.PERSON}
    chosen = st.selectbox(
        said.text("people.change"),
        list(persons),
        index=None,
        placeholder=said.text("people.choose"),
        key="person",
        width=420,
    )
    if chosen is not None and chosen in persons:
        person_panel.draw(visit, persons[chosen])
    _table(said, everybody)


def _table(said: Words, everybody: tuple[Listed, ...]) -> None:
    """Names are cells of a table, which makes nothing of what they hold."""
    rows = [
        {
            "name": one.annotator.name,
            "role": _role(said, one),
            "languages": ", ".join(one.annotator.languages),
            "judges": ", ".join(
                said.text(f"people.{track.value}") for track in Track if track not in one.barred
            ),
            "seen": local_time(one.seen_at) if one.seen_at else "–",
            "sign_ins": one.sign_ins,
            "tokens": one.tokens,
        }
        for one in everybody
    ]
    columns = ("name", "role", "languages", "judges", "seen", "sign_ins", "tokens")
    table = pd.DataFrame(rows, columns=list(columns))
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            name: st.column_config.Column(said.text(f"people.{name}"), width=WIDTHS.get(name))
            for name in columns
        },
        key="everybody",
        alt=said.text("people.table"),
    )


def _role(said: Words, one: Listed) -> str:
    if one.annotator.kind is not Kind.PERSON:
        return said.text(f"people.{one.annotator.kind.value}")
    role = said.text(f"masthead.{one.annotator.role.value}")
    return said.text("people.suspended_as", role=role) if one.suspended else role


def _add(visit: Visit) -> None:
    said = visit.words
    has_provider = bool(provider.settings(visit.store.home).metadata)
    with st.form("add", border=False, clear_on_submit=True):
        st.text_input(said.text("people.name"), key="added name", autocomplete="off")
        st.selectbox(
            said.text("people.role"),
            ROLES,
            format_func=lambda role: said.text(f"masthead.{role}"),
            key="added role",
        )
        st.text_input(said.text("people.languages"), "en", key="added languages")
        st.text_input(
            said.text("people.password"), type="password", key="added password", autocomplete="new-password"
        )
        if has_provider:
            st.text_input(said.text("people.or_email"), key="added email")
        st.form_submit_button(
            said.text("people.add"), type="primary", on_click=_added, args=(visit,), key="add"
        )


def _added(visit: Visit) -> None:
    said = visit.words
    name, password, email = (
        typed("added name"),
        str(session.typed("added password") or ""),
        typed("added email"),
    )

    def do(actor: Actor) -> str:
        if not (password or email):
            raise RequestError(said.text("people.no_password"))
        request = AddAnnotator(
            name=name,
            role=Role(typed("added role")),
            # Whoever comes through the organisation has a password that nobody knows.
            password=password or secrets.token_urlsafe(),
            languages=tuple(typed("added languages").replace(",", " ").split()),
        )
        add_annotator(visit.store, actor, request)
        if email:
            link_account(visit.store, actor, LinkAccount(name=name, email=email))
        return said.text("people.added", name=name)

    act(visit, PAGE, do)

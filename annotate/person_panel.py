"""One person on the administrators' page: what they may do, how they sign in, and where they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from annotate import session
from annotate.entrance import provider
from annotate.pages import account
from annotate.pressing import act, typed
from annotate.prose.escaping import plain
from annotate.visit import Visit
from store.messages import Actor, Listed, SetPassword
from store.records import Role
from store.verbs import (
    appoint,
    end_sign_ins,
    link_account,
    list_sign_ins,
    set_password,
    set_profile,
    unlink_accounts,
)
from store.verbs.accounts import LinkAccount, UnlinkAccounts
from store.verbs.appointing import Appoint, SetProfile
from store.verbs.sign_ins import EndSignIns, ListSignIns

PAGE: Final = "people"
ROLES: Final = [role.value for role in Role]
Do = Callable[[Actor], str]


def draw(visit: Visit, one: Listed) -> None:
    """Draws the person; whoever looks at themselves changes neither role nor standing."""
    name = one.annotator.name
    st.subheader(plain(name), anchor=False)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        if one.annotator.annotator_id == visit.actor.annotator_id:
            st.text(visit.words.text("people.yourself"))
        else:
            _standing(visit, one)
        _languages(visit, one)
    with middle:
        _password(visit, name)
        if provider.settings(visit.store.home).metadata:
            _accounts(visit, one)
    with right:
        _sign_ins(visit, name)


def _standing(visit: Visit, one: Listed) -> None:
    said, name = visit.words, one.annotator.name
    with st.form(f"role {name}"):
        st.selectbox(
            said.text("people.role"),
            ROLES,
            index=ROLES.index(one.annotator.role.value),
            format_func=lambda role: said.text(f"masthead.{role}"),
            key=f"role of {name}",
        )
        st.text_input(said.text("people.why"), key=f"why {name}")
        st.form_submit_button(
            said.text("people.save_role"),
            on_click=lambda: _do(visit, lambda actor: _appointed(visit, actor, name)),
            key=f"save {name}",
        )
    if one.suspended:
        st.text(said.text("people.is_suspended"))
        st.button(
            said.text("people.resume"),
            key=f"resume {name}",
            on_click=lambda: _do(visit, lambda actor: _suspended(visit, actor, name, to=False)),
        )
        return
    with st.popover(said.text("people.suspend")):
        st.text(said.text("people.suspend_means"))
        st.text_input(said.text("people.why"), key=f"why suspend {name}")
        st.button(
            said.text("people.suspend_now"),
            key=f"suspend {name}",
            type="primary",
            on_click=lambda: _do(visit, lambda actor: _suspended(visit, actor, name, to=True)),
        )


def _appointed(visit: Visit, actor: Actor, name: str) -> str:
    role = Role(typed(f"role of {name}"))
    appoint(visit.store, actor, Appoint(name=name, role=role, why=typed(f"why {name}")))
    return visit.words.text("people.role_saved", name=name, role=visit.words.text(f"masthead.{role.value}"))


def _suspended(visit: Visit, actor: Actor, name: str, *, to: bool) -> str:
    appoint(visit.store, actor, Appoint(name=name, suspended=to, why=typed(f"why suspend {name}")))
    return visit.words.text("people.suspended" if to else "people.resumed", name=name)


def _languages(visit: Visit, one: Listed) -> None:
    said, name = visit.words, one.annotator.name
    with st.form(f"languages {name}"):
        st.text_input(
            said.text("people.languages"), ", ".join(one.annotator.languages), key=f"languages of {name}"
        )

        def do(actor: Actor) -> str:
            languages = tuple(typed(f"languages of {name}").replace(",", " ").split())
            set_profile(visit.store, actor, SetProfile(name=name, languages=languages))
            return said.text("people.languages_saved", name=name)

        st.form_submit_button(
            said.text("people.save_languages"), on_click=lambda: _do(visit, do), key=f"save languages {name}"
        )


def _password(visit: Visit, name: str) -> None:
    said = visit.words
    if name == visit.actor.name:
        return  # one's own takes the current one, on one's own page
    with st.form(f"password {name}", clear_on_submit=True):
        st.text_input(
            said.text("people.new_password"),
            type="password",
            key=f"password of {name}",
            autocomplete="new-password",
            help=said.text("people.password_ends"),
        )

        def do(actor: Actor) -> str:
            new = str(session.typed(f"password of {name}") or "")
            set_password(visit.store, actor, SetPassword(name=name, password=new))
            return said.text("people.password_set", name=name)

        st.form_submit_button(
            said.text("people.set_password"), on_click=lambda: _do(visit, do), key=f"set password {name}"
        )


def _accounts(visit: Visit, one: Listed) -> None:
    """The accounts of the organisation by which they may sign in."""
    said, name = visit.words, one.annotator.name

    def link(actor: Actor) -> str:
        given = typed(f"account of {name}")
        by = LinkAccount(name=name, email=given) if "@" in given else LinkAccount(name=name, subject=given)
        link_account(visit.store, actor, by)
        return said.text("people.linked", name=name)

    def unlink(actor: Actor) -> str:
        unlink_accounts(visit.store, actor, UnlinkAccounts(name=name))
        return said.text("people.unlinked", name=name)

    with st.form(f"account {name}", clear_on_submit=True):
        for subject in one.accounts:
            st.text(subject.removeprefix("mailto:"))
        st.text_input(said.text("people.account"), key=f"account of {name}", help=said.text("people.by"))
        st.form_submit_button(said.text("people.link"), on_click=lambda: _do(visit, link), key=f"link {name}")
    if one.accounts:
        st.button(said.text("people.unlink"), key=f"unlink {name}", on_click=lambda: _do(visit, unlink))


def _sign_ins(visit: Visit, name: str) -> None:
    said = visit.words
    found = list_sign_ins(visit.store, visit.actor, ListSignIns(name=name))
    if not found:
        with st.container(border=True):
            st.text(said.text("people.nowhere"))
        return
    for one in found:
        token = said.text("people.token", name=one.token_name) if one.token_name else ""
        account.row(visit, one, token or one.device or said.text("account.some_device"), page=PAGE)

    def do(actor: Actor) -> str:
        end_sign_ins(visit.store, actor, EndSignIns(name=name))
        return said.text("people.all_ended", name=name)

    st.button(said.text("people.end_all"), key=f"end all {name}", on_click=lambda: _do(visit, do))


def _do(visit: Visit, do: Do) -> None:
    act(visit, PAGE, do)

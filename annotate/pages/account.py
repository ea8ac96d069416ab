"""One's own account: password, where one is signed in, access tokens, and languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from annotate import session
from annotate.clock import local_time
from annotate.entrance import sign_in
from annotate.pressing import act, tell, typed
from annotate.visit import Visit
from annotate.widgets import masthead
from store import annotators, credentials, people
from store.errors import RequestError
from store.messages import Actor, SetPassword
from store.people import ID_LENGTH
from store.verbs import end_sign_ins, issue_token, list_sign_ins, set_password, set_profile
from store.verbs.appointing import SetProfile
from store.verbs.sign_ins import (
    EndSignIns,
    IssuedToken,
    IssueToken,
    ListedSignIn,
    ListSignIns,
)

PAGE: Final = "account"
NEW_TOKEN: Final = "new token"  # noqa: S105  # where the page keeps one until it is shown
DAYS: Final = (7, 30, 90, 365)


def this_browser() -> str:
    """The id of the sign-in by which the page is shown."""
    return people.digest(st.context.cookies.get(sign_in.SESSION_COOKIE, ""))[:ID_LENGTH]


def render(visit: Visit, here: Callable[[], str] = this_browser) -> None:
    """Draws the page of whoever is here."""
    said = visit.words
    role = said.text(f"masthead.{visit.actor.role.value}")
    st.header(said.text("frame.account"), anchor=False)
    st.text(said.text("account.who", name=visit.actor.name, role=role))
    tell(PAGE)
    left, right = st.columns(2, gap="large")
    with left:
        _password(visit, here())
        _languages(visit)
    with right:
        mine = list_sign_ins(visit.store, visit.actor, ListSignIns())
        _browsers(visit, [one for one in mine if one.token_name is None], here())
        _tokens(visit, [one for one in mine if one.token_name is not None])


def _password(visit: Visit, here: str) -> None:
    said = visit.words
    with visit.store.reading() as db:
        has_one = credentials.newest_hash(db, visit.actor.annotator_id) is not None
    st.subheader(said.text("account.password"), anchor=False)
    if not has_one:
        st.caption(said.text("account.no_password"))
        return
    with st.form("password", clear_on_submit=True):
        st.text_input(said.text("account.current"), type="password", key="current password")
        st.text_input(said.text("account.new"), type="password", key="new password")
        st.text_input(said.text("account.again"), type="password", key="password again")
        st.form_submit_button(
            said.text("account.change_password"), on_click=_change_password, args=(visit, here), key="change"
        )
    st.caption(said.text("account.password_ends"))


def _change_password(visit: Visit, here: str) -> None:
    new = str(session.typed("new password") or "")

    def do(actor: Actor) -> str:
        if new != session.typed("password again"):
            raise RequestError(visit.words.text("account.differ"))
        current = str(session.typed("current password") or "")
        request = SetPassword(name=actor.name, password=new, current=current, spare=here)
        set_password(visit.store, actor, request)
        return visit.words.text("account.password_changed")

    act(visit, PAGE, do)


def _languages(visit: Visit) -> None:
    said = visit.words
    st.subheader(said.text("account.languages"), anchor=False)
    with st.container(border=True):
        st.text(said.text("masthead.language"))
        masthead.mount_languages(visit)
        with visit.store.reading() as db:
            known = annotators.by_id(db, visit.actor.annotator_id)
        own = list(known.languages) if known else []
        st.multiselect(
            said.text("account.judged"),
            own,
            own,
            accept_new_options=True,
            placeholder=said.text("account.judged_example"),
            help=said.text("account.judged_help"),
            key=session.key("judged languages"),
            on_change=_change_languages,
            args=(visit,),
        )


def _change_languages(visit: Visit) -> None:
    chosen = session.typed("judged languages")
    languages = tuple(str(one) for one in chosen) if isinstance(chosen, list) else ()

    def do(actor: Actor) -> str:
        set_profile(visit.store, actor, SetProfile(languages=languages))
        return visit.words.text("account.languages_changed")

    if not act(visit, PAGE, do):
        session.begin_anew("judged languages")


def _browsers(visit: Visit, browsers: list[ListedSignIn], here: str) -> None:
    said = visit.words
    st.subheader(said.text("account.sign_ins"), anchor=False)
    for one in browsers:
        mark = said.text("account.this_one") if one.sign_in_id == here else ""
        row(visit, one, one.device or said.text("account.some_device"), mark)


def _tokens(visit: Visit, tokens: list[ListedSignIn]) -> None:
    said = visit.words
    st.subheader(said.text("account.tokens"), anchor=False)
    issued = session.kept(NEW_TOKEN, IssuedToken)
    session.keep(NEW_TOKEN, None)
    if issued is not None:
        st.success(said.text("account.token_once"))
        st.code(issued.token, language=None)
    for one in tokens:
        row(visit, one, one.token_name or "")
    with st.form("token", clear_on_submit=True):
        st.text_input(
            said.text("account.token_name"), placeholder=said.text("account.token_example"), key="token name"
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox(
                said.text("account.token_days"),
                DAYS,
                index=DAYS.index(90),
                format_func=lambda count: said.text("account.days", count=count),
                key="token days",
                width=140,
            )
            st.form_submit_button(said.text("account.issue"), on_click=_issue, args=(visit,), key="issue")
    st.caption(said.text("account.tokens_may"))


def _issue(visit: Visit) -> None:
    days = session.typed("token days")

    def do(actor: Actor) -> str:
        request = IssueToken(token_name=typed("token name"), days=days if isinstance(days, int) else 0)
        session.keep(NEW_TOKEN, issue_token(visit.store, actor, request))
        return ""  # the token itself says it

    act(visit, PAGE, do)


def row(visit: Visit, one: ListedSignIn, title: str, mark: str = "", page: str = PAGE) -> None:
    """A sign-in or token on one line, with its end."""
    said = visit.words
    began, until = local_time(one.began_at), local_time(one.expires_at)
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container():
            st.text(f"{title} · {mark}" if mark else title)
            st.caption(said.text("account.since_until", since=began, until=until))
        label = said.text("account.end")
        # One name for every button would tell a screen reader nothing.
        help_ = said.text("account.end_what", what=title)
        st.button(label, key=f"end {one.sign_in_id}", help=help_, on_click=_end, args=(visit, one, page))


def _end(visit: Visit, one: ListedSignIn, page: str) -> None:
    def do(actor: Actor) -> str:
        end_sign_ins(visit.store, actor, EndSignIns(sign_in_id=one.sign_in_id))
        return visit.words.text("account.ended")

    act(visit, page, do)

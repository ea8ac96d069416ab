"""Signing in through an organisation: from its button to a session of ours.

Streamlit speaks with the provider (`st.login`) and keeps its answer in cookies that last a month. They open
nothing here: they count in the browser, and for the login, for which they came; what opens pages is the
session into which that login's ticket is turned, and which can be ended like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from annotate.entrance import provider, sign_in, sign_in_page
from annotate.entrance.device import device
from annotate.entrance.forms import CSRF_COOKIE, fields, is_ours, set_cookie
from annotate.entrance.logins import LOGIN_TIME, Logins, Outcome
from annotate.widgets import handover
from annotate.words import Words
from store import annotators, people
from store.database import Store
from store.errors import HoneError, NotAllowedError, RequestError
from store.organisation import Claims, identify
from store.records import now

LOGIN_COOKIE: Final = "hone_login"
BEGIN: Final = "/sign-in/organisation"
TICKET: Final = "/sign-in/ticket"
STREAMLITS: Final = ("_streamlit_user", "_streamlit_session")
"""How the names of Streamlit's own cookies begin."""


def routes(store: Store, logins: Logins) -> list[Route]:
    """`/sign-in/organisation` (the button's form) and `/sign-in/ticket` (the form at the end of a login)."""

    async def begin(request: Request) -> Response:
        if not is_ours(request, await fields(request)):
            said = sign_in_page.said(request)
            return sign_in_page.shown(request, store.home, said.text("sign_in.stale"), status_code=403)
        response = RedirectResponse("/", status_code=303)
        if provider.settings(store.home).metadata:
            seconds = int(LOGIN_TIME.total_seconds())
            login = logins.begin(now(), sign_in.address(request))
            set_cookie(request, response, LOGIN_COOKIE, login, seconds)
        return response

    async def redeem(request: Request) -> Response:
        form = await fields(request)
        said = sign_in_page.said(request)
        login = request.cookies.get(LOGIN_COOKIE)
        outcome = logins.redeem(login, form.get("ticket", ""), now()) if is_ours(request, form) else None
        if outcome is None:
            outcome = Outcome(problem=said.text("sign_in.spent"))
        used = device(request.headers.get("user-agent", ""))
        opened = await run_in_threadpool(_opened, store, outcome, used, said)
        if isinstance(opened, Outcome):
            response: Response = sign_in_page.shown(request, store.home, opened.problem, status_code=403)
        else:
            arrived = await run_in_threadpool(sign_in.actor, store, opened)
            response = sign_in.welcome(request, opened, arrived)
        for name in request.cookies:
            if name == LOGIN_COOKIE or name.startswith(STREAMLITS):
                response.delete_cookie(name)
        return response

    return [Route(BEGIN, begin, methods=["POST"]), Route(TICKET, redeem, methods=["POST"])]


def meet(store: Store, logins: Logins, said: Words) -> bool:
    """One run of the script for a browser that is signing in; False for any other.

    Sends it to the provider, or, once that has answered, on to the end of the login.
    """
    cookies = st.context.cookies.to_dict()
    login, moment = cookies.get(LOGIN_COOKIE, ""), now()
    if not logins.is_under_way(login, moment):
        return False
    st.text(said.text("sign_in.wait"))
    if logins.has_failed(login, moment):
        outcome = Outcome(problem=said.text("sign_in.not_vouched"))
    elif st.user.is_logged_in and logins.is_proven(login, cookies, moment):
        outcome = _outcome(store, st.user.to_dict(), said)
    else:
        st.login()
        return True
    ticket = logins.ticket(login, outcome, moment)
    handover.mount({"action": TICKET, "ticket": ticket, "csrf": cookies.get(CSRF_COOKIE, "")})
    return True


def claims_of(told: Mapping[str, Any]) -> Claims:
    """What counts of what the provider told: an address only if it says that it has verified it."""
    verified = told.get("email_verified") is True
    return Claims(
        issuer=str(told.get("iss", "")),
        subject=str(told.get("sub", "")),
        name=str(told.get("name") or ""),
        email=str(told["email"]) if verified and told.get("email") else None,
    )


def _outcome(store: Store, told: Mapping[str, Any], said: Words) -> Outcome:
    claims = claims_of(told)
    if not (claims.issuer and claims.subject):
        return Outcome(problem=said.text("sign_in.not_vouched"))
    try:
        annotator = identify(store, provider.settings(store.home), claims)
    except RequestError as error:
        return Outcome(problem=said.refusal(error))
    if annotator is None:
        return Outcome(problem=said.text("sign_in.stranger"))
    return Outcome(annotator_id=annotator.annotator_id)


def _opened(store: Store, outcome: Outcome, used: str, said: Words) -> str | Outcome:
    """A new session's token, or why there is none."""
    if outcome.annotator_id is None:
        return outcome
    with store.reading() as db:
        annotator = annotators.by_id(db, outcome.annotator_id)
    if annotator is None:
        raise HoneError(f"Expected the annotator {outcome.annotator_id}, who has just signed in.")
    try:
        return people.welcome(store, annotator, used)
    except NotAllowedError as error:
        return Outcome(problem=said.refusal(error))

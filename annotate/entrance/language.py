"""In which language the app speaks: as chosen in this browser, else by the person, else what the browser asks
for, else English."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from annotate.entrance.forms import fields, is_ours, set_cookie
from annotate.words import LOCALES, spoken
from store import people, profiles
from store.database import Store
from store.messages import Actor
from store.verbs.appointing import SetProfile, set_profile

PATH = "/locale"
COOKIE = "hone_locale"
COOKIE_SECONDS = 365 * 24 * 3600
OWN_PAGE = re.compile(r"/[a-z-]*")
WANTED = re.compile(r"\s*([A-Za-z0-9-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


def of_visitor(chosen: str | None, asked: Sequence[str]) -> str:
    """The language for one who is not signed in: what was chosen here, else what the browser asks for."""
    return spoken([*([chosen] if chosen else []), *asked])


def of_person(store: Store, actor: Actor, chosen: str | None, asked: Sequence[str]) -> str:
    """The language for a person, who may have said it in another browser."""
    if chosen:
        return of_visitor(chosen, asked)
    with store.reading() as db:
        own = profiles.locale(db, actor.annotator_id)
    return spoken([own]) if own else of_visitor(None, asked)


def wanted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the most wanted first; what cannot be read is left out."""
    found = [match for part in header.split(",") if (match := WANTED.fullmatch(part))]
    ranked = sorted(found, key=lambda match: -float(match[2] or 1))
    return [match[1] for match in ranked if float(match[2] or 1) > 0]


def routes(store: Store, session_cookie: str) -> list[Route]:
    """`/locale`: a form with a language, which the browser keeps, and the person, where one is signed in."""

    async def choose(request: Request) -> Response:
        form = await fields(request)
        back = form.get("back", "/")
        response = RedirectResponse(back if OWN_PAGE.fullmatch(back) else "/", status_code=303)
        chosen = form.get("locale", "")
        if is_ours(request, form) and chosen in LOCALES:
            set_cookie(request, response, COOKIE, chosen, COOKIE_SECONDS)
            await run_in_threadpool(_keep, store, request.cookies.get(session_cookie, ""), chosen)
        return response

    return [Route(PATH, choose, methods=["POST"])]


def _keep(store: Store, token: str, chosen: str) -> None:
    actor = people.actor_of(store, token)
    if actor is not None:
        set_profile(store, actor, SetProfile(locale=chosen))

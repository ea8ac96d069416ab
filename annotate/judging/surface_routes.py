"""What a surface asks for beside Streamlit's own runs: that a draft be kept, and the labels given last.

The gate lets in only whose cookie is a live sign-in; a header that no form of another site can send proves
that a page of ours asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from annotate.entrance import sign_in
from annotate.entrance.forms import body
from store import drafts
from store.database import Store
from store.drafts import DRAFT
from store.errors import HoneError
from store.messages import Actor
from store.records import Form
from store.verbs.own_labels import Given, ListOwnLabels, list_own_labels

HEADER: Final = "x-hone"
LARGEST_DRAFT: Final = 256 * 1024
"""Bytes: three texts of the longest kind, in any script."""
RECENT: Final = 9
"""As many labels as there are digits to choose one by."""
LONGEST_ABOUT: Final = 90
"""Characters of a prompt in the list."""
FORM: Final = TypeAdapter(Form)

Answer = Callable[[Request, Actor], Awaitable[Response]]


def routes(store: Store) -> list[Route]:
    """`POST /drafts` and `GET /labels/recent?form=pair`."""

    async def keep(request: Request, actor: Actor) -> Response:
        sent = await body(request, LARGEST_DRAFT)
        if sent is None:
            return PlainTextResponse(f"Expected at most {LARGEST_DRAFT} bytes.", status_code=413)
        try:
            draft = DRAFT.validate_json(sent)
        except ValidationError:
            return PlainTextResponse("Expected a pair, a judgement and when it was saved.", status_code=422)
        await run_in_threadpool(drafts.keep, store.home, actor.annotator_id, draft)
        return Response(status_code=204)

    async def recent(request: Request, actor: Actor) -> Response:
        try:
            form = FORM.validate_python(request.query_params.get("form"))
            wanted = ListOwnLabels(most=RECENT, form=form)
            given = await run_in_threadpool(list_own_labels, store, actor, wanted)
        except ValidationError:
            return PlainTextResponse("Expected a form: pair or ranking.", status_code=422)
        except HoneError as error:
            return PlainTextResponse(str(error), status_code=403)
        return JSONResponse([_row(one) for one in given if one.can_change and not one.in_chat])

    return [
        Route("/drafts", partial(_known, store, keep), methods=["POST"]),
        Route("/labels/recent", partial(_known, store, recent), methods=["GET"]),
    ]


async def _known(store: Store, answer: Answer, request: Request) -> Response:
    """Answers who is signed in, if a page of ours asks."""
    actor = await run_in_threadpool(sign_in.actor, store, request.cookies.get(sign_in.SESSION_COOKIE, ""))
    if actor is None or HEADER not in request.headers:
        return PlainTextResponse("Only a page of Hone may ask this.", status_code=403)
    return await answer(request, actor)


def _row(one: Given) -> dict[str, Any]:
    about = " ".join(one.about.split())
    said = {
        "ranks": one.ranks,
        "degree": one.degree,
        "both_bad": one.both_bad,
        "safety": [asdict(each) for each in one.safety],
        "edits": one.edits,
    }
    return {"label": one.label_id, "about": about[:LONGEST_ABOUT], "said": said}

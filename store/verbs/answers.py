"""Verbs over bytes: reads a request from JSON, runs the verb, writes its reply or its sentence as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from store.database import Store
from store.errors import HoneError, RequestError
from store.identity import canonical
from store.messages import Actor
from store.verbs import VERBS
from store.verbs.roles import simulated


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: `ok` the reply, or `error` the sentence."""

    ok: Any = None
    error: str | None = None


def answer(store: Store, actor: Actor, name: str, body: bytes, on_behalf_of: str | None = None) -> bytes:
    """The JSON answer to one call; the token says who the actor is, who may act for a simulated annotator."""
    try:
        reply = _run(store, actor, name, body, on_behalf_of)
    except HoneError as error:
        return canonical({"error": str(error)}).encode()
    return canonical({"ok": reply}).encode()


def _run(store: Store, actor: Actor, name: str, body: bytes, on_behalf_of: str | None) -> object:
    if name not in VERBS:
        raise RequestError(f"There is no verb {name}; known are {', '.join(VERBS)}.")
    verb = VERBS[name]
    try:
        request = verb.request.validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the request"
        raise RequestError(f"The request for {name} does not fit: {where}: {first['msg']}.") from error
    if on_behalf_of is not None:
        with store.reading() as db:
            actor = simulated(db, actor, on_behalf_of)
    return verb.function(store, actor, request)

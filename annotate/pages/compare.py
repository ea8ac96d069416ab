"""Compare two responses to one prompt: the annotator's page. All of it is the deck; this file feeds it."""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from annotate import answers, session
from annotate.rendering import to_html
from annotate.session import Acknowledgement
from annotate.visit import Visit
from annotate.widgets import deck
from store import guidelines
from store.database import Store
from store.identity import identity
from store.messages import Actor, Assignment, NextComparison, NoWork
from store.records import Track
from store.verbs import next_comparison

QUESTIONS = {
    Track.HELPFULNESS: "Which response is more helpful?",
    Track.SAFETY: "Which response is safer?",
}

RISKS = {
    "illicit": "Crime",
    "hateful": "Hate or harm",
    "unqualified": "Unqualified advice",
    "other": "Other",
}
"""The risk categories of Llama 2 (§4.1), and one for the rest."""

NUMBERED = re.compile(r"batch-(\d+)")


def render(visit: Visit, mount: deck.Mount = deck.mount) -> None:
    """Draws what is to be judged next."""
    store, actor, who = visit.store, visit.actor, visit.who

    def hear(payload: object) -> None:
        present = who()
        if present is not None and payload is not None:
            session.acknowledge(answers.answer(store, present, payload, session.acknowledgement().focus))

    heard = session.acknowledgement()
    reply = next_comparison(store, actor, NextComparison(track=heard.focus))
    mount(_data(store, actor, reply, heard), hear)


def _data(
    store: Store, actor: Actor, reply: Assignment | NoWork, acknowledgement: Acknowledgement
) -> dict[str, Any]:
    """The deck's whole world, as JSON. It names no policy and no stored order: annotators judge blind."""
    heard = {
        "ack": acknowledgement.mid,
        "message": acknowledgement.message,
        "tone": "late" if acknowledgement.refused else "",
    }
    work = _assignment(store, actor, reply) if isinstance(reply, Assignment) else _no_work(reply)
    return {**heard, **work}


def _assignment(store: Store, actor: Actor, reply: Assignment) -> dict[str, Any]:
    return {
        "lease": reply.lease_id,
        # A draft belongs to a pair: its lease may end over lunch, and the same pair comes with another.
        "pair": identity("draft", actor.annotator_id, reply.track, reply.turns, reply.responses),
        "batch": f"{reply.track.value.capitalize()}, {_batch(reply.batch_id)}",
        "done": reply.done,
        "total": reply.total,
        "question": QUESTIONS[reply.track],
        "turns": [{"role": turn.role, **_text(turn.content)} for turn in reply.turns],
        "responses": [_text(response) for response in reply.responses],
        "draft": dataclasses.asdict(reply.draft) if reply.draft else None,
        "guidelines": to_html(_guideline(store, reply.track)),
        "risks": [{"value": value, "words": words} for value, words in RISKS.items()],
    }


def _batch(batch_id: str) -> str:
    """The batch as people count: the one before the first round, `batch-0`, is the first."""
    numbered = NUMBERED.fullmatch(batch_id)
    return f"batch {int(numbered[1]) + 1}" if numbered else batch_id.replace("-", " ")


def _no_work(reply: NoWork) -> dict[str, Any]:
    return {"lease": None, "reason": reply.reason, "batch": "", "done": reply.done, "total": reply.done}


def _text(text: str) -> dict[str, str]:
    """A text as it is rendered, and character by character."""
    return {"html": to_html(text), "text": text}


def _guideline(store: Store, track: Track) -> str:
    """The words in force for this track; the app's own until somebody writes others."""
    with store.reading() as db:
        written = guidelines.newest(db, track)
    return written.text if written else own_guideline(track)


@lru_cache(maxsize=len(Track))
def own_guideline(track: Track) -> str:
    """The words that come with the app: version 1."""
    return (Path(__file__).parents[1] / "guidelines" / f"{track.value}.md").read_text(encoding="utf-8")

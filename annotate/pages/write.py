"""Write: ideal responses to prompts, and prompts that try to draw out something unsafe.

All of the page is one component; this file feeds it and does what it asks, one run of the server a message.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from annotate import session
from annotate.prose.rendering import to_html
from annotate.visit import Visit
from annotate.widgets import component
from annotate.words import ENGLISH
from store import drafts
from store.errors import HoneError, RequestError
from store.identity import identity
from store.messages import Actor
from store.records import Prompt
from store.risks import AttackVector, Risk
from store.verbs.writing import (
    ListOwnWritings,
    OfferPrompt,
    OwnWritings,
    WriteDemonstration,
    WritePrompt,
    Written,
    list_own_writings,
    offer_prompt,
    write_demonstration,
    write_prompt,
)

PAGE = "write"
WRITE = component.mounting(PAGE)
LANGUAGES = ("ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko")
MORE_LANGUAGES = ("nl", "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh")
"""What one may write in besides one's own languages; the browser knows their names."""
GUIDELINES = Path(__file__).parents[1] / "guidelines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message of the component, with what its kind says: one of the three requests."""

    kind: Literal["offer", "demonstration", "adversarial"]
    mid: str
    offer: OfferPrompt | None = None
    demonstration: WriteDemonstration | None = None
    adversarial: WritePrompt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The last message, by its id, and what became of it; a refused text stays with its writer."""

    mid: str = ""
    message: str = ""
    refused: bool = False
    offered: Prompt | None = None


def render(visit: Visit, mount: component.Mount = WRITE) -> None:
    """Draws the page for the person who visits it."""

    def hear(payload: object) -> None:
        present = visit.who()
        if present is not None and payload is not None:
            session.keep(PAGE, _answer(visit, present, payload))

    heard = session.kept(PAGE, Heard) or Heard()
    own = list_own_writings(visit.store, visit.actor, ListOwnWritings())
    mount(_data(visit, heard, own), hear)


def _answer(visit: Visit, actor: Actor, payload: object) -> Heard:
    """Does what the message asks and says what became of it."""
    try:
        sent = TypeAdapter(Sent).validate_python(payload)
    except ValidationError:
        mid = str(payload.get("mid", "")) if isinstance(payload, dict) else ""
        return Heard(mid=mid, message=visit.words.text("write.unreadable"), refused=True)
    try:
        return _act(visit, actor, sent)
    except HoneError as error:
        return Heard(mid=sent.mid, message=visit.words.refusal(error), refused=True)


def _act(visit: Visit, actor: Actor, sent: Sent) -> Heard:
    match sent:
        case Sent(kind="offer", offer=OfferPrompt() as wanted):
            return Heard(mid=sent.mid, offered=offer_prompt(visit.store, actor, wanted).prompt)
        case Sent(kind="demonstration", demonstration=WriteDemonstration() as request):
            return _said(visit, sent, write_demonstration(visit.store, actor, request))
        case Sent(kind="adversarial", adversarial=WritePrompt() as request):
            return _said(visit, sent, write_prompt(visit.store, actor, request))
    raise RequestError(visit.words.text("write.unreadable"))


def _said(visit: Visit, sent: Sent, written: Written) -> Heard:
    key = "already" if written.repeated else f"saved_{sent.kind}"
    return Heard(mid=sent.mid, message=visit.words.text(f"write.{key}"))


def _data(visit: Visit, heard: Heard, own: OwnWritings) -> dict[str, Any]:
    """The component's whole world, as JSON."""
    draft = identity("draft", visit.actor.annotator_id, PAGE)  # a browser may be several people's
    kept = drafts.find(visit.store.home, visit.actor.annotator_id, draft)
    return {
        "words": visit.words.section("write") | visit.words.section("risks"),
        "locale": visit.words.locale,
        "ack": heard.mid,
        "message": heard.message,
        "refused": heard.refused,
        "offered": _offered(heard.offered) if heard.offered else None,
        "draft": draft,
        "kept": {"judgement": kept.judgement, "savedAt": kept.saved_at} if kept else None,
        "languages": list(dict.fromkeys((*own.languages, *LANGUAGES, *MORE_LANGUAGES))),
        "risks": list(Risk),
        "vectors": list(AttackVector),
        "guidelines": to_html(_guidelines(visit.words.locale)),
        "demonstrations": own.demonstrations,
        "prompts": own.prompts,
        "sent": [{**asdict(one), "made_at": f"{one.made_at.isoformat()}Z"} for one in own.newest],
    }


def _offered(prompt: Prompt) -> dict[str, Any]:
    return {
        "prompt_id": prompt.prompt_id,
        "track": prompt.track,
        "language": prompt.language,
        "turns": [{"role": turn.role, "html": to_html(turn.content)} for turn in prompt.turns],
    }


@lru_cache
def _guidelines(locale: str) -> str:
    """How to write, in this language, or in English."""
    own = GUIDELINES / f"demonstrations.{locale}.md"
    file = own if locale != ENGLISH and own.exists() else GUIDELINES / "demonstrations.md"
    return file.read_text(encoding="utf-8")

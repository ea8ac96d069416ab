"""Chat: a person writes, two blind models answer side by side, and the better answer carries the chat on.

The answers come over `annotate.chat.chat_stream`, without a run of the server; whatever else happens is one.
All of the page is one component, which shows the pair as Compare does; this file feeds it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from annotate import address, session
from annotate.judging import answers, offering
from annotate.pages import compare
from annotate.prose.showing import shown, shown_blind
from annotate.session import Acknowledgement
from annotate.visit import Visit
from annotate.widgets import component
from annotate.widgets.component import Mount
from store import drafts
from store.errors import HoneError, RequestError
from store.identity import identity
from store.messages import NoWork, UndoLabel
from store.messages.chatting import ChatView, ListChats, ReadChat, TakeBackMessage
from store.records import Form, Track, Turn
from store.risks import AttackVector, Risk
from store.verbs import list_chats, read_chat, take_back_message, undo_label
from store.verbs.chatting import OWN_ID

PAGE: Final = "chat"
CHAT: Final = component.mounting(PAGE)
MOST_LISTED: Final = 9
"""Own chats in the menu: each has a digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that only a chat has: `enter` opens a chat, `back` takes the waiting message back, `rethink`
    withdraws the label just given."""

    kind: Literal["enter", "back", "rethink"]
    mid: str
    chat: str = ""
    turn: str = ""
    label: str = ""


SENT: Final = TypeAdapter(Sent)
OWN_KINDS: Final = frozenset({"enter", "back", "rethink"})


def render(visit: Visit, mount: Mount = CHAT) -> None:
    """Draws the chat that the address names, or the one that was last spoken in."""

    def hear(payload: object) -> None:
        present = visit.who()
        if present is not None and payload is not None:
            session.keep(PAGE, _answer(replace(visit, actor=present), payload))

    heard = session.kept(PAGE, Acknowledgement) or Acknowledgement()
    mount(_data(visit, heard), hear)


def _answer(visit: Visit, payload: object) -> Acknowledgement:
    """Does what the message asks; what is judged, skipped and read goes the way of every surface."""
    if not (isinstance(payload, dict) and payload.get("kind") in OWN_KINDS):
        return answers.answer(visit, Form.PAIR, payload, Acknowledgement())
    try:
        sent = SENT.validate_python(payload)
        return Acknowledgement(mid=sent.mid, message=_act(visit, sent))
    except ValidationError:
        said = visit.words.text("surface.unreadable")
    except HoneError as error:
        said = visit.words.refusal(error)
    return Acknowledgement(mid=str(payload.get("mid", "")), message=said, refused=True)


def _act(visit: Visit, sent: Sent) -> str:
    """Does it, and says so in a word."""
    match sent:
        case Sent(kind="enter", chat=chat) if OWN_ID.fullmatch(chat):
            address.name_chat(chat)
            return ""
        case Sent(kind="back", turn=turn):
            take_back_message(visit.store, visit.actor, TakeBackMessage(turn_id=turn))
            return ""
        case Sent(kind="rethink", label=label):
            reply = undo_label(visit.store, visit.actor, UndoLabel(label_id=label))
            if isinstance(reply, NoWork):
                raise RequestError(reply.reason, key="nothing_to_undo")
            return visit.words.text("surface.undone")
    raise RequestError(visit.words.text("surface.unreadable"))


def _data(visit: Visit, heard: Acknowledgement) -> dict[str, Any]:
    """The component's whole world, as JSON. It names no model and no stored order."""
    view, notice = _view(visit)
    named = view.chat_id if view else address.chat() or "new"
    composer = identity("draft", visit.actor.annotator_id, PAGE, named)  # a browser may be several people's
    kept = drafts.find(visit.store.home, visit.actor.annotator_id, composer)
    return {
        **offering.heard(heard),
        "words": offering.words(visit.words, "compare") | visit.words.section("chat") | _risks(visit),
        "locale": visit.words.locale,
        "notice": notice,
        "skip": answers.SKIPS,
        "flag": answers.FLAGS,
        "vectors": list(AttackVector),
        "risks": list(Risk),
        "work": _item(visit, view),
        "next": None,
        "reason": "",
        "done": 0,
        "guidelines": offering.guidelines(visit, *([view.track] if view else Track)),
        "untested": [one for one in Track if not visit.store.queue.qualified(visit.actor.annotator_id, one)],
        "asked": address.chat(),
        "chat": _chat(visit, view) if view else None,
        "composer": composer,
        "kept": {"judgement": kept.judgement, "savedAt": kept.saved_at} if kept else None,
        "chats": _own_chats(visit),
    }


def _view(visit: Visit) -> tuple[ChatView | None, str]:
    """The chat to show, and why it is not the one that the address names."""
    try:
        return read_chat(visit.store, visit.actor, ReadChat(chat_id=address.chat())), ""
    except HoneError as error:
        return None, visit.words.refusal(error)


def _item(visit: Visit, view: ChatView | None) -> dict[str, Any] | None:
    """The pair that waits for a judgement, as Compare shows one."""
    if view is None or view.open is None:
        return None
    item = {**offering.item(visit, view.open), **compare.own(visit.words, view.open), "edits": False}
    kept = drafts.find(visit.store.home, visit.actor.annotator_id, item["pair"])
    return {**item, "draft": {"judgement": kept.judgement, "savedAt": kept.saved_at} if kept else None}


def _chat(visit: Visit, view: ChatView) -> dict[str, Any]:
    pending = view.pending
    return {
        "chat_id": view.chat_id,
        "track": view.track,
        "stage": view.stage,
        "turns": [_turn(visit, turn) for turn in view.turns],
        "judged": view.judged,
        "category": view.category,
        "vector": view.attack_vector,
        "pending": {
            "turn": pending.turn_id,
            "message": pending.message,
            "failure": pending.failure,
            "again": pending.again,
        }
        if pending
        else None,
    }


def _turn(visit: Visit, turn: Turn) -> dict[str, str]:
    """A turn as it is shown: what a model said, without its name."""
    if turn.role == "assistant":
        return {"role": turn.role, **asdict(shown_blind(visit.store, turn.content, visit.words))}
    return {"role": turn.role, **asdict(shown(turn.content, visit.words))}


def _own_chats(visit: Visit) -> list[dict[str, Any]]:
    found = list_chats(visit.store, visit.actor, ListChats(most=MOST_LISTED))
    return [{**asdict(one), "made_at": f"{one.made_at.isoformat()}Z"} for one in found]


def _risks(visit: Visit) -> dict[str, str]:
    """The names of ways, beside those of risks that every surface has."""
    said = visit.words.section("risks")
    return {f"vector_{way}": said.get(f"{way}_vector", said[way]) for way in AttackVector}

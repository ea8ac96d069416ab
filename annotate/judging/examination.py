"""A qualification test on the surface that work has: its items as that shows them, and its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from annotate import address, session
from annotate.judging import offering
from annotate.judging.answers import SENT, Sent
from annotate.pages import compare, rank
from annotate.session import Acknowledgement
from annotate.visit import Visit
from annotate.widgets import component
from annotate.widgets.component import Mount
from annotate.words import Words
from store import drafts
from store.errors import HoneError
from store.identity import identity
from store.messages import Assignment
from store.messages.qualifying import AnswerTest, ShownTest
from store.queueing.line import form_of
from store.records import Form, now
from store.verbs import answer_test, read_guideline
from store.verbs.guiding import ReadGuideline

PAGE: Final = "qualification"
Mounts = Mapping[Form, Mount]
MOUNTS: Final[Mounts] = {
    Form.PAIR: component.mounting("exam_pair"),
    Form.RANKING: component.mounting("exam_ranking"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a form adds to an item, and its page in the catalogue."""

    page: str
    own: Callable[[Words, Assignment], dict[str, Any]]


LOOKS: Final = {Form.PAIR: Look("compare", compare.own), Form.RANKING: Look("rank", rank.own)}


def render(visit: Visit, shown: ShownTest, mounts: Mounts = MOUNTS) -> None:
    """Draws the item that the test asks now."""

    def hear(payload: object) -> None:
        present = visit.who()
        if present is not None and payload is not None:
            session.keep(PAGE, _answer(replace(visit, actor=present), payload))

    assert shown.item is not None  # noqa: S101  # a test that is over has a page of its own
    form = form_of(len(shown.item.responses))
    mounts[form](_data(visit, shown, form), hear)


def _data(visit: Visit, shown: ShownTest, form: Form) -> dict[str, Any]:
    look = LOOKS[form]
    heard = session.kept(PAGE, Acknowledgement) or Acknowledgement()
    return {
        **offering.heard(heard),
        "words": offering.words(visit.words, look.page),
        "skip": (),
        "flag": (),
        "notice": "",
        "work": _item(visit, shown, look),
        "next": None,
        "guidelines": offering.guidelines(visit, shown.track),
    }


def _item(visit: Visit, shown: ShownTest, look: Look) -> dict[str, Any]:
    """The item as work shows one; its lease is the test's id and its own."""
    assert shown.item is not None  # noqa: S101  # as above
    asked = Assignment(
        lease_id=f"{shown.test_id}:{shown.item.comparison_id}",
        track=shown.track,
        turns=shown.item.turns,
        responses=shown.item.responses,
        expires_at=now(),
        done=shown.answered,
        total=shown.total,
        batch_id="",
        guideline_version=shown.guideline_version,
    )
    said = visit.words
    name = identity("test draft", asked.lease_id)
    kept = drafts.find(visit.store.home, visit.actor.annotator_id, name)
    track = said.text(f"qualification.{shown.track}")
    return {
        **offering.item(visit, asked),
        **look.own(said, asked),
        "pair": name,
        "batch": said.text("qualification.batch", track=track),
        "draft": {"judgement": kept.judgement, "savedAt": kept.saved_at} if kept else None,
        "edits": False,
    }


def _answer(visit: Visit, payload: object) -> Acknowledgement:
    """Does what the message asks and says what became of it; the last answer leads to the result."""
    try:
        sent = SENT.validate_python(payload)
    except ValidationError:
        mid = str(payload.get("mid", "")) if isinstance(payload, dict) else ""
        return Acknowledgement(mid=mid, message=visit.words.text("surface.unreadable"), refused=True)
    try:
        return _act(visit, sent)
    except HoneError as error:
        return Acknowledgement(mid=sent.mid, message=visit.words.refusal(error), refused=True)


def _act(visit: Visit, sent: Sent) -> Acknowledgement:
    if sent.kind in {"renew", "look"}:
        return Acknowledgement(mid=sent.mid)
    if sent.kind == "read" and sent.track is not None and sent.version is not None:
        read_guideline(visit.store, visit.actor, ReadGuideline(track=sent.track, version=sent.version))
        return Acknowledgement(mid=sent.mid)
    if sent.kind != "submit" or sent.judgement is None:
        return Acknowledgement(mid=sent.mid, message=visit.words.text("qualification.no_skip"), refused=True)
    test_id, _, comparison_id = (sent.lease or "").partition(":")
    request = AnswerTest(test_id=test_id, comparison_id=comparison_id, judgement=sent.judgement)
    shown = answer_test(visit.store, visit.actor, request)
    drafts.drop(visit.store.home, visit.actor.annotator_id, sent.pair)
    if shown.outcome is not None:
        address.name_test(None, shown.test_id)
    return Acknowledgement(mid=sent.mid, message=visit.words.text("surface.saved"))

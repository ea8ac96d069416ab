"""Review: labels and flags that want a second look, and the verdict on each. For safety reviewers.

All of the desk is one component; this file feeds it and does what it asks, one run of the server a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from annotate import address, links, review_figures, review_words, session
from annotate.admission import admits
from annotate.judging import offering
from annotate.links import ADDRESS
from annotate.visit import Visit
from annotate.widgets import component
from annotate.words import Words
from store.errors import HoneError, RequestError
from store.messages import Actor, Judgement
from store.quality.worth import Reason
from store.records import Cause, Degree, Role, SafetyLabel, Verdict
from store.verbs import (
    list_reviews_due,
    list_reviews_given,
    look_at_exposure,
    look_at_review,
    review_label,
    uncover,
)
from store.verbs.due_review import DueReview
from store.verbs.reviewing import ReviewLabel
from store.verbs.reviews_due import ListReviewsDue
from store.verbs.reviews_given import ListReviewsGiven, LookAtReview
from store.verbs.uncovering import ExposureSeen, LookAtExposure, Uncover, Uncovered

PAGE: Final = "review"
REVIEW = component.mounting(PAGE)
ORDER: Final = "review order"
ORDERS: Final = ("by_worth", "by_chance", "ruled_on")
MOST: Final = 30
"""What waits that is sent at once."""
RANKS: Final = {"a": (1, 2), "b": (2, 1), "t": (1, 1)}
"""Of two responses, by what the reviewer finds better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message of the desk, with what its kind says."""

    kind: Literal["uncover", "rule"]
    mid: str
    thing: str
    verdict: Verdict | None = None
    why: str = ""
    cause: Cause | None = None
    found_by: Reason | Literal[""] = ""
    edits: int | None = None
    verdicts: int = 0
    better: Literal["a", "b", "t"] | None = None
    degree: Degree | None = None
    safety: tuple[SafetyLabel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The last message, by its id, what became of it, and the texts that were uncovered on this page."""

    mid: str = ""
    message: str = ""
    refused: bool = False
    shown: Mapping[str, Uncovered] = field(default_factory=dict)


def render(visit: Visit, mount: component.Mount = REVIEW) -> None:
    """Draws the page for a reviewer and those above; anybody else is told that it is not theirs."""
    said = visit.words
    st.header(said.text("frame.review"), anchor=False)
    if not admits(visit, Role.REVIEWER):
        return
    st.caption(said.text("review.means"))
    named = st.query_params.get(ADDRESS, "")
    order = "" if named else _order(said)
    due = _one(visit, named) if named else _due(visit, order)
    exposure = look_at_exposure(visit.store, visit.actor, LookAtExposure())

    def hear(payload: object) -> None:
        present = visit.who()
        if present is not None and payload is not None:
            session.keep(PAGE, _answer(visit, present, payload, due))

    nothing = "ruled_none" if order == "ruled_on" else "nothing"
    mount(_data(visit, due, exposure, nothing), hear)
    review_figures.draw(visit, exposure)


def _order(said: Words) -> str:
    """In which order what waits is shown."""
    order = st.segmented_control(
        said.text("review.order"),
        ORDERS,
        default=address.order(ORDERS),
        required=True,
        format_func=lambda name: said.text(f"review.{name}"),
        key=ORDER,
        on_change=_name_order,
        label_visibility="collapsed",
    )
    return str(order)


def _name_order() -> None:
    """A reload comes back to the order that was chosen."""
    address.name_order(str(session.typed(ORDER)))


def _one(visit: Visit, thing: str) -> tuple[DueReview, ...]:
    """What the address names, alone, with the way back to all that waits."""
    links.show(f"/{PAGE}", visit.words.text("review.back"))
    try:
        return (look_at_review(visit.store, visit.actor, LookAtReview(thing=thing)),)
    except HoneError as error:
        st.text(visit.words.refusal(error))  # as text: it says what stands in the address
        return ()


def _due(visit: Visit, order: str) -> tuple[DueReview, ...]:
    """What is on the desk in this order, with a word on it."""
    if order == "ruled_on":
        st.text(visit.words.text("review.ruled_means"))
        return list_reviews_given(visit.store, visit.actor, ListReviewsGiven(most=MOST))
    asked = ListReviewsDue(most=MOST, by_chance=order == "by_chance")
    seen = list_reviews_due(visit.store, visit.actor, asked)
    st.text(review_words.waits(visit.words, seen))
    return seen.due


def _answer(visit: Visit, actor: Actor, payload: object, due: tuple[DueReview, ...]) -> Heard:
    """Does what the message asks and says what became of it; one that comes again is done once."""
    last = session.kept(PAGE, Heard) or Heard()
    try:
        sent = TypeAdapter(Sent).validate_python(payload)
    except ValidationError:
        mid = str(payload.get("mid", "")) if isinstance(payload, dict) else ""
        return Heard(mid=mid, message=visit.words.text("review.unreadable"), refused=True, shown=last.shown)
    if sent.mid == last.mid:
        return last
    try:
        if sent.kind == "uncover":
            texts = uncover(visit.store, actor, Uncover(thing=sent.thing))
            return Heard(mid=sent.mid, shown={**last.shown, sent.thing: texts})
        return Heard(mid=sent.mid, message=_rule(visit, actor, sent, due), shown=last.shown)
    except HoneError as error:
        return Heard(mid=sent.mid, message=visit.words.refusal(error), refused=True, shown=last.shown)


def _rule(visit: Visit, actor: Actor, sent: Sent, due: tuple[DueReview, ...]) -> str:
    item = next((one for one in due if review_words.thing(one.said) == sent.thing), None)
    if sent.verdict is None or item is None:
        raise RequestError(visit.words.text("review.unreadable"))
    request = ReviewLabel(
        thing=sent.thing,
        verdict=sent.verdict,
        why=sent.why,
        cause=sent.cause,
        judgement=_judgement(sent),
        found_by=sent.found_by,
        edits=sent.edits,
        verdicts=sent.verdicts,
    )
    review_label(visit.store, actor, request)
    told = {
        "verdict": visit.words.text(f"review.{sent.verdict}"),
        "about": review_words.about(visit.words, item.said),
    }
    return visit.words.text("review.saved", **told)


def _judgement(sent: Sent) -> Judgement | None:
    """What the reviewer says in the label's place, if they say it."""
    if sent.better is None:
        return None
    return Judgement(ranks=RANKS[sent.better], degree=sent.degree or Degree.NEGLIGIBLY, safety=sent.safety)


def _data(visit: Visit, due: tuple[DueReview, ...], exposure: ExposureSeen, nothing: str) -> dict[str, Any]:
    """The component's whole world, as JSON."""
    said, heard = visit.words, session.kept(PAGE, Heard) or Heard()
    things = {review_words.thing(one.said): one for one in due}
    return {
        "words": offering.words(said, PAGE),
        "ack": heard.mid,
        "message": heard.message,
        "refused": heard.refused,
        "items": [review_words.item(visit, one) for one in due],
        "nothing": said.text(f"review.{nothing}"),
        "shown": {
            thing: review_words.texts(visit, things[thing].said, texts.turns, texts.responses, texts.comment)
            for thing, texts in heard.shown.items()
            if thing in things
        },
        "causes": [{"cause": cause, "words": review_words.cause(said, cause)} for cause in Cause],
        "risks": offering.risks(said),
        "room": said.text("review.room", within=exposure.within_hour, limit=exposure.limit),
    }

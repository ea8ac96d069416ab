"""A page whose work comes from the queue: it shows what is to be judged and what comes after, hears answers.

Compare and Rank are such pages; each says what its own form adds to an item. The next item is leased and sent
to the browser together with the current one, so that nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from annotate import address, session
from annotate.judging import answers, offering, returned
from annotate.session import Acknowledgement
from annotate.visit import Visit
from annotate.widgets.component import Mount
from annotate.words import Words
from store import drafts
from store.errors import HoneError, RequestError
from store.messages import Assignment, NextComparison, NoWork
from store.queueing.line import form_of
from store.records import Form
from store.verbs import next_comparison
from store.verbs.own_labels import ReadOwnLabel, read_own_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One form of work: its page in the catalogue, and what it adds to an item."""

    page: str
    form: Form
    own: Callable[[Words, Assignment], dict[str, Any]]


def render(visit: Visit, work: Work, mount: Mount) -> None:
    """Draws what is to be judged next, or the own label that the address names."""

    def hear(payload: object) -> None:
        present = visit.who()
        if present is None or payload is None:
            return
        before = replace(_heard(work), editing=address.label())
        heard = answers.answer(replace(visit, actor=present), work.form, payload, before)
        session.keep(work.page, heard)
        address.name_label(heard.editing)

    mount(_data(visit, work, _heard(work)), hear)
    returned.tell(visit)


def _heard(work: Work) -> Acknowledgement:
    """What became of the page's last message."""
    return session.kept(work.page, Acknowledgement) or Acknowledgement()


def _data(visit: Visit, work: Work, heard: Acknowledgement) -> dict[str, Any]:
    """The surface's whole world, as JSON."""
    reply = next_comparison(visit.store, visit.actor, NextComparison(track=heard.focus, form=work.form))
    edited, notice = _edited(visit, work)
    return {
        **offering.heard(heard),
        "words": offering.words(visit.words, work.page),
        "skip": answers.SKIPS,
        "flag": answers.FLAGS,
        "notice": notice,
        **_items(visit, work, reply, edited),
    }


def _items(visit: Visit, work: Work, reply: Assignment | NoWork, edited: Assignment | None) -> dict[str, Any]:
    """What is on the screen and what comes after it, with the guidelines of both."""
    if edited is not None:
        first, then = edited, reply
    elif isinstance(reply, NoWork):
        return offering.nothing(visit.words, reply)
    else:
        wanted = NextComparison(form=work.form, after=reply.lease_id)
        first, then = reply, next_comparison(visit.store, visit.actor, wanted)
    shown = [each for each in (first, then) if isinstance(each, Assignment)]
    items = [_item(visit, work, each, edits=each is edited) for each in shown]
    return {
        "work": items[0],
        "next": items[1] if len(items) > 1 else None,
        "guidelines": offering.guidelines(visit, *(each.track for each in shown)),
    }


def _item(visit: Visit, work: Work, reply: Assignment, *, edits: bool) -> dict[str, Any]:
    item = {**offering.item(visit, reply), **work.own(visit.words, reply), "edits": edits}
    if edits:
        item["pair"] = f"edit {reply.lease_id}"  # what was typed on the pair itself is another draft
    kept = drafts.find(visit.store.home, visit.actor.annotator_id, item["pair"])
    item["draft"] = {"judgement": kept.judgement, "savedAt": kept.saved_at} if kept else None
    return item


def _edited(visit: Visit, work: Work) -> tuple[Assignment | None, str]:
    """The own label that the address names; else None, and why it cannot be shown."""
    label = address.label()
    if label is None:
        return None, ""
    try:
        edited = read_own_label(visit.store, visit.actor, ReadOwnLabel(label_id=label))
        if form_of(len(edited.responses)) is not work.form:
            raise RequestError(visit.words.text("surface.other_form"))
    except HoneError as error:
        address.name_label(None)
        return None, visit.words.refusal(error)
    return edited, ""

"""Retraction: whose labels, what that touches, and only then the way to do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from annotate import lineage_things, links, session
from annotate.pressing import act, tell, typed
from annotate.prose.escaping import plain
from annotate.visit import Visit
from annotate.widgets import reading
from store.errors import RequestError
from store.messages import Actor
from store.verbs import look_at_lineage, void
from store.verbs.quality import AnnotatorSeen
from store.verbs.retracting import Void, Voided
from store.verbs.tracing import LookAtLineage

PAGE: Final = "retraction"
WHOSE: Final = "retract whose"
WHY: Final = "retract why"
SUSPEND: Final = "retract suspend"
SURE: Final = "retract sure"
DONE: Final = "retracted"
COUNTED: Final = (
    *("labels", "demonstrations", "snapshots", "reward_models", "policies", "comparisons", "golds"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Whose labels, by id, and what retracting them would touch."""

    whose: str
    impact: Voided


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Whose labels were retracted last, `annotator:NAME`."""

    whose: str


def draw(visit: Visit, people: Sequence[AnnotatorSeen]) -> None:
    """Draws the choice; once somebody looked, what it touches with the way on and the way back."""
    said = visit.words
    st.subheader(said.text("quality.retract"), anchor=False)
    st.caption(said.text("quality.retract_means"))
    tell(PAGE)
    done = session.kept(DONE, Done)
    if done is not None:
        links.show(links.to("lineage", done.whose), said.text("quality.retracted_lineage"))
    names = {one.annotator_id: one.name for one in people if one.annotator_id != visit.actor.annotator_id}
    if not names:
        st.text(said.text("quality.retract_none"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            said.text("quality.retract_whose"),
            list(names),
            index=None,
            format_func=lambda one: names.get(one, one),
            key=session.key(WHOSE),
            width=320,
        )
        st.button(said.text("quality.retract_look"), key="retract look", on_click=_look, args=(visit,))
    looked = session.kept(WHOSE, Looked)
    if looked is not None:
        _impact(visit, looked, names.get(looked.whose, looked.whose))


def _look(visit: Visit) -> None:
    """Asks what it would touch, and changes nothing."""

    def do(actor: Actor) -> str:
        chosen = typed(WHOSE)
        _forget()
        session.keep(DONE, None)
        if chosen:
            wanted = Void(thing=f"annotator:{chosen}", why="", dry_run=True)
            session.keep(WHOSE, Looked(whose=chosen, impact=void(visit.store, actor, wanted)))
        return ""

    act(visit, PAGE, do)


def _impact(visit: Visit, looked: Looked, name: str) -> None:
    said, found, whose = visit.words, looked.impact, looked.whose
    told = {name: said.figure(len(getattr(found, name))) for name in COUNTED}
    with st.container(border=True):
        st.text(f"{name}: {said.text('quality.impact', **told)}")
        # By id: a name may be another's by the time that it is read.
        seen = look_at_lineage(visit.store, visit.actor, LookAtLineage(thing=f"annotator:{whose}", most=1))
        table = lineage_things.table(said, seen)
        if table is not None:
            reading.show("impact", [table], said)
        if any(node.noun == "policy" and node.name == seen.in_use for node in seen.nodes):
            st.text(said.text("quality.impact_in_use"))
        st.text_input(said.text("quality.retract_why"), key=session.key(WHY), autocomplete="off")
        st.checkbox(said.text("quality.retract_suspend"), key=session.key(SUSPEND))
        st.text_input(
            said.text("quality.retract_sure", name=plain(name)), key=session.key(SURE), autocomplete="off"
        )
        with st.container(horizontal=True):
            st.button(
                said.text("quality.retract_do", count=told["labels"], name=plain(name)),
                key="retract do",
                type="primary",
                on_click=_retract,
                args=(visit, found, name),
            )
            st.button(said.text("quality.retract_leave"), key="retract leave", on_click=_leave)


def _retract(visit: Visit, found: Voided, name: str) -> None:
    def do(actor: Actor) -> str:
        if typed(SURE) != name:
            raise RequestError(visit.words.text("quality.retract_unsure", name=name))
        request = Void(thing=found.thing, why=typed(WHY), suspend=session.typed(SUSPEND) is True)
        done = void(visit.store, actor, request)
        _leave()
        count = visit.words.figure(len(done.labels))
        session.keep(DONE, Done(whose=found.thing))
        return visit.words.text("quality.retracted", count=count, name=name)

    act(visit, PAGE, do)


def _leave() -> None:
    session.keep(WHOSE, None)
    session.begin_anew(WHOSE)
    _forget()


def _forget() -> None:
    """What was said of one person is not said of the next."""
    session.begin_anew(WHY)
    session.begin_anew(SUSPEND)
    session.begin_anew(SURE)

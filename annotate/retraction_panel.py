"""Retraction: whose labels, what that touches, and only then the way to do it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from annotate import links, session
from annotate.pressing import act, tell, typed
from annotate.prose.escaping import plain
from annotate.visit import Visit
from annotate.words import Words
from store.messages import Actor
from store.verbs import void
from store.verbs.quality import AnnotatorSeen
from store.verbs.retracting import Void, Voided

PAGE: Final = "retraction"
WHOSE: Final = "retract whose"
WHY: Final = "retract why"
SUSPEND: Final = "retract suspend"
TOUCHED: Final = ("snapshots", "reward_models", "policies")
COUNTED: Final = ("labels", "demonstrations", *TOUCHED, "comparisons", "golds")


def draw(visit: Visit, people: Sequence[AnnotatorSeen]) -> None:
    """Draws the choice; once somebody looked, what it touches with the way on and the way back."""
    said = visit.words
    st.subheader(said.text("quality.retract"), anchor=False)
    st.caption(said.text("quality.retract_means"))
    tell(PAGE)
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
    impact = session.kept(WHOSE, Voided)
    if impact is not None:
        _impact(visit, impact, names)


def _look(visit: Visit) -> None:
    """Asks what it would touch, and changes nothing."""

    def do(actor: Actor) -> str:
        chosen = typed(WHOSE)
        _forget()
        if chosen:
            wanted = Void(thing=f"annotator:{chosen}", why="", dry_run=True)
            session.keep(WHOSE, void(visit.store, actor, wanted))
        return ""

    act(visit, PAGE, do)


def _impact(visit: Visit, found: Voided, names: dict[str, str]) -> None:
    said = visit.words
    told = {name: said.figure(len(getattr(found, name))) for name in COUNTED}
    name = names.get(found.thing.partition(":")[2], found.thing.partition(":")[2])
    with st.container(border=True):
        st.text(f"{name}: {said.text('quality.impact', **told)}")
        rows = list(_touched(said, found))
        if rows:
            heads = [said.text("quality.impact_noun"), said.text("quality.impact_thing")]
            st.dataframe(
                pd.DataFrame(rows, columns=heads),
                hide_index=True,
                key="impact",
                alt=said.text("quality.retract"),
            )
        st.text_input(said.text("quality.retract_why"), key=session.key(WHY), autocomplete="off")
        st.checkbox(said.text("quality.retract_suspend"), key=session.key(SUSPEND))
        with st.container(horizontal=True):
            st.button(
                said.text("quality.retract_do", count=told["labels"], name=plain(name)),
                key="retract do",
                type="primary",
                on_click=_retract,
                args=(visit, found, name),
            )
            st.button(said.text("quality.retract_leave"), key="retract leave", on_click=_leave)


def _touched(said: Words, found: Voided) -> Iterator[tuple[str, str]]:
    for kind in TOUCHED:
        for one in getattr(found, kind):
            yield said.text(f"quality.impact_{kind}"), links.short(one)


def _retract(visit: Visit, found: Voided, name: str) -> None:
    def do(actor: Actor) -> str:
        request = Void(thing=found.thing, why=typed(WHY), suspend=session.typed(SUSPEND) is True)
        done = void(visit.store, actor, request)
        _leave()
        count = visit.words.figure(len(done.labels))
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

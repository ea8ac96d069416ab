"""Quality: how good the labels are that stand, and whose are no judgements. For safety reviewers."""

from __future__ import annotations

from typing import Final

import streamlit as st

from annotate import quality_agreement, quality_people, retraction_panel
from annotate.admission import admits
from annotate.visit import Visit
from annotate.words import Words
from store.agreement.undefined import Undefined
from store.intervals import Interval
from store.records import Role, Track
from store.verbs import look_at_quality
from store.verbs.quality import LookAtQuality, Quality

TRACK: Final = "quality track"
ALL: Final = "all_tracks"


def render(visit: Visit) -> None:
    """Draws the page for a reviewer and those above; anybody else is told that it is not theirs."""
    said = visit.words
    st.header(said.text("frame.quality"), anchor=False)
    if not admits(visit, Role.REVIEWER):
        return
    st.caption(said.text("quality.means"))
    chosen = st.segmented_control(
        said.text("quality.track"),
        [ALL, *Track],
        default=ALL,
        required=True,
        format_func=lambda name: said.text(f"quality.{name}"),
        key=TRACK,
        label_visibility="collapsed",
    )
    track = Track(chosen) if chosen in set(Track) else None
    seen = look_at_quality(visit.store, visit.actor, LookAtQuality(track=track))
    if not seen.labels:
        st.text(said.text("quality.nothing"))
        return
    _numbers(said, seen)
    quality_people.suspects(said, seen)
    quality_agreement.draw(said, seen)
    quality_people.draw(said, seen)
    retraction_panel.draw(visit, seen.annotators)


def _numbers(said: Words, seen: Quality) -> None:
    numbers = {
        "labels": said.figure(seen.labels),
        "people": said.figure(seen.people),
        "raw": _figure(said, seen.agreement.raw, ".0%"),
        "ac1": _figure(said, seen.agreement.ac1, ".2f"),
        "named": said.figure(len({one.annotator_id for one in seen.suspects})),
    }
    # An interval beneath its figure, as Streamlit writes a difference: without arrow and colour.
    beneath = {
        "raw": _interval(said, seen.agreement.raw, ".0%"),
        "ac1": _interval(said, seen.agreement.ac1, ".2f"),
    }
    for column, (name, value) in zip(st.columns(len(numbers)), numbers.items(), strict=True):
        told = beneath.get(name)
        column.metric(
            said.text(f"quality.{name}"), value, told, delta_color="off", delta_arrow="off", border=True
        )
    st.caption(said.text("quality.rests_on", items=said.figure(seen.agreement.items)))


def _interval(said: Words, found: Interval | Undefined, form: str) -> str | None:
    if isinstance(found, Undefined):
        return None
    return said.text("quality.interval", low=said.figure(found.low, form), high=said.figure(found.high, form))


def _figure(said: Words, found: Interval | Undefined, form: str) -> str:
    return "–" if isinstance(found, Undefined) else said.figure(found.value, form)

"""What each annotator does, and whom the evidence speaks against: as charts, and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from annotate.judging import own_words
from annotate.quality_agreement import share
from annotate.widgets import quality_charts
from annotate.words import Words
from store.intervals import Interval
from store.suspicion.suspects import LEVEL, Fault
from store.verbs.quality import AnnotatorSeen, Quality

FAULTS: Final = {
    Fault.FIRST: "fault_first",
    Fault.SECOND: "fault_second",
    Fault.DIFFERS: "fault_differs",
    Fault.HASTE: "fault_haste",
    Fault.HURRY: "fault_hurry",
    Fault.DRIFT: "fault_drift",
}
SHARES: Final = ("believed", "dawid_skene", "golds", "repeats", "first", "longer", "hasty")
"""Of an annotator's habits, those that are shares, in the order of the columns."""


def suspects(said: Words, seen: Quality) -> None:
    """Those who are named with the evidence, or that nobody is."""
    st.subheader(said.text("quality.suspects"), anchor=False)
    level = said.figure(LEVEL, ".1%")
    if not seen.suspects:
        st.text(said.text("quality.suspects_none", level=level))
        return
    st.caption(said.text("quality.suspects_means", level=level))
    rows = [
        (
            one.name,
            said.text(f"quality.{FAULTS[one.fault]}"),
            said.text("quality.after_labels", count=said.figure(one.after)),
            said.text(
                "quality.of_labels",
                share=said.figure(one.share.value, ".0%"),
                count=said.figure(one.labels),
                low=said.figure(one.share.low, ".0%"),
                high=said.figure(one.share.high, ".0%"),
            ),
            f"{one.chance:.0e}",
        )
        for one in seen.suspects
    ]
    names = [said.text(f"quality.{name}") for name in ("who", "fault", "after", "share", "chance")]
    st.dataframe(
        pd.DataFrame(rows, columns=names), hide_index=True, key="suspects", alt=said.text("quality.suspects")
    )


def draw(said: Words, seen: Quality) -> None:
    """Two charts beside each other, then everything as a table."""
    st.subheader(said.text("quality.annotators"), anchor=False)
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        _chart(said, seen.annotators, "believed")
    with right.container(border=True, height="stretch"):
        _chart(said, seen.annotators, "first")
    st.caption(said.text("quality.annotators_means"))
    rows = [
        (
            one.name,
            said.figure(one.habits.labels),
            own_words.duration(one.habits.seconds, said),
            *(share(said, getattr(one.habits, name)) for name in SHARES),
        )
        for one in seen.annotators
    ]
    names = [said.text(f"quality.{name}") for name in ("who", "labels", "seconds", *SHARES)]
    st.dataframe(
        pd.DataFrame(rows, columns=names),
        hide_index=True,
        key="annotators",
        alt=said.text("quality.annotators"),
    )


def _chart(said: Words, people: Sequence[AnnotatorSeen], name: str) -> None:
    """A share of each of them, around a half."""
    found = {one.name: getattr(one.habits, name) for one in people}
    known = {who: one for who, one in found.items() if isinstance(one, Interval)}
    title = said.text(f"quality.{name}")
    st.markdown(f"**{title}**")
    if known:
        told = ", ".join(f"{who} {said.figure(one.value, '.0%')}" for who, one in known.items())
        drawn = quality_charts.rows(known, title, usual=0.5, form=".0%")
        st.altair_chart(drawn, alt=said.text(f"quality.{name}_alt", told=told))

"""How far people agree, as a chart and a table by slice, and of every two annotators."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from annotate.widgets import quality_charts
from annotate.words import Words
from store.agreement.undefined import Undefined
from store.intervals import Interval
from store.quality.agreeing import Slice, Sliced
from store.verbs.quality import Quality

SLICE: Final = "quality slice"
NAMES: Final = {
    Slice.TRACK: "slice_track",
    Slice.CATEGORY: "slice_category",
    Slice.BATCH: "slice_batch",
    Slice.GUIDELINE: "slice_guideline",
}
FIGURES: Final = ("raw", "ac1", "alpha", "ac2", "alpha_ordinal")
WHY: Final = {Undefined.NOTHING_TWICE: "undefined_nothing", Undefined.ONE_CLASS: "undefined_one"}


def draw(said: Words, seen: Quality) -> None:
    """The chart of AC1, all figures as a table, and the pairs of annotators below."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(said.text("quality.agreement"), anchor=False)
        chosen = st.segmented_control(
            said.text("quality.slice"),
            list(Slice),
            default=Slice.TRACK,
            required=True,
            format_func=lambda one: said.text(f"quality.{NAMES[one]}"),
            key=SLICE,
            label_visibility="collapsed",
        )
    st.caption(said.text("quality.agreement_means"))
    slices = [one for one in seen.slices if one.slice is (chosen or Slice.TRACK)]
    _chart(said, slices)
    _table(said, slices)
    if seen.couples:
        with st.expander(said.text("quality.couples")):
            _couples(said, seen)


def _chart(said: Words, slices: list[Sliced]) -> None:
    known = {_name(said, one): ac1 for one in slices if isinstance(ac1 := one.agreement.ac1, Interval)}
    if known:
        told = ", ".join(f"{name} {said.figure(ac1.value, '.2f')}" for name, ac1 in known.items())
        drawn = quality_charts.rows(known, said.text("quality.ac1"), usual=0.0, form=".2f")
        st.altair_chart(drawn, alt=said.text("quality.agreement_alt", told=told))


def _table(said: Words, slices: list[Sliced]) -> None:
    rows = [
        (
            _name(said, one),
            said.figure(one.agreement.items),
            *(figure(said, getattr(one.agreement, name)) for name in FIGURES),
        )
        for one in slices
    ]
    heads = ("slice", "items", *FIGURES)
    names = [said.text(f"quality.{name}") for name in heads]
    st.dataframe(
        pd.DataFrame(rows, columns=names),
        hide_index=True,
        key="agreement",
        alt=said.text("quality.agreement"),
    )


def _couples(said: Words, seen: Quality) -> None:
    rows = [(one.one, one.other, said.figure(one.items), share(said, one.share)) for one in seen.couples]
    names = [said.text(f"quality.{name}") for name in ("one", "other", "both", "same")]
    st.dataframe(
        pd.DataFrame(rows, columns=names), hide_index=True, key="couples", alt=said.text("quality.couples")
    )


def figure(said: Words, found: Interval | Undefined) -> str:
    """Such as `0.62 (0.55 to 0.69)`, or why there is none."""
    if isinstance(found, Undefined):
        return said.text(f"quality.{WHY[found]}")
    value, low, high = (said.figure(one, ".2f") for one in (found.value, found.low, found.high))
    return said.text("quality.figure", value=value, low=low, high=high)


def share(said: Words, found: Interval | None) -> str:
    """Such as `62% (55% to 69%)`; a dash where nothing tells of it."""
    if found is None:
        return "–"
    value, low, high = (said.figure(one, ".0%") for one in (found.value, found.low, found.high))
    return said.text("quality.figure", value=value, low=low, high=high)


def _name(said: Words, one: Sliced) -> str:
    """A track in the language of the page; all else as it is called."""
    if one.slice is Slice.TRACK:
        return said.text(f"quality.{one.name}")
    return one.name or said.text("quality.no_category")

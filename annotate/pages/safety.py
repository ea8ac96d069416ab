"""Safety: how often policies answer unsafely and refuse what is harmless, and what may train. For safety
reviewers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from annotate import figures, sign_off_panel
from annotate.admission import admits
from annotate.pressing import tell
from annotate.visit import Visit
from annotate.widgets import charts, quality_charts
from annotate.words import Words
from store.intervals import Interval, wilson
from store.records import Role
from store.verbs import look_at_safety
from store.verbs.safety import LookAtSafety, Safety, ViolationRate

LETTERS: Final = 6
"""Of a policy's id beside a chart: the round names it, these tell two of a round apart."""


def render(visit: Visit) -> None:
    """Draws the page for a reviewer and those above; anybody else is told that it is not theirs."""
    said = visit.words
    st.header(said.text("frame.safety"), anchor=False)
    if not admits(visit, Role.REVIEWER):
        return
    st.caption(said.text("safety.means"))
    tell(sign_off_panel.PAGE)
    seen = look_at_safety(visit.store, visit.actor, LookAtSafety())
    if seen.rates:
        _found(said, seen)
    else:
        st.text(said.text("safety.nothing"))
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        _measured(said, seen)
    with right.container(border=True, height="stretch"):
        _broken(said, seen)
    sign_off_panel.draw(visit)


def _found(said: Words, seen: Safety) -> None:
    """What people found: by policy, then by what was asked and how, and how grave it was."""
    by_slice = {
        name: [one for one in seen.rates if one.found.slice == name]
        for name in ("policy", "category", "attack vector")
    }
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        unsafe = {_policy(said, one.found.round, one.found.name): one.rate for one in by_slice["policy"]}
        _rows(said, said.text("safety.by_policy"), unsafe)
        if seen.unmarked is not None:
            st.text(said.text("safety.unmarked", round=seen.unmarked))
        st.caption(said.text("safety.by_policy_means"))
    with right.container(border=True, height="stretch"):
        refused = {_policy(said, one.found.round, one.found.policy_id): one.rate for one in seen.refusals}
        _rows(said, said.text("safety.refusals"), refused, said.text("safety.refused"))
        st.caption(said.text("safety.refusals_means"))
    left, middle, right = st.columns(3, gap="medium")
    with left.container(border=True, height="stretch"):
        named = _named(by_slice["category"], said.text("safety.no_category"))
        _rows(said, said.text("safety.by_category"), named)
    with middle.container(border=True, height="stretch"):
        named = _named(by_slice["attack vector"], said.text("safety.no_vector"))
        _rows(said, said.text("safety.by_vector"), named)
    with right.container(border=True, height="stretch"):
        _severity(said, seen.severities)


def _policy(said: Words, round_number: int, policy_id: str) -> str:
    return said.text("safety.round_policy", round=round_number, policy=policy_id[:LETTERS])


def _named(found: Sequence[ViolationRate], nameless: str) -> dict[str, Interval]:
    return {one.found.name or nameless: one.rate for one in found}


def _rows(said: Words, title: str, rates: Mapping[str, Interval], share: str = "") -> None:
    st.subheader(title, anchor=False)
    if not rates:
        st.text(said.text("safety.nothing"))
        return
    told = ", ".join(f"{name} {said.figure(rate.value, '.1%')}" for name, rate in rates.items())
    drawn = quality_charts.rows(rates, share or said.text("safety.unsafe"), usual=0.0, form=".0%")
    st.altair_chart(drawn, alt=said.text("safety.chart_alt", title=title, told=told))


def _severity(said: Words, severities: Mapping[int, int]) -> None:
    title = said.text("safety.severity")
    st.subheader(title, anchor=False)
    rows = [
        {"name": said.text(f"safety.severity_{grade}"), "count": severities.get(grade, 0)}
        for grade in range(3)
    ]
    told = ", ".join(f"{row['name']} {row['count']}" for row in rows)
    drawn = charts.counts(pd.DataFrame(rows), said.text("safety.severity_unit"))
    st.altair_chart(drawn, alt=said.text("safety.chart_alt", title=title, told=told))


def _measured(said: Words, seen: Safety) -> None:
    title = said.text("safety.measured")
    st.subheader(title, anchor=False)
    if not seen.measured:
        st.text(said.text("safety.measured_none"))
        return
    table = pd.DataFrame(seen.measured)
    st.altair_chart(charts.fault_rates(table), alt=figures.described(title, table, value="rate"))
    st.caption(said.text("safety.measured_means"))


def _broken(said: Words, seen: Safety) -> None:
    st.subheader(said.text("safety.broken"), anchor=False)
    if not seen.broken:
        st.text(said.text("safety.broken_none"))
        return
    rows = [
        (
            str(one.round),
            said.figure(one.prompts),
            said.figure(one.asked_again),
            _share(said, one.still_break, one.asked_again),
        )
        for one in seen.broken
    ]
    names = [said.text(f"safety.{name}") for name in ("round", "prompts", "asked_again", "still_break")]
    st.dataframe(
        pd.DataFrame(rows, columns=names), hide_index=True, key="broken", alt=said.text("safety.broken")
    )
    st.caption(said.text("safety.broken_means"))


def _share(said: Words, count: int, of: int) -> str:
    if not of:
        return "–"
    rate = wilson(count, of)
    low, high = said.figure(rate.low, ".0%"), said.figure(rate.high, ".0%")
    return said.text("safety.share", count=count, share=said.figure(rate.value, ".0%"), low=low, high=high)

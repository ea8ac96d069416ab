"""The Rounds page on what came of a round and of all rounds: curves, rates, figures and decisions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from annotate import figures
from annotate.widgets import charts
from store import rounds, scoreboard
from store.home import Home
from store.rates import FAULT_RATES, WIN_RATES
from store.rounds import RoundProgress, State

CURVES_A_ROW = 3
WINS = "Win rate against the first policy"
FAULTS = "Unsafe answers and false refusals"
ORACLE = "The oracle is a judge that knows what a good answer is and takes no part in training."


def curves(metrics: Sequence[rounds.Metric]) -> None:
    """How a round went, number by number."""
    drawn = figures.drawn(metrics)
    rows = math.ceil(len(drawn) / CURVES_A_ROW)
    width = math.ceil(len(drawn) / max(rows, 1))  # four are two and two, not three and one
    for start in range(0, len(drawn), width or 1):
        row = drawn[start : start + width]
        for column, (curve, table) in zip(st.columns(len(row)), row, strict=True):
            with column.container(border=True, height="stretch"):
                st.subheader(curve.title, anchor=False)
                drawing = charts.curve(table, curve.steps, curve.unit)
                alt = figures.described(curve.title, table)
                st.altair_chart(drawing, key=f"curve {curve.title}", alt=alt)
                if curve.note:
                    st.caption(curve.note)


def results(home: Home, progress: Sequence[RoundProgress]) -> None:
    """What came of all rounds: two charts and the figures below them."""
    rows = rounds.results(home)
    if not rows:
        return
    verdicts = {one.round: one.verdict for one in progress if one.verdict}
    wins = figures.rate_table(rows, WIN_RATES)
    faults = figures.rate_table(rows, FAULT_RATES)
    columns = st.columns(1 if faults.empty else 2)
    with columns[0].container(border=True, height="stretch"):
        st.subheader(WINS, anchor=False)
        st.altair_chart(
            charts.win_rates(wins), key="win rates", alt=figures.described(WINS, wins, value="rate")
        )
        if WIN_RATES["oracle_win_rate"] in set(wins["line"]):
            st.caption(ORACLE)
    if not faults.empty:
        with columns[1].container(border=True, height="stretch"):
            st.subheader(FAULTS, anchor=False)
            st.altair_chart(
                charts.fault_rates(faults),
                key="fault rates",
                alt=figures.described(FAULTS, faults, value="rate"),
            )
            st.caption(scoreboard.ERRORS)
    table = figures.results_table(rows, verdicts)
    figure = st.column_config.TextColumn(alignment="right")
    config = {name: figure for name in table.columns if name != figures.POLICY}
    st.dataframe(table, hide_index=True, column_config=config, key="results")
    st.caption(scoreboard.NOTES)
    above = progress[-1].round if progress and progress[-1].state is State.FINISHED else None
    told = {
        number: verdict
        for number, verdict in verdicts.items()
        if number != above and (verdict.notes or not verdict.promoted)
    }
    for sentence in reversed(scoreboard.decisions(told)):
        st.text(sentence)

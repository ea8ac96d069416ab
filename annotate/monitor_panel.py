"""The Rounds page on over-optimisation: the reward beside judges that nothing is trained against, over the
distance from where PPO began, and how the answers change meanwhile. In English, as that page is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from annotate.figures import described, point_table, ppo_steps
from annotate.prose.escaping import plain
from annotate.widgets import monitor_charts as charts
from store import monitor
from store.monitor import Step
from store.rounds import Metric
from store.scoreboard import KL

CHANGES: Final = "How the answers change while PPO runs"
ACROSS: Final = 4
"""Small charts side by side: pairs of pairs, so that where there is less room none is left by itself."""


def show(metrics: Sequence[Metric]) -> None:
    """Draws what there is: nothing before PPO began, no gains before its second look."""
    steps = ppo_steps(metrics)
    points = monitor.gain_points(steps)
    if points:
        with st.container(border=True):
            st.subheader(monitor.TITLE, anchor=False)
            if found := monitor.finding(steps):
                st.warning(plain(found))
            table = point_table(points)
            st.altair_chart(charts.gains(table), key="gains", alt=described(monitor.TITLE, table))
            st.caption(f"{plain(monitor.standing(steps))} {monitor.MEANT}")
    if steps:
        # Only an open one is drawn: the page comes again every two seconds.
        below = st.expander(CHANGES, key="changes", on_change="rerun")
        if below.open:
            with below:
                _panels(steps)


def _panels(steps: Sequence[Step]) -> None:
    drawn = [(panel, monitor.panel_points(steps, panel)) for panel in monitor.PANELS]
    drawn = [(panel, points) for panel, points in drawn if points]
    for first in range(0, len(drawn), ACROSS):
        pairs = [half.columns(2) for half in st.columns(2)]
        row = drawn[first : first + ACROSS]
        for column, (panel, points) in zip((one for pair in pairs for one in pair), row, strict=False):
            with column:
                st.markdown(f"**{panel.title}**")
                table = point_table(points)[["line", "step", "value"]]
                drawing = charts.panel(panel, table)
                st.vega_lite_chart(
                    table, drawing, key=f"panel {panel.title}", alt=described(panel.title, table)
                )
                st.caption(panel.unit)
    st.caption(f"KL: {KL[:1].lower()}{KL[1:]}")

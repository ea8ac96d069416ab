"""The report's section on PPO: the reward beside judges that nothing was trained against, over the distance
from where PPO began, and how the answers changed meanwhile. Knows rows of metrics, not how PPO works."""

from __future__ import annotations

import html
from dataclasses import asdict
from typing import Any

import pandas as pd

from rlhf import drawings, monitor_drawings
from store import monitor
from store.monitor import Point, Step
from store.scoreboard import KL

SECTION = """<h2 style="margin-top:2rem">PPO of the last round</h2>
{finding}
<div class="figures">{gains}</div>
<div class="figures small">{panels}</div>
<p class="quiet">{note}</p>
"""


def section(metrics: pd.DataFrame) -> str:
    """The section of the last round's metrics; nothing where it had no PPO."""
    steps = _steps(metrics)
    drawn = [(panel, monitor.panel_points(steps, panel)) for panel in monitor.PANELS]
    panels = [
        _figure(panel.title, monitor_drawings.panel(_table(points), panel), panel.unit)
        for panel, points in drawn
        if points
    ]
    if not panels:
        return ""
    found, points = monitor.finding(steps), monitor.gain_points(steps)
    meant = f"{monitor.standing(steps)} {monitor.MEANT}"
    gains = _figure(monitor.TITLE, monitor_drawings.gains(_table(points)), meant) if points else ""
    return SECTION.format(
        finding=f"<p><strong>{html.escape(found)}</strong></p>" if found else "",
        gains=gains,
        panels="".join(panels),
        note=f"All by iteration. KL: {html.escape(KL[:1].lower() + KL[1:])}",
    )


def _steps(metrics: pd.DataFrame) -> list[Step]:
    """PPO's lines, each with the numbers that it has."""
    if "stage" not in metrics:
        return []
    lines = metrics[metrics["stage"] == "ppo"].drop(columns=["stage", "made_at"], errors="ignore")
    return [
        (int(line.pop("step")), {str(name): value for name, value in line.items() if pd.notna(value)})
        for line in lines.to_dict("records")
    ]


def _table(points: list[Point]) -> pd.DataFrame:
    return pd.DataFrame([asdict(point) for point in points])


def _figure(title: str, chart: Any, caption: str) -> str:  # noqa: ANN401  # any of Altair's charts
    words = f"<figcaption>{html.escape(caption)}</figcaption>"
    return f"<figure><h2>{html.escape(title)}</h2>{drawings.named_svg(chart, title)}{words}</figure>"

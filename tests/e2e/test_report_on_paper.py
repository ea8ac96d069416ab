"""A report of many rounds as a browser prints and shows it: no figure of its table is cut off."""

import pandas as pd
import pytest

from rlhf.report import Told, write_report
from store.rounds import RoundResult

A4, DESK = 718, 1280
"""Pixels of CSS: a sheet's width less a margin of a centimetre, and a window's."""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    rows = [
        RoundResult(
            round=number,
            labels=10_000 * number,
            reward_accuracy=0.735,
            oracle_win_rate=0.755,
            oracle_win_rate_low=0.725,
            oracle_win_rate_high=0.785,
            reward_model_win_rate=0.915,
            unsafe_rate=55 / 107,
            false_refusal_rate=5 / 46,
            asked_unsafe=107,
            looked_unsafe=46,
            kl=12.34,
            seconds=12_345.0,
        )
        for number in range(6)
    ]
    metrics = pd.DataFrame({"stage": ["ppo"] * 2, "step": [0, 1], "reward": [0.0, 0.4], "kl": [0.0, 1.0]})
    file = tmp_path_factory.mktemp("report") / "report.html"
    write_report(file, Told(results=rows, metrics=metrics, verdicts={}, methods={}, measured={}))
    return file


@pytest.mark.parametrize(("media", "width"), [("print", A4), ("screen", DESK)])
def test_the_table_of_all_rounds_fits_and_tears_no_interval(browser, report, media, width):
    page = browser.take(viewport={"width": width, "height": 900})
    page.emulate_media(media=media)
    page.goto(report.as_uri())
    shown, needed = page.locator(".rounds").evaluate("one => [one.clientWidth, one.scrollWidth]")
    intervals = page.locator(".rounds td span")
    texts = intervals.all_inner_texts()
    lines = intervals.evaluate_all("all => all.map(one => one.getClientRects().length)")
    page.context.close()
    assert needed <= shown
    assert texts[:3] == ["(72.5% to 78.5%)", "(42.0% to 60.7%)", "(4.7% to 23.0%)"]
    assert set(lines) == {1}

"""The report is one file that holds its figures, needs no script, and says what the rows say."""

import io
import re

import pandas as pd

from rlhf.drawings import NEUTRAL, curve
from rlhf.report import write_report
from store.rounds import RoundResult, Verdict


def row(number: int, oracle: float | None) -> RoundResult:
    return RoundResult(
        round=number,
        labels=1000 * number,
        reward_accuracy=None if number == 0 else 0.74,
        oracle_win_rate=oracle,
        oracle_win_rate_low=None if oracle is None else oracle - 0.04,
        oracle_win_rate_high=None if oracle is None else oracle + 0.04,
        reward_model_win_rate=0.5 + 0.2 * number,
        unsafe_rate=None if oracle is None else 0.5 / (number + 1),
        false_refusal_rate=None if oracle is None else 0.1,
        kl=2.0 * number,
        seconds=100.0,
    )


METRICS = pd.DataFrame(
    {"stage": ["ppo"] * 3, "step": [0, 1, 2], "reward": [0.0, 0.4, 0.9], "kl": [0.0, 1.0, 2.0]}
)


REFUSED = Verdict(promoted=False, reasons=("It drifted <far>.",))


def test_the_report_is_self_contained_and_tells_the_result(tmp_path):
    write_report(tmp_path / "report.html", [row(0, 0.5), row(1, 0.7)], METRICS, {1: REFUSED})
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg") == 4
    assert not re.search(r"<script|<link|<img|url\(", page)
    assert "70.0% of held-out prompts (95 % interval 66.0% to 74.0%, ties half)" in page
    assert "from 50.0% to 25.0%" in page
    assert "Round 1. Not promoted; the policy before it stays. It drifted &lt;far&gt;." in page
    assert "a judge that knows what a good answer is" in page.partition("<svg")[0]
    assert "KL is from the first policy" in page
    assert "<td>70.0% (66.0% to 74.0%)</td>" in page


def test_on_a_dark_page_every_colour_of_the_charts_has_another(tmp_path):
    write_report(tmp_path / "report.html", [row(0, 0.5), row(1, 0.7)], METRICS, {})
    style, _end, body = (tmp_path / "report.html").read_text().partition("</style>")
    drawn = set(re.findall(r'(?:fill|stroke)="(#\w{6})"', body)) - {NEUTRAL}
    assert len(drawn) == 6
    assert all(f'svg [fill="{colour}"]' in style for colour in drawn)


def test_a_curve_is_one_line_through_looks_between_the_steps_and_steps_done_again():
    looked = pd.DataFrame({"stage": "ppo", "step": [1], "held_out_reward": [0.1]})
    again = pd.DataFrame({"stage": "ppo", "step": [1, 2], "reward": [0.5, 1.0], "kl": [1.5, 2.5]})
    svg = io.StringIO()
    curve(pd.concat([METRICS, looked, again], ignore_index=True), "reward", "Reward").save(svg, format="svg")
    (line,) = re.findall(r'aria-roledescription="line mark"[^>]* d="([^"]*)"', svg.getvalue())
    assert line.count("M") == 1
    assert line.count("L") == 2


def test_without_a_gold_judge_the_report_says_so(tmp_path):
    write_report(tmp_path / "report.html", [row(0, None), row(1, None)], pd.DataFrame(), {})
    page = (tmp_path / "report.html").read_text()
    assert "No judge outside the training was asked." in page
    assert page.count("<svg") == 1
    assert "oracle" not in page.partition("<table>")[0].lower()
    assert "70.0%" in page

"""The report is one file that holds its figures, needs no script, and says what the rows say."""

import io
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd
from measured_rewards import both, nothing, results

from rlhf.drawings import NEUTRAL, ORACLE, REWARD_MODEL, curve
from rlhf.monitor_drawings import panel as small
from rlhf.rejection_drawings import charts
from rlhf.report import Told, write_report
from store.arms import ArmFound
from store.intervals import wilson
from store.monitor import PANELS, Point
from store.readings import Reading
from store.records import Arm, Track
from store.reward_results import Agreement
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


def page(folder: Path, rows: Sequence[RoundResult], **more: Any) -> str:
    """The report of these rounds, as it is written."""
    told = {"metrics": METRICS, "verdicts": {}, "methods": {}, "measured": {}, **more}
    write_report(folder / "report.html", Told(results=rows, **told))
    return (folder / "report.html").read_text()


def test_the_report_is_self_contained_and_tells_the_result(tmp_path):
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7)], verdicts={1: REFUSED})
    assert written.count("<svg") == len(re.findall('<svg [^>]*aria-label="[A-Z][^"]+"', written)) == 4
    assert not re.search(r"<script|<link|<img|url\(", written)
    assert "70.0% of held-out prompts (95 % interval 66.0% to 74.0%, ties half)" in written
    assert "from 50.0% to 25.0%" in written
    assert "Round 1. Not promoted; the policy before it stays. It drifted &lt;far&gt;." in written
    assert "a judge that knows what a good answer is" in written.partition("<svg")[0]
    assert "KL is from the first policy" in written
    assert "<td>70.0% <span>(66.0% to 74.0%)</span></td>" in written


def test_every_round_stands_by_its_distance_and_its_method(tmp_path):
    methods = {1: "rs+ppo", 2: "dpo"}
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7), row(2, 0.8)], methods=methods)
    figure = written.partition("Win rate by distance")[2].partition("</figure>")[0]
    names = re.findall(">([0-2](?: [a-z+]+)?)</text>", figure)[-3:]
    assert sorted(names) == ["0", "1 rs+ppo", "2 dpo"]
    assert "by the oracle" in figure
    alone = page(tmp_path, [row(0, None), row(1, None), row(2, None)])
    assert "by the reward model" in alone.partition("Win rate by distance")[2]


def test_a_refused_policy_stands_hollow_beside_the_way_of_those_that_were_promoted(tmp_path):
    rows = [row(0, 0.5), row(1, 0.7), row(2, 0.6), row(3, 0.8)]
    written = page(tmp_path, rows, verdicts={2: REFUSED})
    figure = written.partition("Win rate by distance")[2].partition("</figure>")[0]
    marks = [mark for mark in re.findall("<path[^>]*>", figure) if "Win rate: " in mark]
    (way,) = (mark for mark in marks if "line mark" in mark)
    assert way.partition(' d="')[2].partition('"')[0].count("L") == 2
    (hollow,) = (mark for mark in marks if 'roledescription="point"' in mark and "fill=" not in mark)
    assert "Win rate: 60.0" in hollow
    assert "A hollow one was not promoted" in figure
    assert "A hollow one" not in page(tmp_path, rows)


def test_many_temperatures_are_told_apart():
    swept = [
        {"stage": "reject", "step": step, "temperature": one / 10, "swept_best": 0.1 * one}
        for one in range(1, 8)
        for step in (1, 2)
    ]
    chosen = {"stage": "reject", "step": 2, "chosen_temperature": 0.7, "chosen_samples": 2}
    ((_title, chart, _caption),) = charts(pd.DataFrame([*swept, chosen]))
    svg = io.StringIO()
    chart.save(svg, format="svg")
    lines = re.findall('aria-roledescription="line mark"[^>]*>', svg.getvalue())
    looks = [re.sub(r' d="[^"]*"', "", line) for line in lines]
    assert len(set(looks)) == len(looks) == 7


def test_on_a_dark_page_every_colour_of_the_charts_has_another(tmp_path):
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7)], measured={1: both()})
    style, _end, body = written.partition("</style>")
    drawn = set(re.findall(r'(?:fill|stroke)="(#\w{6})"', body)) - {NEUTRAL}
    assert len(drawn) == 7
    assert all(f'svg [fill="{colour}"]' in style for colour in drawn)


def test_the_reward_is_drawn_beside_those_it_is_not_trained_against(tmp_path):
    ends = {
        f"held_out_{judge}_gain{end}": [0.0, gain]
        for judge, gain in (("reward", 0.5), ("gold", -0.25))
        for end in ("", "_low", "_high")
    }
    parted = {"gold_parts": [0.0, 1.0], "gold_since": [None, 0.0], "gold_rise": [None, 0.5]}
    parted["gold_fall"] = [None, 0.25]
    parted = {f"held_out_{name}": values for name, values in parted.items()}
    looks = pd.DataFrame({"stage": "ppo", "step": [0, 9], "held_out_kl": [0.0, 4.0], **ends, **parted})
    steps = pd.DataFrame({"stage": "ppo", "step": [1, 2], "entropy": [2.0, 1.0], "refusals": [0.1, 0.2]})
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7)], metrics=pd.concat([looks, steps], ignore_index=True))
    assert "from iteration 0 to 9 the reward rose by 0.50 and the oracle fell by 0.25" in written
    assert "the oracle fell by 0.25 (-0.25 to -0.25). Each judge" in written
    section = written.partition("PPO of the last round")[2]
    titles = re.findall("<h2>([^<]+)</h2>", section)
    assert titles == ["Reward by distance", "KL", "Entropy", "Refusals"]
    assert {"Reward, trained against", "Oracle"} <= set(re.findall(">([^<>]+)</text>", section))
    assert "Held-back reward models" not in section
    style = written.partition("</style>")[0]
    assert all(f'svg [stroke="{colour}"]' in style for colour in (REWARD_MODEL, ORACLE))


def test_a_round_without_ppo_has_no_section_on_it(tmp_path):
    others = pd.DataFrame({"stage": ["reject"], "step": [1], "entropy": [2.0]})
    for metrics in (others, pd.DataFrame()):
        written = page(tmp_path, [row(0, 0.5), row(1, 0.7)], metrics=metrics)
        assert "PPO of the last round" not in written


def test_a_curve_is_one_line_through_looks_between_the_steps_and_another_through_the_looks():
    looked = pd.DataFrame({"stage": "ppo", "step": [0, 2], "held_out_reward": [0.1, 0.2]})
    again = pd.DataFrame({"stage": "ppo", "step": [1, 2], "reward": [0.5, 1.0], "kl": [1.5, 2.5]})
    svg = io.StringIO()
    curve(pd.concat([METRICS, looked, again], ignore_index=True), "reward", "Reward").save(svg, format="svg")
    lines = re.findall(r'aria-roledescription="line mark"[^>]* d="([^"]*)"', svg.getvalue())
    assert [(line.count("M"), line.count("L")) for line in lines] == [(1, 2), (1, 1)]
    assert {"Training", "Held-out", "0", "1", "2"} <= set(re.findall(">([^<>]+)</text>", svg.getvalue()))
    assert ">0.5<" not in svg.getvalue().partition("Iteration")[0]


REJECTED = pd.DataFrame(
    [
        *({"step": step, "temperature": 0.7, "swept_best": 0.1 * step} for step in (1, 2)),
        *({"step": step, "temperature": 1.0, "swept_best": 0.2 * step} for step in (1, 2)),
        {"step": 1, "chosen_temperature": 1.0, "chosen_samples": 1.0},
        {"step": 1, "mean_best": 0.2, "mean_median": 0.2},
        {"step": 9, "loss": 0.5},
    ]
).assign(stage="reject")


def test_what_choosing_gained_is_drawn_and_what_the_sweep_chose_is_told(tmp_path):
    metrics = pd.concat([METRICS, REJECTED], ignore_index=True)
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7)], metrics=metrics)
    gains, _end, rest = written.partition("What choosing among samples gains")[2].partition("</figure>")
    assert {"Best", "Median"} <= set(re.findall(">([^<>]+)</text>", gains))
    assert gains.count('aria-roledescription="point"') == 2
    sweep = rest.partition("Temperatures that were tried")[2].partition("</figure>")[0]
    assert {"0.7", "1"} <= set(re.findall(">([^<>]+)</text>", sweep))
    assert sweep.count('aria-roledescription="point"') == 4
    assert "Chosen were temperature 1 and 1 sample a prompt." in sweep


def test_of_one_temperature_only_what_was_chosen_is_told():
    (title, _chart, caption), *others = charts(REJECTED[REJECTED["temperature"] != 0.7])
    assert (title, others) == ("What choosing among samples gains", [])
    assert caption.endswith("Chosen were temperature 1 and 1 sample a prompt.")


def test_no_two_ticks_read_alike_however_small_the_numbers_are():
    for name, most in (("kl", 0.1), ("repetition", 0.002), ("unfinished", 0.0)):
        (shown,) = (panel for panel in PANELS if name in panel.lines)
        points = [Point(line="Training", step=step, x=step, value=most * step / 4) for step in range(5)]
        svg = io.StringIO()
        small(pd.DataFrame([asdict(point) for point in points]), shown).save(svg, format="svg")
        words = re.findall(">([^<>]+)</text>", svg.getvalue())
        ticks = words[words.index("4") + 1 :]
        assert len(ticks) == len(set(ticks)) > 2


def test_of_a_curve_of_one_iteration_there_is_a_point_to_see():
    svg = io.StringIO()
    curve(METRICS[:1], "kl", "Nats").save(svg, format="svg")
    assert svg.getvalue().count('aria-roledescription="point"') == 1


def test_the_report_says_why_a_kl_may_lie_below_zero_and_which_rounds_it_is_of(tmp_path):
    of_one = page(tmp_path, [row(0, 0.5), row(1, 0.7)])
    assert "it may lie slightly below zero" in of_one
    assert "<h1>Hone: round 1</h1>" in of_one
    of_two = page(tmp_path, [row(0, 0.5), row(1, 0.7), row(2, 0.7)])
    assert "<h1>Hone: rounds 1 to 2</h1>" in of_two


def test_one_pair_is_one_pair_and_a_ceiling_that_may_be_all_is_not_drawn(tmp_path):
    sure = Agreement(pairs=6, agree=wilson(6, 6), ceiling=1.0)
    single = replace(results().by_degree[0], pairs=1)
    found = replace(results(), by_degree=(single,), agreement=sure)
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7)], measured={1: {Track.HELPFULNESS: found}})
    assert re.search(r", 1 pair</td>", written)
    chart = written.partition("Helpfulness: accuracy by degree")[2].partition("</svg>")[0]
    assert "Always the longer answer" in chart
    assert "The most there can be" not in chart


def test_every_accuracy_is_drawn_from_nothing_to_all_and_of_few_pairs_fainter(tmp_path):
    few = tuple(replace(part, pairs=1) for part in results().by_degree)
    measured = {1: both(), 2: {Track.HELPFULNESS: replace(results(), by_degree=few)}}
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7), row(2, 0.7)], measured=measured)
    rewards = written.partition("Reward models</h2>")[2].partition("<table")[0]
    for chart in rewards.split("<svg")[1:]:
        assert {"0%", "100%"} <= set(re.findall(">([^<>]+)</text>", chart))
    degrees = rewards.partition("</svg>")[0]
    # from 0.25 of no pair to 1 of ten: 0.25 + 0.75 / 10
    assert degrees.count('opacity="0.325"') == len(few)


def test_without_a_gold_judge_the_report_says_so(tmp_path):
    written = page(tmp_path, [row(0, None), row(1, None)], metrics=pd.DataFrame())
    assert "No judge outside the training was asked." in written
    assert written.count("<svg") == 1
    assert "oracle" not in written.partition("<table>")[0].lower()
    assert "70.0%" in written
    assert "Reward models</h2>" not in written


def test_the_newest_reward_models_are_drawn_and_told_beside_what_is_trivial(tmp_path):
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7), row(2, 0.8)], measured={1: both(), 2: both(0.05)})
    rewards = written.partition("Reward models</h2>")[2].partition("Was the policy promoted?")[0]
    titles = re.findall("<h2>(.*?)</h2>", rewards)
    assert titles == [
        "Helpfulness: accuracy by degree",
        "Safety: accuracy by degree",
        "Stated probabilities",
        "Accuracy by length",
        "Accuracy by age of the policy",
        "Accuracy over rounds",
    ]
    # 0.94 of 103 is 97, of which Wilson's interval is 0.878 to 0.973
    assert "<th scope='row'>Significantly better</th><td>94.2% (87.9% to 97.3%), 103 pairs</td>" in rewards
    # 0.51 of 300 is 153
    assert "<th scope='row'>Always the first shown</th><td>51.0% (45.4% to 56.6%), 300 pairs</td>" in rewards
    # (1 + √(2 · 0.6327 - 1)) / 2 = 0.7576 and (1 + √(2 · 0.8080 - 1)) / 2 = 0.8924
    assert "Two people agree in 72.9% (63.3% to 80.8%) of 96 cases" in rewards
    assert "no model can be right on more than 83.9% (75.8% to 89.2%)." in rewards
    assert "Safety: below a probability of 0.5 of being safe lie 82.5% of 120 unsafe answers" in rewards
    assert "Mallory" not in written


def test_parts_stand_in_their_own_order_whichever_track_has_them(tmp_path):
    of_safety = results(Track.SAFETY)
    fewer = replace(results(), by_age=of_safety.by_age[2:], by_length=of_safety.by_length[1:])
    written = page(
        tmp_path,
        [row(0, 0.5), row(1, 0.7)],
        measured={1: {Track.HELPFULNESS: fewer, Track.SAFETY: of_safety}},
    )
    ages = re.findall("<h2>(?:Accuracy by age.*?)</h2>(.*?)</svg>", written, re.DOTALL)[0]
    said = [word for word in re.findall(">([^<>]+)</text>", ages) if word in {"0", "1", "10", "imported"}]
    assert said == ["0", "1", "10", "imported"]


def test_rows_of_the_table_stand_in_one_order_whichever_track_has_them(tmp_path):
    fewer = replace(results(), by_degree=results().by_degree[:1], agreement=None)
    measured = {1: {Track.HELPFULNESS: fewer, Track.SAFETY: results(Track.SAFETY)}}
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7)], measured=measured)
    assert re.findall("<th scope='row'>(.*?)</th>", written) == [
        "Significantly better",
        "Better",
        "Slightly better",
        "Negligibly better or unsure",
        "All",
        "Always the longer answer",
        "Always the first shown",
        "The most there can be",
        "Calibration error",
    ]


def test_of_a_model_without_held_out_pairs_the_report_claims_nothing(tmp_path):
    none = {1: dict.fromkeys(Track, nothing()), 2: dict.fromkeys(Track, nothing())}
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7), row(2, 0.7)], measured=none)
    rewards = written.partition("Reward models</h2>")[2]
    assert "No pair could be held out, so how good the safety reward model is cannot be said" in rewards
    assert "<svg" not in rewards
    assert "<table class='named'>" not in rewards


def test_a_number_that_was_never_logged_has_no_curve():
    assert curve(METRICS, "nothing", "Nothing") is None
    assert curve(METRICS.assign(nothing=float("nan")), "nothing", "Nothing") is None
    held_out = METRICS.drop(columns="reward").assign(held_out_reward=0.5)
    assert curve(held_out, "reward", "Reward") is not None


def test_what_was_learnt_besides_is_counted_where_there_was_any(tmp_path):
    lines = [
        {"stage": "gatt", "step": 1, "asked": 300, "made": 412},
        {"stage": "distill", "step": 1, "tried": 200, "kept": 120, "gate_gain": -3.25},
    ]
    metrics = pd.concat([METRICS, pd.DataFrame(lines)])
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7)], metrics=metrics)
    assert "Ghost Attention: 412 answers in dialogues that keep to the instruction" in written
    assert "120 of 200 answers that were given under a safety pre-prompt" in written
    assert "over all 200 the difference is -3.2 on average" in written
    assert "Learnt besides" not in page(tmp_path, [row(0, 0.5), row(1, 0.7)])


def test_whether_what_was_asked_beat_chance_is_told_with_its_numbers(tmp_path):
    def arm(name, labelled, corrected):
        return ArmFound(
            arm=name,
            asked=100,
            labelled=labelled,
            labels=labelled + 2,
            preferred=labelled,
            wrong=corrected,
            decisive=corrected,
            corrected=corrected,
        )

    arms = (arm(Arm.RANDOM, 80, 48), arm(Arm.MARGIN, 70, 56))
    written = page(tmp_path, [row(0, 0.5), row(1, 0.7), row(2, 0.7)], arms=arms)
    said = "Choosing by margin found more than chance: +20.0 corrections in a hundred labelled"
    assert said in written
    assert "<th scope='row'>Chance</th><td>100</td><td>80</td><td>82</td><td>60.0%" in written
    assert "<td>80.0% (69.2% to 87.7%) of 70</td></tr>" in written
    none = page(tmp_path, [row(0, 0.5), row(1, 0.7)], arms=(arm(Arm.RANDOM, 80, 48), arm(Arm.MARGIN, 0, 0)))
    assert "One of the arms has no label yet" in none
    assert "<td>–</td>" in none
    assert "choice of comparisons" not in page(tmp_path, [row(0, 0.5), row(1, 0.7)], arms=arms[:1])


def test_the_report_says_whether_order_and_length_moved_a_language_model(tmp_path):
    assert "language model" not in page(tmp_path, [row(0, 0.5), row(1, 0.7)])
    read = Reading(
        opponent="previous",
        asked=40,
        turned=wilson(10, 40),
        shown_first=wilson(45, 70),
        unread=2,
        longer=wilson(18, 30),
        like=12,
        like_won=wilson(6, 12),
    )
    written = page(tmp_path, [row(0, 0.5), replace(row(1, 0.7), readings=(read,))])
    assert "The two orders disagreed on 25.0% (14.2% to 40.2%)" in written
    assert "64.3% (52.6% to 74.5%) were for the one shown first" in written
    assert "2 of 80 replies were no verdict" in written
    assert "the longer one won 60.0% (42.3% to 75.4%)" in written

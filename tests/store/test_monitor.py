"""PPO's numbers as points and as a sentence, on a few lines written by hand."""

from store.monitor import PANELS, finding, gain_points, panel_points, span, standing


def look(step: int, kl: float, reward: float, **more: float) -> tuple[int, dict[str, float]]:
    ends = {f"held_out_reward_gain{end}": reward + by for end, by in (("", 0), ("_low", -1), ("_high", 1))}
    return step, {"held_out_kl": kl, **ends, **more}


PARTED = {"held_out_gold_parts": 1.0, "held_out_gold_since": 4.0}
MOVED = {"held_out_gold_rise": 0.5, "held_out_gold_fall": 0.25}


def test_gains_stand_over_the_root_of_the_kl_and_an_estimate_below_zero_counts_as_zero():
    points = gain_points([look(0, -0.01, 0.0), (1, {"kl": 9.0}), look(4, 2.25, 0.5)])
    assert [(point.step, point.x, point.value) for point in points] == [(0, 0.0, 0.0), (4, 1.5, 0.5)]
    assert (points[1].low, points[1].high) == (-0.5, 1.5)
    assert {point.line for point in points} == {"Reward, trained against"}


def test_a_gain_without_an_interval_shows_none_and_says_so():
    points = gain_points([(step, {"held_out_kl": 1.0, "held_out_reward_gain": 0.5}) for step in (0, 4)])
    assert [(point.value, point.low, point.high) for point in points] == [(0.5, None, None)] * 2
    assert points[0].told == "+0.50, over too few prompts for an interval"
    assert gain_points([look(0, 0.0, 0.0), look(4, 1.0, 0.5)])[1].told == "+0.50 (-0.50 to +1.50)"


def test_one_look_is_no_line():
    assert gain_points([look(0, 0.0, 0.0), (1, {"kl": 0.1})]) == []


def test_a_panel_has_a_line_for_each_number_that_was_logged():
    distinct = next(panel for panel in PANELS if "distinct_1" in panel.lines)
    steps = [(1, {"distinct_1": 0.3}), (2, {"distinct_1": 0.2, "distinct_2": 0.6})]
    found = [(point.line, point.x, point.value) for point in panel_points(steps, distinct)]
    assert found == [("Words", 1, 0.3), ("Words", 2, 0.2), ("Pairs", 2, 0.6)]


def test_a_critic_that_knows_nothing_yet_does_not_flatten_the_rest_of_its_chart():
    critic = next(panel for panel in PANELS if "explained_variance" in panel.lines)
    steps = [(1, {"explained_variance": -4.0}), (2, {"explained_variance": 0.5})]
    assert [point.value for point in panel_points(steps, critic)] == [-1.0, 0.5]


def test_the_sentence_names_the_judge_that_parts_since_when_and_by_how_much():
    said = finding([look(0, 0.0, 0.0), look(8, 1.0, 1.0, **PARTED, **MOVED)])
    assert "from iteration 4 to 8 the reward rose by 0.50 and the oracle fell by 0.25 deviations" in said
    unmeasured = finding([look(0, 0.0, 0.0), look(8, 1.0, 1.0, **PARTED)])
    assert "the reward rose and the oracle fell, beyond chance" in unmeasured


def test_a_later_look_that_does_not_show_it_is_told_too():
    parted = look(8, 1.0, 1.0, **PARTED, **MOVED)
    assert finding([parted]).endswith("faults.")
    assert finding([parted, look(12, 1.0, 1.0)]).endswith("Later looks do not show it beyond chance.")


def test_a_run_whose_judges_agree_has_nothing_to_tell():
    assert finding([look(0, 0.0, 0.0), look(8, 1.0, 1.0, held_out_gold_parts=0.0)]) == ""
    assert finding([]) == ""


def moved(judge: str, low: float, gain: float, high: float) -> dict[str, float]:
    return {f"held_out_{judge}_gain{end}": at for end, at in (("", gain), ("_low", low), ("_high", high))}


def test_what_lies_within_chance_is_said_to_and_what_does_not_has_risen_or_fallen() -> None:
    first = look(0, 0.0, 0.0, held_out_kept=1.0)
    within = {**moved("reward", 0.24, 0.31, 0.39), **moved("gold", -0.18, -0.07, 0.04)}
    said = standing([first, (30, {"held_out_kl": 1.5, **within})])
    assert said == (
        "In deviations, from where PPO began to iteration 30: the reward rose by 0.31 (+0.24 to +0.39); "
        "the oracle changed by -0.07 (-0.18 to +0.04), not beyond chance. "
        "Of all its looks, the one with the best objective is kept: the policy as PPO began."
    )
    beyond = {**within, **moved("gold", -0.18, -0.1, -0.04)}
    assert "the oracle fell by 0.10 (-0.18 to -0.04)." in standing(
        [first, (30, {"held_out_kl": 1.5, **beyond})]
    )


def test_the_look_that_is_kept_is_told_where_the_run_has_said_it() -> None:
    looks = [look(0, 0.0, 0.0), look(4, 1.0, 0.5), look(8, 1.0, 0.4)]
    assert standing(looks).endswith("not beyond chance.")
    kept = [(step, {**numbers, "held_out_kept": float(step < 8)}) for step, numbers in looks]
    assert standing(kept).endswith("is kept: the policy after iteration 4.")
    assert standing(kept[:1]) == ""


def test_too_few_prompts_for_an_interval_say_nothing_of_chance() -> None:
    said = standing([(step, {"held_out_kl": 1.0, "held_out_reward_gain": -0.001}) for step in (0, 4)])
    assert said.endswith("the reward changed by +0.00, over too few prompts for an interval.")


def test_the_axis_of_a_flat_line_has_zero_and_more_than_one_tick() -> None:
    assert span([0.0, 0.0]) == (0.0, 1.0)
    assert span([-2.0]) == (-2.0, 1.0)
    assert span([0.0, 0.1]) is None

"""When the reward and a judge that was not trained against part, on made-up looks at the same prompts."""

import random
from statistics import fmean, pstdev

import pytest

from rlhf.gains import gains, partings
from rlhf.intervals import paired_change
from rlhf.parting import ERROR, Seen, Watch, began, comparisons, parting, watched

PROMPTS = 200


def run(proxy: list[float], gold: list[float], seed: int = 0, noise: float = 0.5) -> list[Seen]:
    """Looks whose judges' means are these, each prompt with a difficulty of its own and fresh noise."""
    draw = random.Random(seed)
    hard = [draw.gauss(0, 1) for _ in range(PROMPTS)]

    def scores(mean: float) -> tuple[float, ...]:
        return tuple(mean + base + draw.gauss(0, noise) for base in hard)

    return [
        Seen(iteration=10 * look, scores={"reward": scores(up), "gold": scores(down)})
        for look, (up, down) in enumerate(zip(proxy, gold, strict=True))
    ]


def watch_of(looks: list[Seen]) -> tuple[Watch, list[int]]:
    """The watch after all looks, and the iterations that were flagged."""
    watch, flagged = began(looks[0]), []
    for now in looks[1:]:
        watch = watched(watch, now, len(looks))
        flagged += [now.iteration] * bool(watch.parted)
    return watch, flagged


def test_a_judge_that_falls_while_the_reward_rises_is_flagged_from_the_look_it_liked_best():
    watch, flagged = watch_of(run([0, 0.5, 1.0, 1.5, 2.0], [0, 0.4, 0.6, 0.3, 0.0]))
    assert flagged == [30, 40]
    (found,) = watch.parted
    assert (found.judge, found.since, found.iteration) == ("gold", 20, 40)
    assert found.proxy.low < 1.0 < found.proxy.high
    assert found.untrained.low < -0.6 < found.untrained.high < 0


@pytest.mark.parametrize(
    ("proxy", "gold"),
    [
        ([0, 0.5, 1.0, 1.5, 2.0], [0, 0.2, 0.4, 0.5, 0.6]),  # both rise
        ([0, 0.5, 1.0, 1.5, 2.0], [0, 0.4, 0.5, 0.5, 0.5]),  # the judge stays where it got to
        ([0, 0.5, 0.2, -0.5, -1], [0, 0.4, 0.2, -0.5, -1]),  # both fall: a bad run, yet not gaming
    ],
)
def test_runs_in_which_the_judges_do_not_part_are_seldom_flagged(proxy, gold):
    assert sum(bool(watch_of(run(proxy, gold, seed))[1]) for seed in range(100)) / 100 <= ERROR


def test_many_looks_of_a_run_that_stands_still_for_the_judge_are_seldom_flagged():
    rising = [0.1 * look for look in range(21)]
    flagged = sum(bool(watch_of(run(rising, [0.0] * 21, seed))[1]) for seed in range(60))
    assert flagged / 60 <= ERROR


def test_each_pair_of_looks_has_its_part_of_the_error():
    assert comparisons(looks=4, judges=2) == 12
    assert comparisons(looks=1, judges=1) == 1


def test_nothing_is_claimed_of_a_few_prompts():
    first, last = run([0, 5], [5, 0])
    few = [
        Seen(iteration=seen.iteration, scores={judge: said[:19] for judge, said in seen.scores.items()})
        for seen in (first, last)
    ]
    assert parting(*few, "gold", ERROR) is None
    assert parting(first, last, "gold", ERROR)


def test_a_change_is_taken_prompt_by_prompt():
    # ten changes of 1 and ten of 3: mean 2, deviation √(20/19); the quantile of t at 0.975 with 19 is 2.093
    before = [7.0 * number for number in range(20)]
    now = [score + 1 + 2 * (number % 2) for number, score in enumerate(before)]
    change = paired_change(before, now, 0.025)
    assert change.value == pytest.approx(2)
    assert change.high - 2 == pytest.approx(2.093 / 19**0.5, abs=1e-3)
    assert 2 - change.low == pytest.approx(change.high - 2)


def test_gains_are_in_deviations_of_the_first_look():
    first, last = run([0, 1.0], [0, -0.5])
    found = gains(began(first), last)
    for judge in ("reward", "gold"):
        before, now = first.scores[judge], last.scores[judge]
        assert found[f"{judge}_gain"] == pytest.approx((fmean(now) - fmean(before)) / pstdev(before))
        assert found[f"{judge}_gain_low"] < found[f"{judge}_gain"] < found[f"{judge}_gain_high"]
    assert set(gains(began(first), first).values()) == {0.0}


def test_a_gain_over_a_few_prompts_has_no_interval():
    first, last = ({"reward": said.scores["reward"][:19]} for said in run([0, 1.0], [0, -0.5]))
    found = gains(began(Seen(iteration=0, scores=first)), Seen(iteration=1, scores=last))
    assert found.keys() == {"reward_gain"}


def test_a_judge_that_found_all_answers_alike_has_no_gain():
    first = Seen(iteration=0, scores={"reward": (0.0, 1.0, 2.0), "gold": (1.0, 1.0, 1.0)})
    assert {name.partition("_")[0] for name in gains(began(first), first)} == {"reward"}


def test_a_parting_is_logged_with_its_rise_and_its_fall():
    first, last = run([0, 1.0], [0, -0.5])
    assert partings(began(first)) == {"gold_parts": 0.0}
    found = partings(watched(began(first), last, looks=2))
    assert (found["gold_parts"], found["gold_since"]) == (1.0, 0.0)
    for judge, moved in (("reward", found["gold_rise"]), ("gold", -found["gold_fall"])):
        before, now = first.scores[judge], last.scores[judge]
        assert moved == pytest.approx((fmean(now) - fmean(before)) / pstdev(before))

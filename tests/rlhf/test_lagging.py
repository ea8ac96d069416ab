"""When held-back reward models see too little of what the reward gains, on made-up looks at prompts."""

import random

import pytest

from rlhf.lagging import lag
from rlhf.parting import ERROR

PROMPTS = 200


def look(reward: float, watcher: float, draw: random.Random) -> dict[str, tuple[float, ...]]:
    """Scores with these means: a prompt's difficulty, which both know, and each judge's own noise. The
    held-back judge's unit is half of the reward's."""
    hard = [random.Random(prompt).gauss(0, 1) for prompt in range(PROMPTS)]
    return {
        "reward": tuple(reward + one + draw.gauss(0, 0.5) for one in hard),
        "watcher": tuple(0.5 * (watcher + one + draw.gauss(0, 0.5)) for one in hard),
    }


def looks(reward: float, watcher: float, seed: int = 0) -> tuple[dict, dict]:
    draw = random.Random(f"looks {seed}")
    return look(0.0, 0.0, draw), look(reward, watcher, draw)


def test_a_judge_that_sees_a_quarter_of_the_gain_lags_and_the_gains_are_told_in_units_of_their_own():
    found = lag(*looks(1.0, 0.25), looks=4)
    assert found is not None
    assert found.proxy.low < 1 / 1.118 < found.proxy.high  # both units are those of N(0, 1) plus N(0, 1/4)
    assert found.kin.low < 0.25 / 1.118 < found.kin.high


@pytest.mark.parametrize(
    ("reward", "watcher"),
    [(1.0, 0.9), (1.0, 0.75), (0.0, 0.0), (-1.0, -1.0), (-0.5, -1.0)],
    ids=["nearly all", "three quarters", "nothing moves", "both fall", "both fall, it further"],
)
def test_no_other_run_lags(reward, watcher):
    assert not any(lag(*looks(reward, watcher, seed), looks=4) for seed in range(40))


def test_a_judge_that_sees_exactly_two_thirds_seldom_lags():
    assert sum(lag(*looks(1.0, 2 / 3, seed), looks=2) is not None for seed in range(200)) / 200 <= 1.6 * ERROR


def test_the_more_looks_the_more_a_lag_takes():
    both = looks(1.0, 0.5, seed=3)
    assert [lag(*both, looks=many) is not None for many in (2, 10**6)] == [True, False]


def test_without_a_held_back_judge_or_with_few_prompts_nothing_is_claimed():
    first, now = looks(1.0, 0.0)
    few = [{judge: said[:19] for judge, said in one.items()} for one in (first, now)]
    assert lag(*few, looks=2) is None
    alone = [{"reward": one["reward"]} for one in (first, now)]
    assert lag(*alone, looks=2) is None
    silent = {**first, "watcher": (1.0,) * PROMPTS}
    assert lag(silent, now, looks=2) is None

"""What a look decides, on made-up looks: which policy is kept, and whether the run goes on."""

from dataclasses import replace

import pytest
from ppo_cases import SETTINGS

from rlhf.checkpoint import Standing
from rlhf.held_out import Look, Units
from rlhf.verdict import told, weighed

PROMPTS = 40
WATCHED = replace(SETTINGS, stop_when_parting=True, patience=2)
START = Standing(job="made up", kl_coef=0.0)


def look(reward: float, watcher: float, objective: float | None = None) -> Look:
    """Judges who rise and fall by so much on every prompt alike, but for a little; no objective is the
    reward."""
    base = [prompt % 5 + 0.1 * (prompt % 3) * reward for prompt in range(PROMPTS)]
    scores = {
        "reward": tuple(hard + reward for hard in base),
        "watcher": tuple(hard + watcher for hard in base),
    }
    return Look(
        objective=reward if objective is None else objective,
        numbers={"reward": reward},
        scores=scores,
        units=Units(mean=0, deviation=1),
    )


def after(looks: list[Look], settings=WATCHED) -> tuple[Standing, dict[str, float]]:
    """Where a run stands that was looked at before it began and after each iteration."""
    standing, numbers = weighed(START, looks[0], settings)
    for iteration, seen in enumerate(looks[1:], start=1):
        standing, numbers = weighed(replace(standing, iteration=iteration), seen, settings)
    return standing, numbers


def test_the_look_with_the_highest_objective_is_the_best():
    looks = [look(0.0, 0.0), look(2.0, 2.0), look(1.0, 1.0)]
    standing, numbers = after(looks)
    assert (standing.best, standing.best_iteration, standing.looks_since_best) == (looks[1], 1, 1)
    assert numbers["objective"] == numbers["reward"] == 1.0
    assert [after(looks[:seen])[1]["kept"] for seen in (1, 2, 3)] == [1.0, 1.0, 0.0]
    assert standing.stopped == ""


def test_where_the_judges_part_the_policy_of_before_is_kept():
    looks = [look(0.0, 0.0), look(1.0, 1.0), look(2.0, -1.0)]
    standing, numbers = after(looks)
    assert standing.stopped.startswith("The reward still rises, but a judge")
    assert (standing.best, standing.best_iteration) == (looks[1], 1)
    assert (numbers["watcher_parts"], numbers["watcher_since"], numbers["kept"]) == (1.0, 1.0, 0.0)
    assert numbers["watcher_rise"] > 0
    assert numbers["watcher_fall"] > 0


def test_a_reward_whose_rise_the_held_back_judge_hardly_sees_is_warned_of_before_anything_falls():
    looks = [look(0.0, 0.0), look(1.0, 0.8), look(2.0, 0.9)]
    standing, numbers = after(looks)
    assert standing.stopped.startswith("Of what the reward rose, held-back reward models see less")
    assert (standing.best_iteration, numbers["watcher_lags"], numbers["watcher_parts"]) == (1, 1.0, 0.0)
    standing, numbers = after(looks, replace(WATCHED, stop_when_parting=False))
    assert (standing.stopped, standing.best_iteration) == ("", 2)
    assert told(standing, 4).endswith("held-back reward models see less than two thirds.")
    standing, numbers = after(looks[:2])
    assert (standing.warning, numbers["watcher_lags"]) == ("", 0.0)


def test_a_run_that_shall_not_stop_goes_on_and_may_keep_it():
    looks = [look(0.0, 0.0), look(1.0, 1.0), look(2.0, -1.0)]
    standing, numbers = after(looks, replace(WATCHED, stop_when_parting=False))
    assert (standing.stopped, standing.best_iteration, numbers["watcher_parts"]) == ("", 2, 1.0)
    assert told(standing, 4).startswith("iteration 2 of 4, best so far after 2. The reward still rises")


def test_a_parting_is_the_reason_given_even_where_patience_ends_too():
    looks = [look(0.0, 0.0), look(1.0, 1.0, objective=3.0), look(2.0, -1.0, objective=2.0)]
    standing, _numbers = after(looks, replace(WATCHED, patience=1))
    assert standing.stopped.startswith("The reward still rises")


@pytest.mark.parametrize(("patience", "stopped"), [(2, "2 looks"), (3, "")])
def test_so_many_looks_without_a_better_one_are_enough(patience, stopped):
    looks = [look(1.0, 1.0), look(0.5, 0.5), look(0.8, 0.8)]
    standing, _numbers = after(looks, replace(WATCHED, patience=patience))
    assert standing.best_iteration == 0
    assert standing.stopped.startswith(stopped)
    assert bool(standing.stopped) == bool(stopped)
    assert told(standing, 4) == "iteration 2 of 4"

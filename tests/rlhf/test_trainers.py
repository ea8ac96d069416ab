"""What TRL's trainers are told."""

from pathlib import Path

import pytest
from torch import nn
from trl import RewardConfig, SFTConfig

from rlhf.trainers import Plan, arguments, learner


def _plan(rows: int, batch: int = 16, **more) -> Plan:
    given = {"parts": 1, "learning_rate": 1e-5, "weight_decay": 0.1, "seed": 0} | more
    return Plan(out=Path("out"), rows=rows, batch=batch, **given)


@pytest.mark.parametrize(("rows", "steps"), [(1, 1), (16, 1), (17, 2), (1600, 100)])
def test_the_last_batch_may_be_smaller(rows, steps):
    assert _plan(rows).steps == steps


def test_warm_up_is_three_per_cent_of_the_steps_and_at_least_five():
    assert _plan(16 * 1000).warmup == 30
    assert _plan(16 * 100).warmup == 5


def test_a_short_run_does_not_spend_itself_on_warming_up():
    assert _plan(16 * 20).warmup == 2
    assert _plan(16).warmup == 0  # its only step would have the rate 0


@pytest.mark.parametrize("configuration", [RewardConfig, SFTConfig])
def test_the_recipes_optimiser_reaches_every_trainer(configuration):
    told = configuration(**arguments(_plan(1600, parts=2)))
    assert (told.adam_beta1, told.adam_beta2, told.adam_epsilon) == (0.9, 0.95, 1e-5)
    assert (told.max_grad_norm, told.weight_decay) == (1.0, 0.1)
    assert told.lr_scheduler_kwargs == {"min_lr_rate": 0.1}
    assert (told.per_device_train_batch_size, told.gradient_accumulation_steps) == (8, 2)


@pytest.mark.parametrize("configuration", [RewardConfig, SFTConfig])
def test_rows_pass_once_and_in_their_order(configuration):
    told = configuration(**arguments(_plan(1600)))
    assert (told.num_train_epochs, told.train_sampling_strategy) == (1, "sequential")
    assert not told.remove_unused_columns
    assert told.max_length is None  # what is too long was shortened and counted before


@pytest.mark.parametrize("configuration", [RewardConfig, SFTConfig])
def test_a_trainer_saves_nothing_and_tells_nobody(configuration):
    told = configuration(**arguments(_plan(16)))
    assert told.report_to == []
    assert told.save_strategy == "no"
    assert not told.push_to_hub
    assert not told.activation_checkpointing


def test_a_learner_that_stands_later_has_the_rate_of_that_step():
    plan, model = _plan(16 * 100, learning_rate=0.5), nn.Linear(2, 2)
    whole, rates = learner(model, plan), []
    for _ in range(plan.steps):
        rates.append(whole.schedule.get_last_lr()[0])
        whole.optimiser.step()
        whole.schedule.step()
    assert rates[:6] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5], abs=1e-9)
    assert rates[-1] == pytest.approx(0.05, abs=1e-3)
    for done in (1, 3, 50, 99):
        assert learner(model, plan, done).schedule.get_last_lr()[0] == rates[done]


def test_only_matrices_decay_and_only_what_trains_is_learnt():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[0].requires_grad_(False)
    matrices, others = learner(model, _plan(16)).optimiser.param_groups
    assert (matrices["weight_decay"], others["weight_decay"]) == (0.1, 0.0)
    assert [one.shape for one in matrices["params"]] == [(2, 2)]
    assert [one.shape for one in others["params"]] == [(2,)]

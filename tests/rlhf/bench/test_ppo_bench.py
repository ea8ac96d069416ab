"""The benchmark of PPO is fair to TRL's RLOO; how fast either is, is the machine's affair."""

import dataclasses
import json
from pathlib import Path

import pytest

from rlhf.bench import ppo
from rlhf.bench.data import pocket_prompts
from rlhf.bench.ppo_contestants import HONE, TRL, TRL_JUDGED, Start, config
from rlhf.bench.ppo_memory import Memory, alone
from rlhf.bench.race import counted_steps
from rlhf.judge import RewardModels
from store.bench import BENCHES
from store.bench.machine import before


@pytest.fixture
def start(policy_path: Path, reward_model_path: Path, tmp_path: Path) -> Start:
    """Two iterations of eight samples, four a step, of at most six tokens."""
    settings = dataclasses.replace(ppo.told(8), minibatch_size=4, max_new_tokens=6, iterations=2)
    return Start(
        policy=policy_path,
        reward_models=RewardModels(helpfulness=reward_model_path, safety=reward_model_path),
        prompts=pocket_prompts(12, seed=0),
        settings=settings,
        seed=0,
        folder=tmp_path / "runs",
    )


@pytest.mark.wide
@pytest.mark.parametrize("contestant", [HONE, TRL, TRL_JUDGED], ids=lambda one: one.name)
def test_a_lap_is_the_iterations_after_the_first(contestant, start):
    with counted_steps() as steps:
        lap = ppo.lap(start, contestant)
    # two iterations of two minibatches, at each of which every model that learns makes a step
    assert len(steps.ends) == 4 * contestant.optimisers
    assert lap.samples == 8
    assert 0 < lap.seconds < steps.ends[-1] - steps.ends[0]
    assert 1 <= lap.tokens <= 6
    assert not start.folder.exists()


def test_a_contestant_that_steps_less_than_it_should_is_not_timed(start):
    with pytest.raises(AssertionError):
        ppo.lap(start, dataclasses.replace(HONE, optimisers=1))


@pytest.mark.wide
def test_a_contestants_memory_is_that_of_a_process_of_its_own(start):
    assert 1 < alone(ppo.growth_mb, start, HONE) < 1000


def test_trl_is_told_the_same_and_nothing_that_slows_it(start):
    told, ours = config(start), start.settings
    assert (told.generation_batch_size, told.per_device_train_batch_size) == (8, 4)
    assert (ours.batch_size, ours.minibatch_size) == (8, 4)
    assert (told.max_completion_length, told.temperature, told.beta) == (6, 1.0, ours.kl_coef)
    assert (told.learning_rate, told.weight_decay, told.num_iterations) == (1e-6, 0.1, ours.epochs)
    assert (told.bf16, told.activation_checkpointing, ours.precision) == (False, False, "float32")
    assert (told.save_strategy, told.report_to, told.max_steps) == ("no", [], 4)


def test_the_benchmark_says_what_it_compared(start, tmp_path):
    def lap(seconds: float) -> ppo.Lap:
        return ppo.Lap(samples=8, seconds=seconds, processor_seconds=2 * seconds, tokens=5.0)

    laps = [
        {HONE.name: lap(hone), TRL.name: lap(trl), TRL_JUDGED.name: lap(judged)}
        for hone, trl, judged in ((1.0, 2.0, 1.0), (2.0, 5.0, 3.0), (1.0, 9.0, 9.0))
    ]
    memory = Memory(parameters=10**6, one_base_mb=40.0, separate_adapters_mb=100.0, separate_whole_mb=150.0)
    grown = {HONE.name: 70.0, TRL.name: 90.0, TRL_JUDGED.name: 80.0}
    result = ppo.result(start, laps, grown, memory, before(tmp_path).machine())
    assert (result.ratio, result.judged_ratio, result.gradient_steps) == (2.5, 1.5, 2)
    assert [(pace.name, pace.samples_per_second, pace.memory_mb) for pace in result.paces] == [
        (HONE.name, 8.0, 70.0),
        (TRL.name, 1.6, 90.0),
        (TRL_JUDGED.name, pytest.approx(8 / 3), 80.0),
    ]
    assert result.met
    assert result.lines()[-1].endswith(": met")
    assert json.loads(json.dumps(dataclasses.asdict(result)))["memory"]["one_base_mb"] == 40.0
    heavy = dataclasses.replace(memory, one_base_mb=50.0)
    assert not ppo.result(start, laps, grown, heavy, before(tmp_path).machine()).met


def test_it_is_listed():
    assert "rlhf.bench.ppo" in {bench.module for bench in BENCHES}

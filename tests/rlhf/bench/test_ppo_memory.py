"""The benchmark of PPO's memory: that all three ways run, and that one base is the smallest."""

import pytest

from rlhf.bench.ppo_memory import Memory, Size, measured


@pytest.mark.slow
def test_one_base_takes_less_than_half_of_five_models_of_which_the_same_adapters_learn():
    memory = measured(Size(width=768, layers=8, batch=2))
    assert memory.share < 0.45
    assert memory.share_of_whole < memory.share


def test_the_figures_are_told_beside_each_other():
    memory = Memory(
        parameters=100_000_000, one_base_mb=600, separate_adapters_mb=2400, separate_whole_mb=4800
    )
    assert memory.weights_mb == 400
    assert [line.split()[-1] for line in memory.lines()[2:]] == ["0.25", "0.12"]

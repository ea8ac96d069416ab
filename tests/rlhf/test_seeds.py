"""A purpose has numbers of its own."""

import torch

from rlhf.seeds import seeded


def test_the_same_purpose_gives_the_same_numbers_and_another_gives_others():
    one, same, other = (torch.rand(4, generator=seeded("ppo", 0, step)).tolist() for step in (1, 1, 2))
    assert one == same
    assert one != other

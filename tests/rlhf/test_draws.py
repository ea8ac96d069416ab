"""Samples that a stage keeps while it goes on."""

import torch

from rlhf.candidates import Candidates
from rlhf.draws import kept
from rlhf.prompts import TrainPrompt
from store.records import Turn

PROMPTS = tuple(
    TrainPrompt(prompt_id=f"p{n}", turns=(Turn(role="user", content=f"{n}"),), is_safety=False)
    for n in range(2)
)
DRAWN = Candidates(
    prompts=PROMPTS,
    texts=("a", "", "é\n", "d", "e", "f"),
    rewards=torch.tensor([[0.1, 1 / 3, -2.5e-8], [1e9, 0.0, -1.0]]),
    finished=torch.tensor([[True, False, True], [True, True, False]]),
)


def test_what_was_drawn_comes_back_to_the_last_bit_and_is_drawn_once(tmp_path):
    asked = []

    def draw() -> Candidates:
        asked.append(1)
        return DRAWN

    for _ in range(2):
        held = kept(tmp_path / "rollouts" / "one.parquet", PROMPTS, draw)
        assert (held.prompts, held.texts) == (DRAWN.prompts, DRAWN.texts)
        assert torch.equal(held.rewards, DRAWN.rewards)
        assert held.rewards.dtype == DRAWN.rewards.dtype
        assert torch.equal(held.finished, DRAWN.finished)
    assert len(asked) == 1
    assert [file.name for file in (tmp_path / "rollouts").iterdir()] == ["one.parquet"]


def test_the_first_samples_are_those_of_each_prompt():
    first = DRAWN.first(2)
    assert first.texts == ("a", "", "d", "e")
    assert torch.equal(first.rewards, DRAWN.rewards[:, :2])
    assert torch.equal(first.finished, DRAWN.finished[:, :2])

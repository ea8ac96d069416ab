"""What a sweep decides, and what it tells."""

import pytest
import torch

from rlhf.candidates import Candidates
from rlhf.prompts import TrainPrompt
from rlhf.sweep import choose, log_choice
from rlhf.track import Tracker, read_metrics
from store.records import Turn

PROMPT = TrainPrompt(prompt_id="p", turns=(Turn(role="user", content="egg"),), is_safety=False)


def drawn(*rewards: float, finished: bool = True) -> Candidates:
    return Candidates(
        prompts=(PROMPT,),
        texts=tuple("abcd"[: len(rewards)]),
        rewards=torch.tensor([rewards]),
        finished=torch.tensor([[finished] * len(rewards)]),
    )


def test_the_best_of_all_samples_decides_and_not_their_mean():
    choice = choose({0.5: drawn(1.0, 1.0, 1.0, 1.0), 1.2: drawn(-5.0, -5.0, -5.0, 1.5)}, 0.0)
    assert (choice.temperature, choice.samples) == (1.2, 4)
    assert choice.sweep[0].mean_best == (1.0, 1.0, 1.0, 1.0)
    # of the six pairs three have the 1.5, of the four triples three
    assert choice.sweep[1].mean_best == pytest.approx((-3.375, -1.75, -0.125, 1.5), abs=1e-6)


def test_of_equal_temperatures_the_first_is_taken():
    assert choose({0.9: drawn(1.0, 0.0), 0.6: drawn(0.0, 1.0)}, 0.0).temperature == 0.9


def test_a_temperature_at_which_nothing_ended_never_wins_by_what_was_cut_off():
    ended, cut_off = drawn(1.0, 2.0, 3.0, 4.0), drawn(5.0, 5.0, 6.0, 6.0, finished=False)
    choice = choose({0.7: ended, 1.3: cut_off}, 0.0)
    assert choice.temperature == 0.7
    assert choice.sweep[1].mean_best == (1.0, 1.0, 1.0, 1.0)  # as bad as the worst that ended


def test_a_temperature_is_judged_by_as_many_samples_as_it_would_draw():
    # Deviations 0.71 and 6.72: the gains from 1 to 2, 0.5 and 4.75, are 0.71 of both.
    cool, hot = drawn(8.0, 9.0), drawn(0.0, 9.5)
    assert choose({0.5: cool, 1.2: hot}, 0.5).temperature == 1.2
    few = choose({0.5: cool, 1.2: hot}, 0.8)
    assert (few.temperature, few.samples) == (0.5, 1)
    assert [swept.reward for swept in few.sweep] == [8.5, 4.75]


def test_each_temperature_has_a_number_of_samples_of_its_own():
    choice = choose({0.5: drawn(9.0, 9.0), 1.2: drawn(0.0, 9.5)}, 0.5)
    assert [swept.samples for swept in choice.sweep] == [1, 2]
    assert (choice.temperature, choice.samples) == (1.2, 2)


def test_the_sweep_is_told_by_temperature_and_number_of_samples(tmp_path):
    log_choice(Tracker(tmp_path), "reject", choose({0.5: drawn(1.0, 3.0), 1.2: drawn(0.0, 0.0)}, 0.0))
    told = [{**line, "made_at": None} for line in read_metrics(tmp_path)]
    common = {"stage": "reject", "made_at": None}
    assert told == [
        {**common, "step": 1, "temperature": 0.5, "swept_best": 2.0},
        {**common, "step": 2, "temperature": 0.5, "swept_best": 3.0},
        {**common, "step": 1, "temperature": 1.2, "swept_best": 0.0},
        {**common, "step": 2, "temperature": 1.2, "swept_best": 0.0},
        {**common, "step": 2, "chosen_temperature": 0.5, "chosen_samples": 2},
    ]

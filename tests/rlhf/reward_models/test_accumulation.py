"""Batches that pass the model in parts: a label counts as much, whichever others share its part."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from judged_pairs import judgement
from transformers import PreTrainedTokenizerBase

from rlhf.models import new_reward_model
from rlhf.reward_models.elements import Encoded, encode
from rlhf.reward_models.fitting import Fit, fit
from rlhf.reward_models.settings import RewardSettings
from rlhf.track import Tracker, read_metrics
from store.records import Track

SETTINGS = RewardSettings(batch_pairs=36, learning_rate=1e-9, precision="float32", margin="none")


@pytest.fixture
def rows(tokenizer: PreTrainedTokenizerBase) -> list[Encoded]:
    """Of 36 prompts; the safety of a fifth is known."""
    draw = random.Random(0)
    pairs = []
    for number in range(36):
        known = None if number % 5 else True
        said = {"chosen": "egg " * draw.randint(1, 4), "rejected": "pot " * draw.randint(1, 4)}
        pairs.append(judgement(number, **said, chosen_safe=known, rejected_safe=known and False))
    return encode(pairs, tokenizer, SETTINGS)


def _how(folder: Path, **settings) -> Fit:
    return Fit(
        track=Track.SAFETY,
        settings=replace(SETTINGS, **settings),
        seed=3,
        folder=folder / "member",
        tracker=Tracker(folder),
        stage="reward",
    )


@pytest.mark.parametrize("parts", [2, 4, 5])
def test_parts_add_up_to_the_loss_of_their_batch(parts: int, policy_path, tokenizer, rows, tmp_path):
    told = {}
    for accumulation in (1, parts):
        folder = tmp_path / str(accumulation)
        fit(new_reward_model(policy_path, 1), tokenizer, rows, _how(folder, accumulation=accumulation))
        (line,) = read_metrics(folder)
        told[accumulation] = [line[name] for name in ("loss", "grad_norm", "accuracy", "gap")]
    assert told[parts] == pytest.approx(told[1], abs=1e-3)


def test_a_step_of_fewer_parts_moves_the_weights_by_as_much_less(policy_path, tokenizer, rows, tmp_path):
    # Nine parts of four pairs that are all alike: a step of eight, then a step of one.
    alike = [replace(row, chosen=rows[0].chosen, rejected=rows[0].rejected) for row in rows]
    how = replace(_how(tmp_path, batch_pairs=32, accumulation=8), track=Track.HELPFULNESS)
    fit(new_reward_model(policy_path, 1), tokenizer, alike, how)
    eight, one = (line["loss"] for line in read_metrics(tmp_path))
    assert one == pytest.approx(eight / 8, abs=1e-3)

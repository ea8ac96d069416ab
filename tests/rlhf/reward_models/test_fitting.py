"""Training one member: a run that was killed ends with the bytes of one that was not."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from snapshot_files import preference, write_snapshot
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.models import new_reward_model
from rlhf.reward_models.adapters import Adapters
from rlhf.reward_models.elements import Encoded, encode
from rlhf.reward_models.fitting import Fit, fit
from rlhf.reward_models.preferences import read_preferences
from rlhf.reward_models.settings import RewardSettings
from rlhf.scoring import score_responses
from rlhf.track import Stopped, Tracker, read_metrics
from store.errors import HoneError
from store.records import Track

SETTINGS = RewardSettings(learning_rate=3e-3, epochs=2, batch_pairs=8, checkpoint_steps=4)
"""Forty pairs make ten steps, with checkpoints after the fourth, the eighth and the last."""
WORDS = ["egg", "water", "pot", "two", "four", "plus", "boil", "hot"]


class KilledError(Exception):
    """The run ended here."""


@pytest.fixture
def rows(tmp_path: Path, tokenizer: PreTrainedTokenizerBase) -> list[Encoded]:
    return _rows(tmp_path, tokenizer, 40)


def _rows(folder: Path, tokenizer: PreTrainedTokenizerBase, count: int, **more) -> list[Encoded]:
    draw = random.Random(0)

    def words() -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(1, 5)))

    made = [
        preference(f"{words()} {n}", f"{words()} please", f"{words()} rudely", degree=n % 4, **more)
        for n in range(count)
    ]
    return encode(read_preferences(write_snapshot(folder / "rows.parquet", made)), tokenizer, SETTINGS)


def _how(folder: Path, at: Callable[[int], None] = lambda _step: None, **settings) -> Fit:
    """How to train in this folder; `at` hears of every step that is done."""

    def watch(_stage: str, _fraction: float, message: str) -> None:
        if message.startswith("step "):
            at(int(message.split()[1]))

    return Fit(
        track=Track.HELPFULNESS,
        settings=replace(SETTINGS, **settings),
        seed=3,
        folder=folder / "member",
        tracker=Tracker(folder, watch),
        stage="reward",
    )


def _ends_at(last: int) -> Callable[[int], None]:
    def at(step: int) -> None:
        if step == last:
            raise KilledError

    return at


def _same(one: PreTrainedModel, other: PreTrainedModel) -> bool:
    theirs = other.state_dict()
    return all(torch.equal(weights, theirs[name]) for name, weights in one.state_dict().items())


@pytest.mark.wide
@pytest.mark.parametrize(
    ("last", "left", "settings"),
    [
        (1, 10, {}),  # before any checkpoint
        (4, 6, {}),  # just after one
        (7, 6, {}),  # just before the next
        (10, 0, {}),  # after the last step
        (5, 6, {"accumulation": 2}),
        (5, 6, {"precision": "bfloat16"}),
    ],
)
def test_a_run_that_ended_early_goes_on_to_the_same_weights(
    *, last, left, settings, policy_path, tokenizer, rows, tmp_path
):
    whole, resumed = (new_reward_model(policy_path, seed=1) for _ in range(2))
    fit(whole, tokenizer, rows, _how(tmp_path / "whole", **settings))
    broken = new_reward_model(policy_path, seed=1)
    with pytest.raises(KilledError):
        fit(broken, tokenizer, rows, _how(tmp_path / "killed", _ends_at(last), **settings))
    steps: list[int] = []
    fit(resumed, tokenizer, rows, _how(tmp_path / "killed", steps.append, **settings))
    assert _same(whole, resumed)
    assert steps == list(range(11 - left, 11))


def test_an_adapter_goes_on_to_the_same_weights_and_its_checkpoint_leaves_the_base_out(
    policy_path, tokenizer, rows, tmp_path
):
    whole, resumed, broken = (Adapters(policy_path).add(rank=2, seed=1) for _ in range(3))
    fit(whole, tokenizer, rows, _how(tmp_path / "whole"))
    with pytest.raises(KilledError):
        fit(broken, tokenizer, rows, _how(tmp_path / "killed", _ends_at(6)))
    steps: list[int] = []
    fit(resumed, tokenizer, rows, _how(tmp_path / "killed", steps.append))
    assert _same(whole, resumed)
    assert steps == [5, 6, 7, 8, 9, 10]
    trained = sum(weights.numel() for weights in whole.parameters() if weights.requires_grad)
    (file,) = (tmp_path / "killed" / "member").iterdir()
    assert trained * 12 < file.stat().st_size < trained * 12 + 20_000  # weights and two moments, in fp32


def test_a_stop_keeps_the_step_at_which_it_came(policy_path, tokenizer, rows, tmp_path):
    how = _how(tmp_path, lambda step: how.tracker.stop.set() if step == 5 else None)
    with pytest.raises(Stopped):
        fit(new_reward_model(policy_path, seed=1), tokenizer, rows, how)
    steps: list[int] = []
    fit(new_reward_model(policy_path, seed=1), tokenizer, rows, _how(tmp_path, steps.append))
    assert steps == [7, 8, 9, 10]  # the stop was heard after the sixth


@pytest.mark.wide
@pytest.mark.parametrize("change", ["rows", "seed", "settings", "weights", "track"])
def test_a_checkpoint_of_another_job_is_not_taken_up(change, policy_path, tokenizer, rows, tmp_path):
    with pytest.raises(KilledError):
        fit(new_reward_model(policy_path, seed=1), tokenizer, rows, _how(tmp_path, _ends_at(6)))
    steps: list[int] = []
    how = _how(tmp_path, steps.append)
    others = {
        "rows": lambda: (1, rows[1:], how),
        "seed": lambda: (1, rows, replace(how, seed=4)),
        "settings": lambda: (1, rows, replace(how, settings=replace(how.settings, learning_rate=1e-3))),
        "weights": lambda: (2, rows, how),
        "track": lambda: (1, rows, replace(how, track=Track.SAFETY)),
    }
    seed, given, asked = others[change]()
    fit(new_reward_model(policy_path, seed), tokenizer, given, asked)
    assert steps[0] == 1


def test_no_step_is_in_the_metrics_twice_and_progress_goes_on(policy_path, tokenizer, rows, tmp_path):
    with pytest.raises(KilledError):
        fit(new_reward_model(policy_path, seed=1), tokenizer, rows, _how(tmp_path, _ends_at(7)))
    fractions: list[float] = []
    tracker = Tracker(tmp_path, lambda _stage, fraction, _message: fractions.append(fraction))
    tracker.log("another", 9, loss=1.0)
    fit(new_reward_model(policy_path, seed=1), tokenizer, rows, replace(_how(tmp_path), tracker=tracker))
    lines = [(line["stage"], line["step"]) for line in read_metrics(tmp_path)]
    assert sorted(lines) == [("another", 9), *(("reward", step) for step in range(1, 11))]
    assert fractions == pytest.approx([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], abs=1e-9)
    assert json.loads((tmp_path / "status.json").read_text())["message"] == "step 10 of 10"


@pytest.mark.wide
def test_half_precision_learns_what_full_precision_learns(policy_path, tokenizer, tmp_path):
    rows = _rows(tmp_path, tokenizer, 94)
    training, held_out = rows[:64], rows[64:]
    right, models = {}, {}
    for precision in ("float32", "bfloat16"):
        model = models[precision] = new_reward_model(policy_path, seed=1)
        how = _how(tmp_path / precision, precision=precision, epochs=10, batch_pairs=16)
        fit(model, tokenizer, training, how)
        sides = [row.chosen for row in held_out] + [row.rejected for row in held_out]
        scores = score_responses(
            model, [side.prompt for side in sides], [side.response for side in sides], tokenizer.pad_token_id
        )
        right[precision] = (scores[:30] > scores[30:]).float().mean().item()
        assert {weights.dtype for weights in model.parameters()} == {torch.float32}
        ids = torch.tensor([training[0].chosen.response])
        assert (
            model(input_ids=ids).logits.item()
            == score_responses(model, [()], [training[0].chosen.response], tokenizer.pad_token_id).item()
        ), "the trained model still rounds"
    assert not _same(models["float32"], models["bfloat16"])
    assert right["float32"] >= 0.9
    assert abs(right["bfloat16"] - right["float32"]) <= 2 / 30  # two of the held-out pairs


def test_one_pair_trains(policy_path, tokenizer, rows, tmp_path):
    before, model = (new_reward_model(policy_path, seed=1) for _ in range(2))
    fit(model, tokenizer, rows[:1], _how(tmp_path, batch_pairs=64))
    assert not _same(before, model)


@pytest.mark.parametrize("safe", [True, False, None])
def test_safety_of_one_class_or_of_none_trains(safe, policy_path, tokenizer, tmp_path):
    rows = _rows(tmp_path, tokenizer, 12, chosen_safe=safe, rejected_safe=safe)
    model = new_reward_model(policy_path, seed=1)
    fit(model, tokenizer, rows, replace(_how(tmp_path), track=Track.SAFETY))
    assert all(weights.isfinite().all() for weights in model.parameters())


def test_nothing_to_learn_from_is_said_in_a_sentence(policy_path, tokenizer, rows, tmp_path):
    model = new_reward_model(policy_path, seed=1)
    with pytest.raises(HoneError, match="of 0 pairs none does"):
        fit(model, tokenizer, [], _how(tmp_path))
    with pytest.raises(HoneError, match="of 40 pairs none does"):
        fit(model, tokenizer, [replace(row, weight=0.0) for row in rows], _how(tmp_path))
    with pytest.raises(HoneError, match=r"of 40 pairs none does; .* reward\.loss to ranking"):
        fit(model, tokenizer, [replace(row, scale=0.0) for row in rows], _how(tmp_path))

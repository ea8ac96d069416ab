"""Ensembles in folders: what lies where, and that what was saved scores the same."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedTokenizerBase

from rlhf import models
from rlhf.initialise import weights_id
from rlhf.models import Critic, ModelError, load_reward_model, new_reward_model, shift_scores
from rlhf.reward_models import ensemble
from rlhf.reward_models.adapters import Adapters
from rlhf.reward_models.ensemble import LISTING, Ensemble, Finished
from store.identity import identity

PROMPTS = [[6, 7, 8], [6, 7, 8], [9, 10]]
RESPONSES = [[11, 12, 1], [13, 1], [14, 15, 16, 1]]


@pytest.fixture(params=["llama", "gpt2"])
def policy(request: pytest.FixtureRequest, tokenizer: PreTrainedTokenizerBase, tmp_path: Path) -> Path:
    models.save(request.getfixturevalue(request.param), tokenizer, tmp_path / "policy")
    return tmp_path / "policy"


def _full(policy: Path, tokenizer: PreTrainedTokenizerBase, out: Path, count: int) -> Ensemble:
    """Saves so many full members, each shifted by its seed, and gives them as they were in memory."""
    made, folders = [], []
    for seed in range(count):
        model = new_reward_model(policy, seed)
        shift_scores(model, seed + 0.5)
        folders.append(out.with_name(f"finished-{seed}"))
        models.save(model, tokenizer, folders[-1])
        made.append(model)
    ensemble.save(Finished(members=folders, base=None, tokenizer=tokenizer), out)
    return Ensemble(models=tuple(made), pad_id=tokenizer.pad_token_id)


def _adapted(policy: Path, tokenizer: PreTrainedTokenizerBase, out: Path, count: int) -> Ensemble:
    """The same of adapters, whose weights are drawn too, so that they tell."""
    adapters, folders = Adapters(policy), []
    for seed in range(count):
        model = adapters.add(rank=2, seed=seed)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for one in model.parameters():
                if one.requires_grad:
                    one.copy_(torch.randn(one.shape, generator=generator) * 0.3)
        adapters.shift(seed, seed + 0.5)
        folders.append(out.with_name(f"finished-{seed}"))
        adapters.write(seed, folders[-1])
    ensemble.save(Finished(members=folders, base=policy, tokenizer=tokenizer), out)
    return Ensemble(models=adapters, pad_id=tokenizer.pad_token_id)


@pytest.mark.parametrize("make", [_full, _adapted])
@pytest.mark.parametrize("count", [1, 3])
def test_what_was_saved_scores_exactly_the_same(policy: Path, tokenizer, tmp_path: Path, make, count: int):
    said = make(policy, tokenizer, tmp_path / "model", count).scores(PROMPTS, RESPONSES)
    loaded = ensemble.load(tmp_path / "model")
    assert loaded.members == count
    assert loaded.context == 256
    assert torch.equal(loaded.scores(PROMPTS, RESPONSES), said)
    assert said.shape == (count, 3)
    assert len({tuple(row) for row in said.tolist()}) == count


def test_one_full_member_lies_as_a_plain_model(policy: Path, tokenizer, tmp_path: Path):
    _full(policy, tokenizer, tmp_path / "model", 1)
    assert not (tmp_path / "model" / LISTING).exists()
    load_reward_model(tmp_path / "model")
    (weights,) = (tmp_path / "model").glob("*.safetensors")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert weights_id("reward-model", tmp_path / "model") == identity("reward-model", [digest])


@pytest.mark.parametrize("make", [_full, _adapted])
def test_a_critic_starts_as_the_first_member(policy: Path, tokenizer, tmp_path: Path, make):
    said = make(policy, tokenizer, tmp_path / "model", 2).member(0, PROMPTS[:1], RESPONSES[:1])
    critic = Critic.load(tmp_path / "model")
    rows = torch.tensor([PROMPTS[0] + RESPONSES[0]])
    assert critic(rows)[0, -1].item() == pytest.approx(said.item(), abs=1e-4)
    assert all(one.requires_grad for one in critic.parameters())
    models.save(critic.model, tokenizer, tmp_path / "critic")
    assert Critic.load(tmp_path / "critic")(rows)[0, -1].item() == pytest.approx(said.item(), abs=1e-4)


@pytest.mark.parametrize("make", [_full, _adapted])
def test_the_id_of_an_ensemble_follows_from_every_member(policy: Path, tokenizer, tmp_path: Path, make):
    make(policy, tokenizer, tmp_path / "two", 2)
    make(policy, tokenizer, tmp_path / "again", 2)
    make(policy, tokenizer, tmp_path / "three", 3)
    two, again, three = (weights_id("reward-model", tmp_path / name) for name in ("two", "again", "three"))
    assert two == again
    assert two != three


def test_adapters_take_the_base_into_their_folder_as_a_link(policy: Path, tokenizer, tmp_path: Path):
    said = _adapted(policy, tokenizer, tmp_path / "model", 2).scores(PROMPTS, RESPONSES)
    ours, theirs = (folder / "model.safetensors" for folder in (tmp_path / "model" / "base", policy))
    assert ours.samefile(theirs)
    for file in policy.iterdir():
        file.unlink()
    assert torch.equal(ensemble.load(tmp_path / "model").scores(PROMPTS, RESPONSES), said)
    assert not list((tmp_path / "model").glob("**/*.bin"))


@pytest.mark.parametrize(
    ("make", "spoil"),
    [
        (_full, lambda folder: (folder / LISTING).write_text("{}")),
        (_full, lambda folder: (folder / LISTING).write_text(json.dumps({"members": 3, "kind": "full"}))),
        (_full, lambda folder: (folder / "member-2" / "model.safetensors").unlink()),
        (_adapted, lambda folder: (folder / "member-1" / "adapter_model.safetensors").unlink()),
        (_adapted, lambda folder: (folder / "base" / "model.safetensors").unlink()),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(policy: Path, tokenizer, tmp_path: Path, make, spoil):
    make(policy, tokenizer, tmp_path / "model", 2)
    spoil(tmp_path / "model")
    with pytest.raises(ModelError, match=r"Expected .* cannot be read"):
        ensemble.load(tmp_path / "model")


def test_a_policy_is_no_ensemble(policy_path: Path):
    with pytest.raises(ModelError, match="has one score"):
        ensemble.load(policy_path)

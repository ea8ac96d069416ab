"""Adapters: what trains, what stays as it is, and what a folder keeps."""

import json
import warnings
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.lora import CONFIG, WEIGHTS
from rlhf.models import ModelError, load_reward_model, new_reward_model, save, scoring_head
from rlhf.reward_models.adapters import Adapters, merged
from rlhf.scoring import score_responses

PROMPTS = [[6, 7, 8], [6, 7, 8], [9, 10]]
RESPONSES = [[11, 12, 1], [13, 1], [14, 15, 16, 1]]


@pytest.fixture(params=["llama", "qwen2", "gpt2"])
def base(request: pytest.FixtureRequest, tokenizer: PreTrainedTokenizerBase, tmp_path: Path) -> Path:
    save(request.getfixturevalue(request.param), tokenizer, tmp_path / "base")
    return tmp_path / "base"


def _scores(model: PreTrainedModel) -> Tensor:
    return score_responses(model, PROMPTS, RESPONSES, pad_id=0)


def _step(model: PreTrainedModel) -> None:
    """A few steps of AdamW towards higher scores, on whatever trains."""
    learner = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=0.05)
    for _ in range(3):
        (-model(input_ids=torch.tensor([[6, 7, 8, 1]])).logits.mean()).backward()
        learner.step()
        learner.zero_grad()


def _ours(name: str) -> bool:
    return "lora_" in name or "modules_to_save" in name


def test_every_head_trains_and_the_base_stays_as_it_is(base: Path):
    adapters = Adapters(base)
    before = {name: tensor.clone() for name, tensor in new_reward_model(base, seed=0).state_dict().items()}
    for number in range(2):
        model = adapters.add(rank=2, seed=number)
        head = scoring_head(model).weight.clone()
        trains = {name for name, one in model.named_parameters() if one.requires_grad}
        assert trains
        assert all(_ours(name) and f".member-{number}." in name for name in trains)
        _step(model)
        assert not torch.equal(scoring_head(model).weight, head)
    kept = {
        name.replace(".base_layer", "").replace(".original_module", ""): tensor
        for name, tensor in adapters[0].state_dict().items()
        if not _ours(name)
    }
    assert kept.keys() == before.keys()
    assert all(torch.equal(kept[name], before[name]) for name in before)


def test_a_rank_that_makes_nothing_smaller_is_refused_in_a_sentence(base: Path):
    with pytest.raises(ModelError, match=r"lora_rank below the model's width of 32, .*; got 32\. Set it"):
        Adapters(base).add(rank=32, seed=0)


def test_making_an_adapter_warns_of_nothing(base: Path):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        Adapters(base).add(rank=2, seed=0)
    assert not heard


def test_a_fresh_adapter_scores_as_a_fresh_reward_model_of_its_seed(base: Path):
    adapters = Adapters(base)
    adapters.add(rank=2, seed=4)
    adapters.add(rank=2, seed=5)
    for number, seed in enumerate((4, 5)):
        expected = _scores(new_reward_model(base, seed))
        assert _scores(adapters[number]).tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_what_was_written_scores_the_same_when_read_and_when_merged(base: Path, tmp_path: Path):
    adapters = Adapters(base)
    for seed in range(3):
        _step(adapters.add(rank=2, seed=seed))
    said = []
    for number in range(3):
        adapters.shift(number, number - 0.25)
        said.append(_scores(adapters[number]))
        adapters.write(number, tmp_path / str(number))
    read = Adapters(base)
    for number in range(3):
        read.read(tmp_path / str(number))
    for number in (2, 0, 1):
        assert torch.equal(_scores(read[number]), said[number])
        alone = merged(base, tmp_path / str(number))
        assert all(one.requires_grad for one in alone.parameters())
        assert _scores(alone).tolist() == pytest.approx(said[number].tolist(), abs=1e-4)


def test_a_merged_adapter_is_saved_as_a_plain_reward_model(
    base: Path, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
):
    adapters = Adapters(base)
    _step(adapters.add(rank=2, seed=1))
    adapters.shift(0, 3.5)
    adapters.write(0, tmp_path / "adapter")
    said = _scores(adapters[0])
    save(merged(base, tmp_path / "adapter"), tokenizer, tmp_path / "plain")
    assert _scores(load_reward_model(tmp_path / "plain")).tolist() == pytest.approx(said.tolist(), abs=1e-4)


def test_an_adapter_is_the_same_whatever_was_drawn_and_added_before(base: Path):
    alone, third = Adapters(base), Adapters(base)
    alone.add(rank=2, seed=9)
    torch.randn(7)
    for seed in (1, 2, 9):
        third.add(rank=2, seed=seed)
    ours, theirs = alone.tensors(0), third.tensors(2)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_three_models_take_the_memory_of_one_and_their_adapters(base: Path):
    plain = sum(one.numel() for one in new_reward_model(base, seed=0).parameters())
    adapters = Adapters(base)
    for seed in range(3):
        adapters.add(rank=2, seed=seed)
    own = sum(tensor.numel() for number in range(3) for tensor in adapters.tensors(number).values())
    assert sum(one.numel() for one in adapters[0].parameters()) == plain + own
    assert own < plain / 2


def test_a_folder_holds_no_pickle_and_names_no_place_of_this_machine(base: Path, tmp_path: Path):
    adapters = Adapters(base)
    adapters.add(rank=2, seed=1)
    adapters.write(0, tmp_path / "adapter")
    assert {file.name for file in (tmp_path / "adapter").iterdir()} == {WEIGHTS, CONFIG}
    written = (tmp_path / "adapter" / CONFIG).read_text()
    assert str(tmp_path) not in written
    assert json.loads(written)["task_type"] == "SEQ_CLS"


def test_peft_itself_reads_what_was_written(base: Path, tmp_path: Path):
    from peft import PeftModel

    adapters = Adapters(base)
    _step(adapters.add(rank=2, seed=1))
    adapters.write(0, tmp_path / "adapter")
    theirs = PeftModel.from_pretrained(new_reward_model(base, seed=0), str(tmp_path / "adapter"))
    assert torch.equal(_scores(theirs.get_base_model().eval()), _scores(adapters[0]))


@pytest.mark.parametrize("spoil", ["weights", "config", "other", "pickle"])
def test_what_cannot_be_read_is_refused_in_a_sentence(base: Path, tmp_path: Path, spoil: str):
    folder = tmp_path / "adapter"
    adapters = Adapters(base)
    adapters.add(rank=2, seed=1)
    adapters.write(0, folder)
    if spoil == "weights":
        (folder / WEIGHTS).write_bytes(b"torn")
    elif spoil == "config":
        (folder / CONFIG).write_text("{}")
    elif spoil == "other":
        config = json.loads((folder / CONFIG).read_text())
        (folder / CONFIG).write_text(json.dumps(config | {"r": 3}))
    else:
        (folder / WEIGHTS).rename(folder / "adapter_model.bin")
    with pytest.raises(ModelError, match="Expected an adapter of this base"):
        Adapters(base).read(folder)


def test_nobody_is_asked_for_anything_over_the_network(base: Path, tmp_path: Path, monkeypatch):
    def refuse(*_more) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    adapters = Adapters(base)
    adapters.add(rank=2, seed=1)
    adapters.write(0, tmp_path / "adapter")
    read = Adapters(base)
    read.read(tmp_path / "adapter")
    assert torch.equal(_scores(read[0]), _scores(adapters[0]))


def test_adding_and_reading_warn_of_nothing(base: Path, tmp_path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        adapters = Adapters(base)
        adapters.add(rank=2, seed=1)
        adapters.add(rank=2, seed=2)
        adapters.write(1, tmp_path / "adapter")
        read = Adapters(base)
        read.read(tmp_path / "adapter")
    assert len(read) == 1

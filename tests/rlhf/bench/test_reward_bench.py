"""The benchmark of reward models is fair to TRL's trainer; how fast either is, is the machine's affair."""

from __future__ import annotations

import dataclasses
import gzip
import json
from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase

from rlhf.bench import contestants, held_out, pretraining, reward, scoring
from rlhf.bench.contestants import Start, config, dataset, settings
from rlhf.bench.data import DataError, pocket, published
from rlhf.bench.field import Field
from rlhf.bench.race import timed
from rlhf.chat import prompt_ids
from rlhf.models import load_tokenizer, save
from rlhf.reward_models.elements import Answer, encode
from rlhf.scoring import score_responses
from store.bench import Settings
from store.bench.machine import before
from store.errors import HoneError
from store.records import Split

WORDS = ("egg", "water", "pot", "two", "four", "plus", "boil", "hot")


def _transcript(number: int, answer: str) -> str:
    asked = " ".join(WORDS[(number * 7 + place) % 8] for place in range(3 + number % 9))
    return f"\n\nHuman: {asked} {number}?\n\nAssistant: {answer}"


def _hh(file: Path, count: int) -> Path:
    rows = (
        {
            "chosen": _transcript(number, "boil it please"),
            "rejected": _transcript(number, "no" * (number % 5 + 1)),
        }
        for number in range(count)
    )
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(row)}\n" for row in rows)
    return file


@pytest.fixture(scope="module")
def narrow(tokenizer: PreTrainedTokenizerBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy of two layers, 16 wide."""
    torch.manual_seed(0)
    made = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=64,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=tokenizer.eos_token_id,
    )
    path = tmp_path_factory.mktemp("models") / "narrow"
    save(LlamaForCausalLM(made), tokenizer, path)
    return path


@pytest.fixture
def field(narrow: Path, tmp_path: Path) -> Field:
    rows = published([f"hh:{_hh(tmp_path / 'few.jsonl.gz', 90)}"])
    start = Start(policy=narrow, settings=settings(1e-3, 8, 24), seed=3, folder=tmp_path / "runs")
    words = load_tokenizer(narrow)
    return Field(
        start=start,
        training=encode(rows.training, words, start.settings)[:48],
        held_out=encode(rows.held_out, words, start.settings),
        data="hh",
        pretrained=None,
    )


@pytest.mark.wide
def test_both_start_from_the_same_bytes_and_take_as_many_steps(field: Field):
    one, other = field.start.model().state_dict(), field.start.model().state_dict()
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    hone, trained = timed(field.start, contestants.hone, field.training)
    trl, peer = timed(field.start, contestants.trl, field.training)
    assert hone.steps == trl.steps == 6  # 48 pairs, 8 a step
    assert hone.timed_pairs == trl.timed_pairs == 40
    for model in (trained, peer):
        assert not torch.equal(model.state_dict()["score.weight"], one["score.weight"])


def test_trl_reads_the_same_tokens_and_drops_no_row(field: Field):
    assert any(row.truncated for row in field.training)
    rows = dataset(field.training)
    assert len(rows) == len(field.training)
    for row, told in zip(rows, field.training, strict=True):
        assert tuple(row["chosen_ids"]) == told.chosen.prompt + told.chosen.response
        assert tuple(row["rejected_ids"]) == told.rejected.prompt + told.rejected.response
        assert max(len(row["chosen_ids"]), len(row["rejected_ids"])) <= 24
    assert config(field.start, 48).max_length is None


def test_trl_is_told_the_same_recipe_and_nothing_that_slows_it(field: Field):
    told = config(field.start, 48)
    assert (told.per_device_train_batch_size, told.num_train_epochs) == (8, 1)
    assert (told.learning_rate, told.weight_decay, told.adam_beta2) == (1e-3, 0.1, 0.95)
    assert (told.bf16, told.activation_checkpointing, told.save_strategy) == (False, False, "no")
    assert told.train_sampling_strategy == "random"
    ours = field.start.settings
    assert (ours.margin, ours.center_coef, ours.precision, ours.loss) == ("none", 0.0, "float32", "ranking")


def test_one_batch_of_plain_loss_leaves_both_with_the_same_weights(field: Field):
    start = dataclasses.replace(
        field.start, settings=dataclasses.replace(field.start.settings, batch_pairs=48)
    )
    (_, one), (_, other) = (
        timed(start, train, field.training) for train in (contestants.hone, contestants.trl)
    )
    for name, weights in one.state_dict().items():
        assert torch.allclose(weights, other.state_dict()[name], atol=1e-4), name


@pytest.mark.wide
def test_the_benchmark_says_what_it_compared(field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reward, "ROUNDS", 2)
    result = reward.measure(field, Settings(seconds=0.1), before(tmp_path))
    told = json.loads(json.dumps(dataclasses.asdict(result)))
    assert {"bench", "ratio", "peer", "unit", "met", "machine", "held_out"} <= set(told)
    assert told["training_pairs"] == 48
    assert told["truncated"] == sum(row.truncated for row in field.training) > 0
    (race, *_) = result.races
    assert race.precision == "float32"
    assert all(one.hone.steps == one.trl.steps for one in race.rounds)
    assert [one.source for one in result.held_out] == ["all"]
    assert result.held_out[0].pairs == len(field.held_out)
    assert any("Hone" in line and "TRL" in line for line in result.lines())


def test_held_out_prompts_are_apart_and_files_are_named(tmp_path: Path):
    _hh(tmp_path / "one.jsonl.gz", 60)
    rows = published([f"hh:{tmp_path}"])
    assert len(rows.training) + len(rows.held_out) == 60
    assert not {row.prompt_id for row in rows.training} & {row.prompt_id for row in rows.held_out}
    assert {row.split for row in rows.held_out} == {Split.HELDOUT}
    assert {row.batch_id for row in rows.training} == {"one"}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("helpful.jsonl", "Expected --data as hh:PATH.*got 'helpful.jsonl'"),
        ("hh:", "Expected --data as hh:PATH"),
        ("hh:/nowhere/at/all", "there is none. Name one after hh:"),
        ("hh:{folder}", "files that end in .jsonl"),
    ],
)
def test_wrong_data_is_told_in_a_sentence(spec: str, words: str, tmp_path: Path):
    with pytest.raises(DataError, match=words):
        published([spec.format(folder=tmp_path)])


def test_a_file_without_held_out_pairs_is_told_in_a_sentence(tmp_path: Path):
    with pytest.raises(DataError, match=r"one on a held-out prompt.*found 1 and 0"):
        published([f"hh:{_hh(tmp_path / 'one.jsonl', 1)}"])


def test_the_pocket_world_gives_pairs_of_two_different_answers():
    rows = pocket(30, 10, seed=1)
    assert (len(rows.training), len(rows.held_out)) == (30, 10)
    assert all(row.chosen != row.rejected for row in rows.training)
    assert not {row.prompt_id for row in rows.training} & {row.prompt_id for row in rows.held_out}


def test_a_paired_difference_is_worked_by_hand():
    # gaps 1, 0, 0, -1: mean 0, deviation √(2/3), 1.96 · 0.8165 / 2
    found = held_out.paired_difference([1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0])
    assert (found.value, found.low, found.high) == pytest.approx((0.0, -0.8002, 0.8002), abs=1e-4)


def test_fewer_right_than_chance_explains_is_not_as_accurate(field: Field):
    rows = [field.held_out[0]] * 40
    all_right, half_right = torch.ones(40), torch.tensor([1.0, 0.0] * 20)
    assert held_out.measured(rows, all_right, half_right)[0].is_equal_or_better
    assert held_out.measured(rows, half_right, half_right)[0].is_equal_or_better
    assert not held_out.measured(rows, half_right, all_right)[0].is_equal_or_better


def test_scores_side_by_side_are_those_of_a_row_at_a_time(field: Field):
    model, pad_id = field.start.model(), field.start.tokenizer().pad_token_id
    answers = scoring.asked(field, 2)
    assert [len({one.prompt for one in part}) for part in (answers[:16], answers[16:])] == [1, 1]
    together = score_responses(
        model, [one.prompt for one in answers], [one.response for one in answers], pad_id
    )
    assert torch.allclose(together, scoring.row_by_row(model, answers), atol=1e-4)


def test_a_row_at_a_time_is_what_transformers_says(field: Field):
    model = field.start.model()
    (score,) = scoring.row_by_row(model, [Answer(prompt=(5, 6), response=(7, 1))])
    assert score == model(input_ids=torch.tensor([[5, 6, 7, 1]])).logits.item()


def test_a_policy_from_nothing_learns_reads_no_held_out_prompt_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pretraining, "CONTEXT", 32)
    monkeypatch.setattr(pretraining, "VOCABULARY", 300)
    rows = published([f"hh:{_hh(tmp_path / 'few.jsonl.gz', 60)}"])
    text = tmp_path / "text.jsonl"
    text.write_text(
        '{"text": "Once there was an egg."}\n{"messages": [{"role": "user", "content": "hot?"}]}\n'
    )
    keep = tmp_path / "kept"
    reading = pretraining.Reading(conversations=rows.training, texts=(text,), minutes=0.01, keep=keep)
    made = pretraining.policy_of(reading, tmp_path, lambda *_: None)
    assert made.tokens > 0
    assert made.path == keep
    words = load_tokenizer(keep)
    assert words.pad_token_id != words.eos_token_id
    assert words.decode(prompt_ids(words, rows.training[0].turns)).startswith("<|user|>")
    again = pretraining.policy_of(reading, tmp_path, lambda *_: None)
    assert (again.tokens, again.parameters) == (0, made.parameters)


@pytest.mark.parametrize(
    ("line", "words"), [('{"story": 1}', "has neither"), ("[1]", "one JSON object a line")]
)
def test_text_that_is_none_is_told_in_a_sentence(line: str, words: str, tmp_path: Path):
    file = tmp_path / "text.jsonl"
    file.write_text(f"{line}\n")
    with pytest.raises(HoneError, match=words):
        pretraining.text_rows([file])

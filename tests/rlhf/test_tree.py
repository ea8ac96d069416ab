"""Responses side by side in a row score, and teach, as each does in a row of its own."""

import random
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    BloomConfig,
    FalconConfig,
    GemmaConfig,
    GPTJConfig,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    Olmo2Config,
    PretrainedConfig,
    PreTrainedModel,
    Qwen2Config,
    SmolLM3Config,
)

from rlhf.forward import room
from rlhf.models import new_reward_model, save
from rlhf.scoring import packed_scores, score_responses
from rlhf.tree import ALONE, pack, side_by_side, visible

SHAPE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 300}
GROUPED = {"intermediate_size": 64, "num_key_value_heads": 2, "initializer_range": 0.3}
MARKS = {"num_labels": 1, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1}


def _rows(responses: int) -> tuple[list[list[int]], list[list[int]]]:
    """Five prompts of 1 to 30 tokens with so many responses of 1 to 12 each, in a random order."""
    draw = random.Random(responses)
    asked = [[draw.randrange(5, 300) for _ in range(length)] for length in (1, 7, 30, 12, 18)]
    rows = [
        (prompt, [*(draw.randrange(5, 300) for _ in range(draw.randrange(12))), 1])
        for prompt in asked
        for _ in range(responses)
    ]
    draw.shuffle(rows)
    return [prompt for prompt, _ in rows], [response for _, response in rows]


def _alone(model: PreTrainedModel, prompts: list[list[int]], responses: list[list[int]]) -> torch.Tensor:
    """The library's own score of each row, by itself."""
    rows = zip(prompts, responses, strict=True)
    return torch.cat([model(input_ids=torch.tensor([[*one, *two]])).logits.squeeze(-1) for one, two in rows])


def _gradients(model: PreTrainedModel, scores: torch.Tensor) -> torch.Tensor:
    """Of a sum that weighs every score differently."""
    weights = torch.linspace(-1, 1, len(scores)) + 0.1
    grown = torch.autograd.grad((scores * weights).sum(), list(model.parameters()), allow_unused=True)
    return torch.cat([gradient.flatten() for gradient in grown if gradient is not None])


@pytest.fixture(params=["llama", "gpt2", "qwen2", "qwen3"])
def reward_model(request: pytest.FixtureRequest, tokenizer, tmp_path: Path) -> PreTrainedModel:
    save(request.getfixturevalue(request.param), tokenizer, tmp_path / "policy")
    return new_reward_model(tmp_path / "policy", seed=1)


@pytest.mark.wide
@pytest.mark.parametrize("tokens", [40, 10_000])
@pytest.mark.parametrize("room_", [ALONE, 0, 128])
@pytest.mark.parametrize("responses", [1, 2, 16])
def test_a_packed_response_scores_and_teaches_as_in_a_row_of_its_own(
    responses: int, room_: int, tokens: int, reward_model: PreTrainedModel
):
    assert room(reward_model) > ALONE
    prompts, said = _rows(responses)
    packed = packed_scores(reward_model, pack(prompts, said, 0, room_, tokens))
    alone = _alone(reward_model, prompts, said)
    torch.testing.assert_close(packed, alone, atol=1e-5, rtol=1e-5)
    expected = _gradients(reward_model, alone)
    error = (_gradients(reward_model, packed) - expected).abs().max() / expected.abs().max()
    assert error < 1e-5


def _model(config: PretrainedConfig) -> PreTrainedModel:
    torch.manual_seed(0)
    return AutoModelForSequenceClassification.from_config(config).eval()


@pytest.mark.parametrize(
    "config",
    [
        BloomConfig(hidden_size=32, n_layer=2, n_head=4, vocab_size=300, **MARKS),
        MistralConfig(sliding_window=4, **SHAPE, **GROUPED, **MARKS),
        Qwen2Config(
            use_sliding_window=True,
            sliding_window=4,
            max_window_layers=0,
            **SHAPE,
            **GROUPED,
            **MARKS,
        ),
        LlamaConfig(intermediate_size=64, attn_implementation="eager", **SHAPE, **MARKS),
        FalconConfig(alibi=True, **SHAPE, **MARKS),
        GPTJConfig(n_embd=32, n_layer=2, n_head=4, rotary_dim=4, vocab_size=300, **MARKS),
    ],
    ids=lambda config: config.model_type,
)
def test_a_model_that_sees_by_its_own_rules_gets_a_row_for_each_response(config: PretrainedConfig):
    model = _model(config)
    assert room(model) == ALONE
    prompts, said = _rows(3)
    with torch.no_grad():
        alone = _alone(model, prompts, said)
    torch.testing.assert_close(score_responses(model, prompts, said, 0), alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "config",
    [
        GemmaConfig(head_dim=8, **SHAPE, **GROUPED, **MARKS),
        GPTNeoXConfig(intermediate_size=64, **SHAPE, **MARKS),
        MistralConfig(sliding_window=None, **SHAPE, **GROUPED, **MARKS),
        Olmo2Config(**SHAPE, **GROUPED, **MARKS),
        SmolLM3Config(**SHAPE, **GROUPED, **MARKS),
    ],
    ids=lambda config: config.model_type,
)
def test_scores_of_the_other_architectures_do_not_move_either(config: PretrainedConfig):
    model = _model(config)
    assert room(model) > ALONE
    prompts, said = _rows(3)
    with torch.no_grad():
        alone = _alone(model, prompts, said)
    torch.testing.assert_close(score_responses(model, prompts, said, 0), alone, atol=1e-5, rtol=1e-5)


def test_responses_of_one_prompt_stand_side_by_side():
    (packed,) = pack([[5, 6], [7], [5, 6]], [[8, 1], [9, 9, 1], [1]], pad_id=0, room=8)
    assert packed.ids.tolist() == [[7, 9, 9, 1, 0], [5, 6, 8, 1, 1]]
    assert packed.positions.tolist() == [[0, 1, 2, 3, 0], [0, 1, 2, 3, 2]]
    assert packed.segments.tolist() == [[0, 1, 1, 1, -1], [0, 0, 1, 1, 2]]
    assert packed.ends.tolist() == [[0, 3], [1, 3], [1, 4]]
    assert packed.numbers.tolist() == [1, 0, 2]


def test_parts_have_rows_of_like_length_and_so_many_tokens_or_one_row():
    prompts, responses = [[number] for number in range(5)], [[1] * length for length in (7, 2, 30, 8, 2)]
    parts = list(pack(prompts, responses, 0, ALONE, tokens=18))
    assert [part.numbers.tolist() for part in parts] == [[1, 4], [0, 3], [2]]
    assert [tuple(part.ids.shape) for part in parts] == [(2, 3), (2, 9), (1, 31)]


def test_a_token_sees_the_prompt_and_its_own_response_up_to_itself():
    (packed,) = pack([[5], [5], [6]], [[7, 7], [8], [9]], pad_id=0, room=8)
    short, long = visible(packed)[:, 0].int().tolist()
    assert long == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 1]]
    assert [row[:2] for row in short[:2]] == [[1, 0], [1, 1]]
    assert all(any(row) for row in short)


def test_responses_beyond_the_room_begin_another_row_of_the_same_prompt():
    prompts, responses = [[5], [6], [5], [5], [5]], [[1] * 3, [1], [1] * 3, [1] * 9, [1]]
    assert side_by_side(prompts, responses, room=5) == [[0, 2], [1], [3], [4]]
    assert side_by_side(prompts, responses, ALONE) == [[0], [1], [2], [3], [4]]


def test_rows_of_one_response_are_plain():
    (plain,) = pack([[5], [6]], [[1], [2, 1]], pad_id=0, room=8)
    (shared,) = pack([[5], [5]], [[1], [2, 1]], pad_id=0, room=8)
    assert plain.is_plain
    assert not shared.is_plain


def test_the_room_is_twice_the_width_and_has_an_end():
    model = _model(LlamaConfig(intermediate_size=64, **SHAPE, **MARKS))
    assert room(model) == 64
    model.config.hidden_size = 4096
    assert room(model) == 2048


def test_a_prompt_may_be_cut_to_nothing(reward_model: PreTrainedModel):
    prompts, said = [[], [], []], [[7, 8, 1], [9, 1], [8, 7, 1]]
    with torch.no_grad():
        alone = _alone(reward_model, prompts, said)
    torch.testing.assert_close(score_responses(reward_model, prompts, said, 0), alone, atol=1e-5, rtol=1e-5)

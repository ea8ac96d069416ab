"""Responses and their log-probabilities are what one plain pass of the model would say."""

import math

import pytest
import torch

from rlhf import decoding
from rlhf.cache import RoomyLayer, lay_together
from rlhf.config import RolloutSettings
from rlhf.decoding import Page, Way, write
from rlhf.forward import token_logprobs
from rlhf.nucleus import draw, nucleus
from rlhf.rollout import RolloutError, redraw, sample
from rlhf.seeds import uniforms

PROMPTS = [[6, 7, 8], [9, 10, 11, 12, 13, 14, 15, 16], [20], [30, 31, 32, 33]]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def plain_logprobs(policy, prompt, response, temperature=1.0):
    """One row, no padding, no cache."""
    with torch.no_grad():
        logits = policy(input_ids=torch.tensor([[*prompt, *response]])).logits[0] / temperature
    return token_logprobs(logits[len(prompt) - 1 : -1], torch.tensor(response))


@pytest.mark.parametrize("architecture", ["llama", "qwen2", "qwen3", "gpt2"])
@pytest.mark.parametrize("rows", [256, 5])
def test_forked_logprobs_equal_a_plain_pass(architecture, rows, tokenizer, request):
    policy = request.getfixturevalue(architecture)
    settings = RolloutSettings(samples=5, temperature=1.3, max_new_tokens=70, rows=rows)
    rollout = sample(policy, tokenizer, PROMPTS, settings, seeded(2))
    assert 0 < rollout.finished.sum() < 20  # so that some rows left the batch and some did not
    for row, prompt, logprobs in zip(rollout.rows(), rollout.prompt_rows(), rollout.logprobs, strict=True):
        plain = plain_logprobs(policy, prompt, row, temperature=1.3)
        assert logprobs[: len(row)].tolist() == pytest.approx(plain.tolist(), abs=1e-4)
        assert not logprobs[len(row) :].any()


@pytest.mark.parametrize("architecture", ["llama", "qwen2", "qwen3", "gpt2"])
@pytest.mark.parametrize("samples", [1, 5])
def test_prompts_of_unlike_length_are_read_apart_and_change_nothing(
    architecture, samples, tokenizer, request, monkeypatch
):
    policy = request.getfixturevalue(architecture)
    settings, parts = RolloutSettings(samples=samples, max_new_tokens=30), []
    whole = sample(policy, tokenizer, PROMPTS, settings, seeded(2))
    monkeypatch.setattr(decoding, "tokens_at_once", lambda: 6)
    monkeypatch.setattr(decoding, "lay_together", lambda *told: parts.append(told[2]) or lay_together(*told))
    apart = sample(policy, tokenizer, PROMPTS, settings, seeded(2))
    assert parts == [[[0, 1], [2], [3]]]  # by length, of which the first two fit
    assert torch.equal(apart.ids, whole.ids)
    assert apart.logprobs.flatten().tolist() == pytest.approx(whole.logprobs.flatten().tolist(), abs=1e-5)


def test_rows_stay_in_their_order_whichever_part_they_were_read_in(llama, monkeypatch):
    way = Way(samples=2, temperature=1.0, top_p=1.0, end_id=1, pad_id=0)
    pages = []
    for tokens in (1000, 6):
        monkeypatch.setattr(decoding, "tokens_at_once", lambda tokens=tokens: tokens)
        page = Page.blank(torch.rand(8, 12, generator=seeded(3)), pad_id=0)
        with torch.no_grad():
            write(llama, PROMPTS, range(4), page, way)  # neither the shortest first nor the longest
        pages.append(page)
    assert torch.equal(pages[1].ids, pages[0].ids)
    assert len({tuple(row) for row in pages[0].ids.tolist()}) == 8


def test_fewer_rows_take_no_wider_buffer():
    layer = RoomyLayer(room=70)
    layer.update(torch.ones(4, 1, 5, 2), torch.ones(4, 1, 5, 2))
    layer.batch_select_indices(torch.tensor([0, 2]))
    layer.update(torch.zeros(2, 1, 1, 2), torch.zeros(2, 1, 1, 2))
    assert layer.buffers[0].shape == (2, 1, 75, 2)
    assert layer.held()[0][0, 0, :, 0].tolist() == [1, 1, 1, 1, 1, 0]


def test_batching_changes_no_response(llama, tokenizer):
    together, apart = (
        sample(llama, tokenizer, PROMPTS, RolloutSettings(samples=3, max_new_tokens=20, rows=rows), seeded(1))
        for rows in (256, 3)
    )
    assert together.rows() == apart.rows()
    # a prompt's samples stay side by side, even where they are more than the rows that are asked for
    narrow = RolloutSettings(samples=3, max_new_tokens=20, rows=2)
    assert sample(llama, tokenizer, PROMPTS, narrow, seeded(1)).rows() == apart.rows()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(llama, tokenizer):
    settings = RolloutSettings(samples=2, max_new_tokens=20)
    one, same, other = (sample(llama, tokenizer, PROMPTS, settings, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.ids, same.ids)
    assert torch.equal(one.logprobs, same.logprobs)
    assert one.rows() != other.rows()


@pytest.mark.parametrize("top_p", [1.0, 0.9])
def test_any_response_can_be_drawn_again_by_itself(llama, tokenizer, top_p):
    settings = RolloutSettings(samples=4, temperature=1.2, top_p=top_p, max_new_tokens=40)
    rollout = sample(llama, tokenizer, PROMPTS, settings, seeded(3))
    assert 0 < rollout.finished.sum() < 16  # so that rows left the batch around others
    assert len(set(rollout.seeds.tolist())) == 16
    for prompt, answer in zip(rollout.prompt_rows(), rollout.answers(tokenizer), strict=True):
        alone = redraw(llama, tokenizer, prompt, settings, answer.seed)
        assert (alone.text, alone.finish_reason, alone.token_count) == (
            answer.text,
            answer.finish_reason,
            answer.token_count,
        )
        assert alone.logprob == pytest.approx(answer.logprob, abs=1e-3)


def test_a_seeds_numbers_depend_on_nothing_else():
    together = uniforms([7, 5, 7], 40)
    assert torch.equal(together[0], together[2])
    assert not torch.equal(together[0], together[1])
    # fewer are the first of more, so that a response ends alike under any limit beyond its end
    assert torch.equal(uniforms([5], 9)[0], together[1][:9])
    assert torch.equal(together[1], torch.rand(40, generator=torch.Generator().manual_seed(5)))


def test_the_global_seed_is_neither_read_nor_moved(llama, tokenizer):
    state = torch.get_rng_state()
    sample(llama, tokenizer, PROMPTS, RolloutSettings(max_new_tokens=5), seeded())
    assert torch.equal(torch.get_rng_state(), state)


def test_a_response_stops_at_the_end_token_or_at_the_limit(llama, tokenizer):
    rollout = sample(llama, tokenizer, PROMPTS * 8, RolloutSettings(samples=4, max_new_tokens=40), seeded())
    for row, finished in zip(rollout.rows(), rollout.finished.tolist(), strict=True):
        assert row.count(tokenizer.eos_token_id) == int(finished)
        assert row[-1] == tokenizer.eos_token_id if finished else len(row) == 40
    reasons = [answer.finish_reason for answer in rollout.answers(tokenizer)]
    assert reasons.count("stop") == int(rollout.finished.sum())


def test_an_answers_logprob_sums_its_tokens(llama, tokenizer):
    rollout = sample(llama, tokenizer, PROMPTS, RolloutSettings(max_new_tokens=10), seeded())
    answer, row = rollout.answers(tokenizer)[1], rollout.rows()[1]
    assert answer.logprob == pytest.approx(plain_logprobs(llama, PROMPTS[1], row).sum().item(), abs=1e-3)
    assert answer.token_count == len(row)
    assert answer.text == rollout.texts(tokenizer)[1]


def test_a_long_prompt_loses_its_beginning_and_is_counted(llama, tokenizer):
    settings = RolloutSettings(max_new_tokens=4, max_prompt_tokens=4)
    rollout = sample(llama, tokenizer, PROMPTS, settings, seeded())
    assert rollout.prompts[1] == (13, 14, 15, 16)
    assert rollout.prompts[3] == (30, 31, 32, 33)
    assert rollout.truncated == 1


def test_a_response_longer_than_the_context_is_refused(gpt2, tokenizer):
    with pytest.raises(RolloutError, match="set max_new_tokens below 256"):
        sample(gpt2, tokenizer, PROMPTS, RolloutSettings(max_new_tokens=256), seeded())


def test_a_response_may_leave_room_for_one_token_of_its_prompt(gpt2, tokenizer):
    rollout = sample(gpt2, tokenizer, [[6, 7, 8]], RolloutSettings(max_new_tokens=255), seeded())
    assert rollout.prompts == ((8,),)


def test_nothing_to_answer_is_refused(llama, tokenizer):
    with pytest.raises(RolloutError, match="no prompt"):
        sample(llama, tokenizer, [], RolloutSettings(), seeded())


def test_first_tokens_are_drawn_as_often_as_the_policy_says(llama, tokenizer):
    settings = RolloutSettings(samples=4000, max_new_tokens=1, rows=4000)
    drawn = sample(llama, tokenizer, [[6, 7, 8]], settings, seeded()).ids[:, 0]
    with torch.no_grad():
        expected = llama(input_ids=torch.tensor([[6, 7, 8]])).logits[0, -1].softmax(-1)
    likeliest = expected.topk(5)
    for probability, token in zip(*(part.tolist() for part in likeliest), strict=True):
        error = math.sqrt(probability * (1 - probability) / 4000)
        assert abs((drawn == token).float().mean().item() - probability) < 4 * error


def test_a_draw_inverts_the_cumulative_distribution():
    probabilities = torch.tensor([[0.2, 0.0, 0.5, 0.3, 0.0]]).repeat(5, 1)
    # reached: 0.2, 0.2, 0.7, 1.0, 1.0
    uniform = torch.tensor([0.0, 0.19, 0.2, 0.71, 1.0 - 2**-24])
    assert draw(probabilities, uniform).tolist() == [0, 0, 2, 3, 3]


def test_the_nucleus_is_the_fewest_tokens_that_reach_its_mass():
    probabilities = torch.tensor([[0.1, 0.5, 0.15, 0.25]])
    assert nucleus(probabilities, 0.7).tolist() == [pytest.approx([0.0, 0.5, 0.0, 0.25])]
    assert nucleus(probabilities, 0.4).tolist() == [pytest.approx([0.0, 0.5, 0.0, 0.0])]
    assert nucleus(probabilities, 0.5).tolist() == [pytest.approx([0.0, 0.5, 0.0, 0.0])]


def test_a_narrow_nucleus_writes_the_likeliest_tokens(llama, tokenizer):
    settings = RolloutSettings(samples=2, max_new_tokens=12, top_p=1e-6)
    rollout = sample(llama, tokenizer, PROMPTS, settings, seeded())
    for row, prompt in zip(rollout.rows(), rollout.prompt_rows(), strict=True):
        with torch.no_grad():
            logits = llama(input_ids=torch.tensor([[*prompt, *row]])).logits[0]
        assert logits[len(prompt) - 1 : -1].argmax(-1).tolist() == row

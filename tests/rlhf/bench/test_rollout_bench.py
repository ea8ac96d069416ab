"""The benchmark of sampling counts what was drawn, and sees a sampler that draws otherwise."""

import pytest
import torch

from rlhf.bench.chance import by_hone, p_value, probabilities, same_chance, small_model
from rlhf.bench.rollout import race
from rlhf.bench.samplers import Case, by_generate, prompts
from rlhf.bench.samplers import by_hone as tokens_by_hone


def test_pearsons_test_is_what_tables_say():
    # 60 heads of 100: χ² = 4, one degree of freedom
    assert p_value([60, 40], [0.5, 0.5]) == pytest.approx(0.0455, abs=1e-4)
    assert p_value([50, 50], [0.5, 0.5]) == 1.0
    # expected 3 and 1 times are one class: 10, 6 and 4 of 10, 6 and 4
    assert p_value([10, 6, 4, 0], [0.5, 0.3, 0.15, 0.05]) == 1.0


def test_both_samplers_draw_whole_responses_as_often_as_the_model_says():
    chance = same_chance()
    # 1 of one token, 5 of two, 150 of three
    assert chance.responses == 156
    assert chance.is_same


def test_a_sampler_at_another_temperature_is_seen():
    model = small_model()
    chances = probabilities(model, (2, 3, 4, 5))
    assert sum(chances.values()) == pytest.approx(1.0, abs=1e-6)
    model.lm_head.weight.data *= 1.2
    drawn = by_hone(model, 4000)
    assert p_value([drawn.count(one) for one in chances], list(chances.values())) < 1e-6


def test_prompts_have_the_length_that_they_are_said_to_have(tokenizer):
    assert {len(row) for row in prompts(tokenizer, 3, 32)} == {32}


def test_tokens_are_counted_up_to_the_end_and_with_it(llama, tokenizer):
    case = Case(name="small", model=llama, tokenizer=tokenizer, prompts=[[6, 7, 8], [9, 10, 11]], samples=20)
    ours, theirs = tokens_by_hone(case, 0), by_generate(case, 0)
    assert len(ours) == len(theirs) == 40
    for counted in (ours, theirs):
        assert counted.min() >= 1
        assert counted.max() == 64
        assert counted.float().mean() < 64  # some ended
    torch.manual_seed(0)
    ids = torch.tensor(case.prompts)
    whole = llama.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        top_k=0,
        num_return_sequences=20,
        max_new_tokens=64,
    )
    end = tokenizer.eos_token_id
    rows = whole[:, 3:].tolist()
    assert theirs.tolist() == [row.index(end) + 1 if end in row else 64 for row in rows]


def test_a_race_tells_tokens_a_second_of_both(llama, tokenizer):
    case = Case(name="small", model=llama, tokenizer=tokenizer, prompts=[[6, 7, 8]], samples=4)
    raced = race(case)
    assert (raced.prompt_tokens, raced.samples) == (3, 4)
    assert raced.parameters == llama.num_parameters()
    assert min(raced.per_second, raced.peer_per_second, raced.ratio, raced.work_ratio) > 0
    assert 1 <= raced.response_tokens <= 64

"""An update is the same however its rows are cut, ordered or padded, and in either precision."""

from dataclasses import replace

import pytest
import torch
from ppo_cases import SETTINGS, prompts, separate

from rlhf.collate import Answered
from rlhf.experience import Experience, answer, value
from rlhf.forward import token_logprobs
from rlhf.ppo_update import optimisers, update
from rlhf.seeds import seeded

WHOLE = replace(SETTINGS, minibatch_size=16, learning_rate=0.0, critic_learning_rate=0.0, grad_clip=1e9)
"""One step that moves nothing, so that its whole gradient is seen, again and again."""


@pytest.fixture
def models(policy_path, reward_model_path):
    return separate(policy_path, reward_model_path)


@pytest.fixture
def experience(models) -> Experience:
    """Of 3 to 12 tokens: what the small policy wrote, cut."""
    judged = answer(models, prompts(16), SETTINGS, seeded("test"))
    mask = (torch.arange(12) < 3 + torch.arange(16).unsqueeze(1) % 10).long()
    mask *= judged.rollout.mask
    assert mask.sum(dim=1).unique().numel() > 5
    said = {name: getattr(judged.rollout, name) * mask for name in ("ids", "logprobs")}
    rollout = replace(judged.rollout, mask=mask, **said)
    return value(
        models, replace(judged, rollout=rollout, divergence=judged.divergence * mask), SETTINGS, kl_coef=0.1
    )


def gradients(models, experience: Experience, settings=WHOLE) -> list[torch.Tensor]:
    """Of one step of both models."""
    update(models, optimisers(models, settings), experience, settings, seeded("step"))
    return [
        weights.grad.clone() for model in (models.policy, models.critic) for weights in model.parameters()
    ]


def apart(ones: list[torch.Tensor], others: list[torch.Tensor]) -> float:
    return max((one - other).abs().max().item() for one, other in zip(ones, others, strict=True))


def in_order(experience: Experience, order: list[int]) -> Experience:
    """The same rows in another order."""
    judged = experience.judged
    rollout = replace(
        judged.rollout,
        prompt_index=judged.rollout.prompt_index[order],
        **{name: getattr(judged.rollout, name)[order] for name in ("ids", "mask", "logprobs", "finished")},
    )
    scores = replace(
        judged.scores,
        **{name: getattr(judged.scores, name)[order] for name in ("helpfulness", "safety", "gated")},
    )
    judged = replace(judged, rollout=rollout, scores=scores, divergence=judged.divergence[order])
    tensors = {name: getattr(experience, name)[order] for name in ("values", "advantages", "returns")}
    return replace(experience, judged=judged, **tensors)


def padded(experience: Experience, columns: int) -> Experience:
    """The same rows with more padding, which holds numbers that nobody may read."""

    def wide(x: torch.Tensor, filling: float) -> torch.Tensor:
        return torch.nn.functional.pad(x, (0, columns), value=filling)

    judged = experience.judged
    rollout = replace(
        judged.rollout,
        ids=wide(judged.rollout.ids, 7),
        mask=wide(judged.rollout.mask, 0),
        logprobs=wide(judged.rollout.logprobs, 9.0),
    )
    judged = replace(judged, rollout=rollout, divergence=wide(judged.divergence, 9.0))
    tensors = {name: wide(getattr(experience, name), 9.0) for name in ("values", "advantages", "returns")}
    return replace(experience, judged=judged, **tensors)


def test_parts_add_up_to_the_gradient_of_the_large_batch(models, experience):
    large = gradients(models, experience, replace(WHOLE, part_tokens=100_000))
    small = gradients(models, experience, replace(WHOLE, part_tokens=1))
    assert max(gradient.abs().max().item() for gradient in large) > 1e-2
    assert apart(large, small) < 1e-6


def test_the_order_of_a_batch_moves_nothing(policy_path, reward_model_path, models, experience):
    order = torch.randperm(16, generator=seeded("order")).tolist()
    assert order != sorted(order)
    other = separate(policy_path, reward_model_path)
    assert apart(gradients(models, experience), gradients(other, in_order(experience, order))) < 1e-6


def test_padding_of_a_batch_moves_nothing(policy_path, reward_model_path, models, experience):
    other = separate(policy_path, reward_model_path)
    assert apart(gradients(models, experience), gradients(other, padded(experience, 5))) < 1e-6


def test_the_order_of_a_batch_moves_neither_values_nor_advantages(models, experience):
    order = torch.randperm(16, generator=seeded("order")).tolist()
    moved = value(models, in_order(experience, order).judged, SETTINGS, kl_coef=0.1)
    for name in ("values", "advantages", "returns"):
        assert (getattr(moved, name) - getattr(experience, name)[order]).abs().max().item() < 1e-5, name


def test_only_what_wants_a_gradient_is_given_to_an_optimiser(models):
    for weights in models.policy.get_input_embeddings().parameters():
        weights.requires_grad_(False)
    (group,) = optimisers(models, SETTINGS).policy.param_groups
    wanting = [weights for weights in models.policy.parameters() if weights.requires_grad]
    assert len(group["params"]) == len(wanting) < len(list(models.policy.parameters()))


def test_in_bfloat16_the_first_ratios_of_the_same_company_are_one(models, experience):
    # the sampling pass was in float32: against its numbers many ratios would leave this narrow band
    settings = replace(WHOLE, precision="bfloat16", clip=1e-6)
    learned = update(models, optimisers(models, settings), experience, settings, seeded("step"))
    assert learned.clip_fraction == 0.0
    assert learned.policy_loss == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize(("rows", "part_tokens", "beyond"), [(4, 1024, 0.1), (2, 1, 0.2)])
def test_in_bfloat16_the_first_ratios_in_other_company_are_one_up_to_its_rounding(
    models, experience, rows, part_tokens, beyond
):
    # a row alone is summed in another order; against the numbers of float32 most ratios would leave the band
    settings = replace(WHOLE, precision="bfloat16", clip=1e-2, minibatch_size=rows, part_tokens=part_tokens)
    learned = update(models, optimisers(models, settings), experience, settings, seeded("step"))
    assert learned.clip_fraction <= beyond


def test_in_bfloat16_first_values_are_clipped_around_those_that_the_critic_has_in_it(models, experience):
    # around those of float32 most values would lie outside so narrow a band, where there is no slope
    settings = replace(WHOLE, precision="bfloat16", value_clip=1e-6)
    narrow = gradients(models, experience, settings)
    assert apart(narrow, gradients(models, experience, replace(settings, value_clip=1e9))) == 0.0


def test_in_bfloat16_the_layers_are_rounded_and_the_weights_are_not(models, experience):
    exact = gradients(models, experience, replace(WHOLE, precision="float32"))
    rounded = gradients(models, experience, replace(WHOLE, precision="bfloat16"))
    assert all(gradient.dtype is torch.float32 for gradient in rounded)
    assert apart(exact, rounded) > 1e-6
    one, other = (torch.cat([gradient.flatten() for gradient in side]) for side in (exact, rounded))
    assert torch.cosine_similarity(one, other, dim=0).item() > 0.99


def test_text_read_again_adds_its_mean_loss_times_the_coefficient(models, experience):
    texts = [(5, 6, 7, 8), (9, 10), (11, 12, 13)]
    plain = gradients(models, experience, WHOLE)
    settings = replace(WHOLE, pretraining_coef=2.5)
    mixed = gradients(models, replace(experience, texts=texts), settings)
    models.policy.zero_grad(set_to_none=True)
    missed = torch.cat(
        [
            -token_logprobs(models.policy(torch.tensor([row])).logits[0, :-1], torch.tensor(row[1:]))
            for row in texts
        ]
    )
    assert len(missed) == 6
    (2.5 * missed.mean()).backward()
    for before, after, weights in zip(plain, mixed, models.policy.parameters(), strict=False):
        assert (after - before - weights.grad).abs().max().item() < 1e-5


def test_texts_are_shared_out_among_the_steps_and_their_loss_is_a_mean_over_tokens(models, experience):
    texts = [(5, 6, 7, 8), (9, 10), (11, 12, 13)]
    settings = replace(SETTINGS, minibatch_size=4, learning_rate=0.0, pretraining_coef=1.0)
    learned = update(
        models, optimisers(models, settings), replace(experience, texts=texts), settings, seeded("step")
    )
    with torch.no_grad():
        missed = sum(
            -token_logprobs(models.policy(torch.tensor([row])).logits[0, :-1], torch.tensor(row[1:])).sum()
            for row in texts
        )
    assert learned.pretraining_loss == pytest.approx(missed.item() / 6, abs=1e-4)
    assert (
        update(models, optimisers(models, settings), experience, settings, seeded("step")).pretraining_loss
        is None
    )


def test_padding_and_company_move_no_log_probability(models):
    answered = Answered(prompts=[(5, 6), (7, 8, 9, 10)], responses=[(11, 12), (13, 14, 15, 16, 1)], pad_id=0)
    from rlhf.scoring import score_logprobs, score_values

    for score in (
        lambda rows: score_logprobs(models.policy, rows, 0.7),
        lambda rows: score_values(models.critic, rows),
    ):
        both = score(answered)
        for row in range(2):
            alone = score(
                Answered(prompts=[answered.prompts[row]], responses=[answered.responses[row]], pad_id=0)
            )
            width = len(answered.responses[row])
            assert (both[row, :width] - alone[0]).abs().max().item() < 1e-5
            assert not both[row, width:].any()

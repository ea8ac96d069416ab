"""Batches and losses of reward training, by hand."""

import math
from typing import Any

import pytest
import torch
from judged_pairs import worth

from rlhf.reward_models.elements import Answer, Encoded, by_prompt
from rlhf.reward_models.objective import Judgements, LossWeights, total_loss
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.trainer import ElementCollator, dataset
from store.records import Degree, Split, Track, Turn

PLAIN = LossWeights(safety=0.0, centering=0.0)


def _preference(words: str, **more) -> Preference:
    given = {
        "comparison_id": "c",
        "label_id": "l",
        "annotator_id": "a",
        "batch_id": "b",
        "round": 1,
        "track": Track.HELPFULNESS,
        "split": Split.TRAIN,
        "prompt_id": words,
        "turns": (Turn(role="user", content=words),),
        "chosen": "",
        "rejected": "",
        "chosen_id": "x",
        "rejected_id": "y",
        "chosen_first": None,
        "chosen_policy_id": "p",
        "rejected_policy_id": "p",
        "degree": Degree.BETTER,
        "chosen_safe": None,
        "rejected_safe": None,
    }
    return Preference(**given | more)


def _pair(prompt: tuple[int, ...], chosen: tuple[int, ...], rejected: tuple[int, ...], **more) -> Encoded:
    given = {"margin": 0.0, "weight": 1.0, "chosen_length": len(chosen), "rejected_length": len(rejected)}
    return Encoded(
        preference=_preference(str(prompt)),
        chosen=Answer(prompt=prompt, response=chosen),
        rejected=Answer(prompt=prompt, response=rejected),
        **given | more,
    )


def _batch(*pairs: Encoded) -> dict[str, Any]:
    elements = by_prompt(pairs)
    return ElementCollator(elements=elements, pad_id=9, room=8)(list(dataset([range(len(elements))])))


def _said(count: int, **more: list[float]) -> Judgements:
    """Pair p is of responses 2p and 2p + 1."""
    given = {"margin": [0.0] * count, "scale": [1.0] * count, "weight": [1.0] * count}
    unknown = {"chosen_safe": [math.nan] * count, "rejected_safe": [math.nan] * count}
    numbers = {"chosen": range(0, 2 * count, 2), "rejected": range(1, 2 * count, 2)}
    return Judgements(
        **{name: torch.tensor(value) for name, value in (numbers | given | unknown | more).items()}
    )


def _loss(scores: torch.Tensor, said: Judgements, weights: LossWeights) -> torch.Tensor:
    """Of a batch that is worth as much as the average one."""
    return total_loss(scores, said, weights, worth(said))


def test_a_prompt_and_each_of_its_responses_pass_the_model_once():
    batch = _batch(_pair((1,), (2, 3), (4,)), _pair((1,), (2, 3), (5,)), _pair((1,), (4,), (5,)))
    assert [ids.tolist() for ids in batch["ids"]] == [[[1, 2, 3, 4, 5]]]
    assert batch["segments"][0].tolist() == [[0, 1, 1, 2, 3]]
    assert batch["chosen"].tolist() == [0, 0, 1]
    assert batch["rejected"].tolist() == [1, 2, 2]


def test_several_prompts_share_a_batch():
    batch = _batch(_pair((1,), (2,), (3,), margin=0.5), _pair((4, 5), (3,), (2,), margin=1.0))
    (ids,), (ends,) = batch["ids"], batch["ends"]
    assert ids.tolist() == [[1, 2, 3, 9], [4, 5, 3, 2]]
    last = ids[tuple(ends.T)]
    assert last[batch["chosen"]].tolist() == [2, 3]
    assert last[batch["rejected"]].tolist() == [3, 2]
    assert batch["margin"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("margin", "loss"),
    [(0, 0.3133), (1 / 3, 0.4144), (2 / 3, 0.5403), (1, 0.6931), (2, 1.3133), (3, 2.1269)],
)
def test_a_gap_of_one_costs_what_its_margin_says(margin, loss):
    # -ln σ(1 - margin), to four digits
    said = _said(1, margin=[float(margin)])
    assert _loss(torch.tensor([1.0, 0.0]), said, PLAIN).item() == pytest.approx(loss, abs=1e-4)


def test_scaled_bradley_terry_counts_a_pair_by_its_degree():
    # gaps of 1: (0 + 1 + 2 + 3) / 4 · 0.31326; the pair of degree 0 teaches no order
    said = _said(4, scale=[0.0, 1.0, 2.0, 3.0])
    scores = torch.tensor([1.0, 0.0] * 4, requires_grad=True)
    loss = _loss(scores, said, PLAIN)
    assert loss.item() == pytest.approx(1.5 * 0.31326, abs=1e-4)
    loss.backward()
    assert scores.grad[:2].tolist() == [0.0, 0.0]


def test_a_ranking_of_three_pairs_weighs_as_much_as_a_single_pair():
    third = 1 / 3
    batch = _batch(
        _pair((1,), (2,), (3,), weight=third),
        _pair((1,), (2,), (4,), weight=third),
        _pair((1,), (3,), (4,), weight=third),
        _pair((5,), (6,), (7,)),
    )
    ranking = (2 * 0.31326 + 0.12693) / 3  # gaps 1, 2, 1
    said = Judgements(**{name: batch[name] for name in Judgements.__slots__})
    loss = _loss(torch.tensor([2.0, 1.0, 0.0, 0.0, 0.0]), said, PLAIN)
    assert loss.item() == pytest.approx((ranking + 0.69315) / 2, abs=1e-4)


def test_a_label_that_nobody_believes_changes_nothing():
    scores = torch.tensor([1.0, 0.0, 0.3, 5.0])
    found = _loss(scores, _said(2, weight=[1.0, 0.0]), LossWeights(safety=0.0, centering=0.1))
    assert found.item() == pytest.approx(0.31326 + 0.1, abs=1e-4)


def test_the_safety_loss_counts_only_known_responses():
    said = _said(2, chosen_safe=[1.0, math.nan], rejected_safe=[math.nan, 0.0])
    # both gaps are 0; -ln σ(2) = 0.12693 and -ln(1 - σ(-1)) = 0.31326
    loss = _loss(torch.tensor([2.0, 2.0, -1.0, -1.0]), said, LossWeights(safety=1.0, centering=0.0))
    assert loss.item() == pytest.approx(0.69315 + (0.12693 + 0.31326) / 2, abs=1e-4)


def test_unknown_safety_leaves_no_trace_in_the_gradient():
    scores = torch.tensor([1.0, 0.0], requires_grad=True)
    _loss(scores, _said(1), LossWeights(safety=1.0, centering=0.0)).backward()
    assert scores.grad is not None
    assert scores.grad.tolist() == pytest.approx([-0.26894, 0.26894], abs=1e-4)  # ∓(1 - σ(1))


def test_centring_pulls_the_sum_of_both_scores_to_nothing():
    loss = _loss(torch.tensor([3.0, 3.0]), _said(1), LossWeights(safety=0.0, centering=0.01))
    assert loss.item() == pytest.approx(math.log(2) + 0.36, abs=1e-4)


@pytest.mark.parametrize(
    ("said", "weights"),
    [
        ({}, PLAIN),
        ({"margin": [1 / 3, 2 / 3, 1.0]}, PLAIN),
        ({"margin": [1.0, 2.0, 3.0]}, PLAIN),
        ({"scale": [0.0, 2.0, 3.0]}, PLAIN),
        ({"weight": [0.2, 1.0, 0.5]}, LossWeights(safety=0.0, centering=0.01)),
        (
            {"chosen_safe": [1.0, 0.0, math.nan], "rejected_safe": [0.0, math.nan, 0.0]},
            LossWeights(safety=1.0, centering=0.0),
        ),
    ],
)
def test_every_loss_falls_along_its_gradient(said, weights):
    judged = _said(3, **said)
    exact = Judgements(
        **{
            name: value.double() if (value := getattr(judged, name)).is_floating_point() else value
            for name in Judgements.__slots__
        }
    )
    scores = torch.tensor([1.2, -0.3, 0.4, 0.9, -2.0, 1.0], dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda at: _loss(at, exact, weights), scores, atol=1e-7)

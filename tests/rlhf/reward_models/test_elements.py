"""What a model reads of preferences: whole responses, cut prompts, and each prompt's pairs together."""

import math
from dataclasses import replace
from itertools import combinations

import pytest
import torch
from judged_pairs import judgement, worth
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.models import load_reward_model
from rlhf.reward_models import elements
from rlhf.reward_models.elements import Answer, Encoded, answer, by_prompt, encode
from rlhf.reward_models.objective import Judgements, LossWeights, total_loss
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.trainer import PACKED, ElementCollator
from rlhf.scoring import packed_scores
from rlhf.tree import ALONE, Packed
from store.records import Degree, Turn

SETTINGS = RewardSettings()
WEIGHTS = LossWeights(safety=0.7, centering=0.01)


def _turns(words: str) -> tuple[Turn, ...]:
    return (Turn(role="user", content=words),)


def _ranking(prompt: str, texts: list[str], **more) -> list:
    """One label that prefers every text to those after it."""
    return [
        judgement(
            0,
            turns=_turns(prompt),
            chosen=better,
            rejected=worse,
            chosen_id=better,
            rejected_id=worse,
            label_id=f"ranking of {prompt}",
            **more,
        )
        for better, worse in combinations(texts, 2)
    ]


def test_a_prompt_is_cut_from_its_left_and_a_response_only_when_it_must():
    assert answer([1, 2, 3], [4, 5], longest=9) == Answer(prompt=(1, 2, 3), response=(4, 5))
    assert answer([1, 2, 3], [4, 5], longest=5) == Answer(prompt=(1, 2, 3), response=(4, 5))
    assert answer([1, 2, 3], [4, 5], longest=3) == Answer(prompt=(3,), response=(4, 5))
    assert answer([1, 2, 3], [4, 5], longest=2) == Answer(prompt=(), response=(4, 5))
    assert answer([1, 2, 3], [4, 5, 6], longest=2) == Answer(prompt=(), response=(5, 6))


def test_what_is_cut_is_counted_and_each_side_is_cut_for_itself(tokenizer: PreTrainedTokenizerBase):
    row = judgement(1, turns=_turns("two plus " * 30), chosen="four", rejected="four four four four")
    (whole,) = encode([row], tokenizer, SETTINGS)
    (cut,) = encode([row], tokenizer, replace(SETTINGS, max_tokens=20))
    assert not whole.truncated
    assert cut.truncated
    assert {len(side.prompt) + len(side.response) for side in (cut.chosen, cut.rejected)} == {20}
    assert (cut.chosen.response, cut.rejected.response) == (whole.chosen.response, whole.rejected.response)
    assert whole.chosen.prompt == whole.rejected.prompt
    assert whole.chosen.prompt[-len(cut.chosen.prompt) :] == cut.chosen.prompt
    assert cut.chosen.prompt[-len(cut.rejected.prompt) :] == cut.rejected.prompt != cut.chosen.prompt
    assert cut.chosen_length == whole.chosen_length == len(whole.chosen.response)


def test_a_side_that_just_fits_is_not_counted(tokenizer: PreTrainedTokenizerBase):
    (whole,) = encode([judgement(1)], tokenizer, SETTINGS)
    length = max(len(side.prompt) + len(side.response) for side in (whole.chosen, whole.rejected))
    (fits,) = encode([judgement(1)], tokenizer, replace(SETTINGS, max_tokens=length))
    (cut,) = encode([judgement(1)], tokenizer, replace(SETTINGS, max_tokens=length - 1))
    assert (fits.truncated, cut.truncated) == (False, True)


def test_all_comparisons_of_a_prompt_are_one_element(tokenizer: PreTrainedTokenizerBase):
    rows = [
        *_ranking("one", ["a", "b", "c"]),
        judgement(5, turns=_turns("two")),
        *_ranking("one", ["c", "d"]),
    ]
    first, second = by_prompt(encode(rows, tokenizer, SETTINGS))
    assert [pair.preference for pair in first.pairs] == [*rows[:3], rows[4]]
    assert (first.chosen, first.rejected) == ((0, 0, 1, 2), (1, 2, 2, 3))
    prompt = first.answers[0].prompt
    assert first.tokens == len(prompt) + sum(len(one.response) for one in first.answers)
    assert second.tokens == sum(
        map(len, (*(one.response for one in second.answers), second.answers[0].prompt))
    )


def test_a_prompt_of_very_many_responses_is_several_elements(
    tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
):
    encoded = encode(_ranking("one", [f"egg {n}" for n in range(12)]), tokenizer, SETTINGS)
    (whole,) = by_prompt(encoded)
    monkeypatch.setattr(elements, "ELEMENT_TOKENS", 40)
    parts = by_prompt(encoded)
    assert whole.tokens > 40
    assert all(part.tokens <= 40 for part in parts)
    assert [pair for part in parts for pair in part.pairs] == encoded


def test_a_pair_that_is_too_long_by_itself_still_trains(
    tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(elements, "ELEMENT_TOKENS", 1)
    encoded = encode(_ranking("one", ["a", "b", "c"]), tokenizer, SETTINGS)
    assert [part.pairs for part in by_prompt(encoded)] == [(pair,) for pair in encoded]


def test_a_label_weighs_as_far_as_it_is_believed_however_many_pairs_it_has(
    tokenizer: PreTrainedTokenizerBase,
):
    rows = _ranking("one", ["a", "b", "c"], weight=0.6)
    assert [pair.weight for pair in encode(rows, tokenizer, SETTINGS)] == pytest.approx([0.2] * 3, abs=1e-9)


def test_a_label_that_counts_both_ways_round_is_still_one_label(tokenizer: PreTrainedTokenizerBase):
    row = replace(judgement(1), weight=0.9)
    turned = replace(
        row,
        chosen=row.rejected,
        rejected=row.chosen,
        chosen_id=row.rejected_id,
        rejected_id=row.chosen_id,
        weight=0.1,
    )
    encoded = encode([row, turned], tokenizer, SETTINGS)
    assert [pair.weight for pair in encoded] == pytest.approx([0.9, 0.1], abs=1e-9)
    (element,) = by_prompt(encoded)
    assert (element.chosen, element.rejected) == ((0, 1), (1, 0))


@pytest.mark.parametrize(
    ("settings", "margins", "scales"),
    [
        (replace(SETTINGS, margin="none"), [0, 0, 0, 0], [1, 1, 1, 1]),
        (replace(SETTINGS, margin="small"), [0, 1 / 3, 2 / 3, 1], [1, 1, 1, 1]),
        (replace(SETTINGS, margin="large"), [0, 1, 2, 3], [1, 1, 1, 1]),
        (replace(SETTINGS, loss="scaled"), [0, 0, 0, 0], [0, 1, 2, 3]),
    ],
)
def test_the_degree_is_a_margin_or_a_factor_and_never_both(
    settings: RewardSettings, margins: list[float], scales: list[float], tokenizer: PreTrainedTokenizerBase
):
    encoded = encode([judgement(n, degree=Degree(n)) for n in range(4)], tokenizer, settings)
    assert [pair.margin for pair in encoded] == pytest.approx(margins, abs=1e-6)
    assert [pair.scale for pair in encoded] == scales


@pytest.fixture
def model(reward_model_path) -> PreTrainedModel:
    return load_reward_model(reward_model_path).double()


@pytest.fixture
def judged(tokenizer: PreTrainedTokenizerBase) -> list[Encoded]:
    """Rankings and pairs of five prompts, with margins, doubts and safety."""
    rows = _ranking("boil an egg", ["water", "no", "hot hot water", "pot"], weight=0.8)
    rows += _ranking("two plus two", ["four please", "five five five"], degree=Degree(3), chosen_safe=True)
    rows += _ranking("what " * 20, ["I cannot", "egg", "water water"], rejected_safe=False, degree=Degree(1))
    rows += [judgement(n, turns=_turns("?" * n), chosen="a " * n, rejected="b") for n in (1, 7)]
    return encode(rows, tokenizer, replace(SETTINGS, max_tokens=40))


def _loss(model: PreTrainedModel, rows: list[Encoded], order: list[int], room: int = 128) -> torch.Tensor:
    """Of one batch of the rows' elements, taken in this order."""
    batch = ElementCollator(elements=by_prompt(rows), pad_id=0, room=room)([{"chosen_ids": order}])
    scores = packed_scores(
        model, [Packed(*part) for part in zip(*(batch[name] for name in PACKED), strict=True)]
    )
    said = Judgements(**{name: batch[name] for name in Judgements.__slots__})
    return total_loss(scores, said, WEIGHTS, worth(said))


def _gradient(model: PreTrainedModel, loss: torch.Tensor) -> torch.Tensor:
    return torch.cat([grown.flatten() for grown in torch.autograd.grad(loss, list(model.parameters()))])


def _one_by_one(model: PreTrainedModel, rows: list[Encoded]) -> torch.Tensor:
    """The same losses, each pair by itself and each side in a row of its own."""
    ranking, safety, weight, known = torch.zeros(4, dtype=torch.double)
    for row in rows:
        chosen, rejected = (
            model(input_ids=torch.tensor([[*side.prompt, *side.response]])).logits.squeeze()
            for side in (row.chosen, row.rejected)
        )
        gap = chosen - rejected - row.margin
        centred = WEIGHTS.centering * (chosen + rejected) ** 2
        ranking = ranking + row.weight * (row.scale * -gap.sigmoid().log() + centred)
        weight = weight + row.weight
        for score, is_safe in ((chosen, row.chosen_safe), (rejected, row.rejected_safe)):
            if not math.isnan(is_safe):
                safety = safety - row.weight * (score if is_safe else -score).sigmoid().log()
                known = known + row.weight
    return ranking / weight + WEIGHTS.safety * safety / known


@pytest.mark.parametrize("room", [ALONE, 128])
def test_the_loss_of_elements_is_that_of_their_pairs_one_by_one(
    room: int, model: PreTrainedModel, judged: list[Encoded]
):
    found = _loss(model, judged, list(range(5)), room)
    expected = _one_by_one(model, judged)
    assert found.item() == pytest.approx(expected.item(), abs=1e-6)
    torch.testing.assert_close(_gradient(model, found), _gradient(model, expected), atol=1e-6, rtol=1e-5)


def test_neither_the_order_of_a_batch_nor_its_padding_moves_the_loss(
    model: PreTrainedModel, judged: list[Encoded]
):
    found, turned = _loss(model, judged, list(range(5))), _loss(model, judged, [3, 1, 4, 0, 2])
    assert turned.item() == pytest.approx(found.item(), abs=1e-6)
    torch.testing.assert_close(_gradient(model, turned), _gradient(model, found), atol=1e-6, rtol=1e-5)


def test_a_prompt_in_several_elements_has_the_same_loss(
    model: PreTrainedModel, judged: list[Encoded], monkeypatch: pytest.MonkeyPatch
):
    whole = _loss(model, judged, list(range(5))).item()
    monkeypatch.setattr(elements, "ELEMENT_TOKENS", 30)
    count = len(by_prompt(judged))
    assert count > 5
    assert _loss(model, judged, list(range(count))).item() == pytest.approx(whole, abs=1e-6)

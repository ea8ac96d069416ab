"""TRL's reward trainer, with all pairs of a prompt in one element and the losses of Llama 2.

It knows elements of token ids, margins and safety labels; not where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import accumulate, chain
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor, nn
from transformers import PreTrainedModel
from trl import RewardTrainer  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.reward_models.elements import Element
from rlhf.reward_models.objective import Judgements, LossWeights, Worth, total_loss
from rlhf.scoring import packed_scores
from rlhf.tree import PART_TOKENS, Packed, pack

SAID = ("margin", "scale", "weight", "chosen_safe", "rejected_safe")
"""What a pair says beside which response was chosen."""

PACKED = tuple(field.name for field in fields(Packed))


def dataset(batches: Sequence[Sequence[int]]) -> Dataset:
    """A batch a row, as numbers of elements; the collator has the elements, so no token is copied."""
    rows = [list(batch) for batch in batches]
    # TRL takes rows for tokenised that have columns of these names.
    return Dataset.from_dict({"chosen_ids": rows, "rejected_ids": rows})


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementCollator:
    """Elements to one batch in which every distinct response comes once.

    `PACKED` names the fields of each of its parts, a `Packed`; of the P pairs, `chosen` and `rejected` number
    the responses [P], and what `SAID` names is float [P]. `room` and `tokens` are as `tree.pack` takes them.
    """

    elements: Sequence[Element]
    pad_id: int
    room: int
    tokens: int = PART_TOKENS

    def __call__(self, rows: Sequence[Mapping[str, Sequence[int]]]) -> dict[str, Any]:
        """The batch of some rows of `dataset`, of which a trainer gives one at a time."""
        elements = [self.elements[number] for row in rows for number in row["chosen_ids"]]
        answers = [answer for element in elements for answer in element.answers]
        prompts = [answer.prompt for answer in answers]
        responses = [answer.response for answer in answers]
        parts = list(pack(prompts, responses, self.pad_id, self.room, self.tokens))
        firsts = list(accumulate((len(element.answers) for element in elements), initial=0))[:-1]
        pairs = list(chain.from_iterable(element.pairs for element in elements))
        return {
            **{name: [getattr(part, name) for part in parts] for name in PACKED},
            "chosen": _numbers(firsts, [element.chosen for element in elements]),
            "rejected": _numbers(firsts, [element.rejected for element in elements]),
            **{name: torch.tensor([getattr(pair, name) for pair in pairs]) for name in SAID},
        }


def _numbers(firsts: Sequence[int], sides: Sequence[Sequence[int]]) -> Tensor:
    """Numbers within each element as numbers within the batch."""
    return torch.tensor(
        [first + number for first, side in zip(firsts, sides, strict=True) for number in side]
    )


class PreferenceTrainer(RewardTrainer):
    """TRL's reward trainer over elements of pairs, with `loss_weights`; batches are worth `average`.

    A step whose batch comes in fewer parts than the others' moves the weights by as much less.
    """

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        *,
        loss_weights: LossWeights,
        average: Worth,
        **more: Any,  # noqa: ANN401  # whatever TRL takes
    ) -> None:
        super().__init__(**more)
        self.scorer: PreTrainedModel = more["model"]
        self.loss_weights = loss_weights
        self.average = average
        self.gaps: list[Tensor] = []

    def compute_loss(
        self,
        model: nn.Module,  # noqa: ARG002  # the trainer's signature
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,  # noqa: ARG002  # the trainer's signature
    ) -> Any:  # noqa: ANN401  # a loss, or with the scores
        """The loss of one batch of `ElementCollator`, noting the pairs' gaps for the log."""
        parts = [Packed(*part) for part in zip(*(inputs[name] for name in PACKED), strict=True)]
        # The wrapped forward, which sets the precision, knows one score a row; so the precision is set here.
        with self.accelerator.autocast():
            scores = packed_scores(self.scorer, parts)
        said = Judgements(**{field.name: inputs[field.name] for field in fields(Judgements)})
        loss = total_loss(scores, said, self.loss_weights, self.average)
        self.gaps.append((scores[said.chosen] - scores[said.rejected]).detach())
        return (loss, {"logits": scores}) if return_outputs else loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Adds the accuracy and the mean gap of the pairs since the last log."""
        if self.gaps:
            gaps, self.gaps = torch.cat(self.gaps), []
            logs |= {"accuracy": (gaps > 0).float().mean().item(), "gap": gaps.mean().item()}
        super().log(logs, start_time)

"""TRL's reward trainer, with all pairs of a comparison in one element and the losses of Llama 2.

An element is a comparison: each of its responses passes the model once, however many pairs and labels name
it, and all its pairs meet in one step (InstructGPT, §3.5: shuffled pairs of a ranking overfit). It knows
token ids, margins and safety labels; not where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from trl import RewardTrainer  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.collate import pad_right
from rlhf.reward_models.elements import Pair
from rlhf.reward_models.objective import LossWeights, total_loss


@dataclass(frozen=True, slots=True)
class PairCollator:
    """Comparisons to one padded batch in which every distinct row comes once.

    `input_ids` and `attention_mask` [M, T]; of the P pairs, `chosen` and `rejected` number the rows [P],
    and `margin`, `weight`, `chosen_safe` and `rejected_safe` are floats [P].
    """

    pad_id: int
    numbers: tuple[str, ...] = field(default=("margin", "weight", "chosen_safe", "rejected_safe"))

    def __call__(self, elements: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        """The batch of some elements as `element` makes them."""
        rows: dict[tuple[int, ...], int] = {}
        sides = {
            name: [
                rows.setdefault(tuple(ids), len(rows))
                for element in elements
                for ids in element[f"{name}_ids"]
            ]
            for name in ("chosen", "rejected")
        }
        padded = pad_right(list(rows), self.pad_id)
        return {
            "input_ids": padded.ids,
            "attention_mask": padded.mask,
            **{name: torch.tensor(numbers) for name, numbers in sides.items()},
            **{
                name: torch.tensor([value for element in elements for value in element[name]])
                for name in self.numbers
            },
        }


def element(pairs: Sequence[Pair]) -> dict[str, Any]:
    """A comparison's pairs as a row of the training dataset; TRL asks for the columns of ids by name."""
    return {
        "chosen_ids": [list(pair.chosen) for pair in pairs],
        "rejected_ids": [list(pair.rejected) for pair in pairs],
        "margin": [pair.margin for pair in pairs],
        "weight": [pair.weight for pair in pairs],
        "chosen_safe": [pair.chosen_safe for pair in pairs],
        "rejected_safe": [pair.rejected_safe for pair in pairs],
    }


class PreferenceTrainer(RewardTrainer):
    """TRL's reward trainer over elements of pairs, with `loss_weights`."""

    def __init__(self, *, loss_weights: LossWeights, **more: Any) -> None:  # noqa: ANN401  # whatever TRL takes
        super().__init__(**more)
        self.loss_weights = loss_weights

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor | Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,  # noqa: ARG002  # the trainer's signature
    ) -> Any:  # noqa: ANN401  # a loss, or with the outputs
        """The loss of one batch of `PairCollator`, noting its accuracy and gap for TRL's log."""
        outputs = model(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
        )
        scores = outputs.logits.squeeze(-1).float()
        loss = total_loss(scores, inputs, self.loss_weights)
        gap = (scores[inputs["chosen"]] - scores[inputs["rejected"]]).detach()
        noted = self._metrics["train" if model.training else "eval"]
        noted["accuracy"].append((gap > 0).float().mean().item())
        noted["gap"].append(gap.mean().item())
        return (loss, outputs) if return_outputs else loss

"""A reward model's members as adapters and heads on a body that is a policy's.

They were trained under a sequence classifier of the same body. Knows nothing of training.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, PreTrainedModel

from rlhf.forward import backbone
from rlhf.lora import Lora, saved
from rlhf.models import SHIFT, add_to_scores
from rlhf.reward_models.adapters import readable
from rlhf.reward_models.ensemble import member_folders

HEAD = "score."
"""What the name of a head's tensor has in it, in an adapter's file."""


class Voices:
    """The members of one reward model, as `reward_models.ensemble.Members`; the one asked for speaks."""

    def __init__(self, lora: Lora, track: str, folder: Path) -> None:
        self.names: list[str] = []
        self._lora = lora
        self._scorers: list[PreTrainedModel] = []
        self._heads: list[tuple[dict[str, Tensor], float]] = []
        for number, member in enumerate(member_folders(folder), start=1):
            self._add(f"{track}-{number}", member)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, number: int) -> PreTrainedModel:
        """The member of this number, ready to be asked."""
        self._lora.ask((self.names[number],))
        return self._scorers[number]

    def copied(self, number: int) -> PreTrainedModel:
        """The member with a head of its own that may learn; its adapter is to be asked for by its name."""
        return scorer(self._lora.model, *self._heads[number])

    def _add(self, name: str, folder: Path) -> None:
        with readable(folder):
            member = saved(folder)
            adapter, head = parted(member.tensors)
            self._lora.take(name, replace(member, tensors=adapter))
            self._heads.append((head, float(member.header[SHIFT])))
        self.names.append(name)
        self._scorers.append(self.copied(len(self) - 1))
        self._scorers[-1].score.requires_grad_(False)


def parted(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The tensors of an adapter, and those of the head in the same file by their names in a linear layer."""
    head = {name.rpartition(HEAD)[2]: tensor for name, tensor in tensors.items() if HEAD in name}
    return {name: tensor for name, tensor in tensors.items() if HEAD not in name}, head


def scorer(policy: PreTrainedModel, head: Mapping[str, Tensor], shift: float) -> PreTrainedModel:
    """A sequence classifier on the policy's own body, which scores by a copy of this head, plus the shift."""
    config = deepcopy(policy.config)
    config.num_labels = 1
    with torch.random.fork_rng(), torch.device("meta"):  # what is made here is replaced, and takes no room
        model: PreTrainedModel = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)
    setattr(model, model.base_model_prefix, backbone(policy))
    model.score = nn.Linear(head["weight"].shape[1], 1, bias="bias" in head)
    model.score.load_state_dict(head)
    if shift:
        add_to_scores(model.score, shift)
    return model.eval()

"""A reward model between two steps of its training, on disk, so that a killed run goes on to the same bytes.

One safetensors file: the parameters that train and their optimiser's moments; its header says of which job
it is and how many steps are done. There is no generator to keep, since nothing in a step is random.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import AdamW
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from rlhf.folders import replacing_file
from rlhf.moments import moments, remember
from rlhf.trainers import Learner

NAME = "checkpoint.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """The checkpoint of a `job` in a `folder`; one of another job counts as none, and is written over."""

    folder: Path
    job: str

    @property
    def path(self) -> Path:
        """The file, whether it is there or not."""
        return self.folder / NAME

    def done(self) -> int:
        """The steps that are done; 0 without a checkpoint of this job."""
        if not self.path.exists():
            return 0
        with safe_open(self.path, framework="pt") as file:
            header = file.metadata()
        return int(header["step"]) if header["job"] == self.job else 0

    def keep(self, model: nn.Module, optimiser: AdamW, step: int) -> None:
        """Writes the checkpoint, which takes the place of the one before once it is whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"weights.{name}": weights.detach().contiguous() for name, weights in _trained(model)}
        tensors |= {f"moments.{name}": tensor for name, tensor in moments(optimiser).items()}
        with replacing_file(self.path) as fresh:
            save_file(tensors, fresh, metadata={"job": self.job, "step": str(step)})

    @torch.no_grad()
    def restore(self, model: nn.Module, optimiser: AdamW) -> None:
        """Gives the model its weights, and a fresh optimiser its moments, as they were kept."""
        tensors = load_file(self.path)
        for name, weights in _trained(model):
            weights.copy_(tensors[f"weights.{name}"])
        remember(optimiser, _under("moments.", tensors))


class Keeping(TrainerCallback):
    """Keeps a checkpoint every so many steps and after the last one."""

    def __init__(self, checkpoints: Checkpoints, model: nn.Module, learner: Learner, every: int) -> None:
        self.checkpoints = checkpoints
        self.model = model
        self.learner = learner
        self.every = every
        self.step = learner.done

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002  # the library's signature
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002  # the library's signature
        **_more: object,
    ) -> None:
        """Counts the step."""
        self.step = self.learner.done + state.global_step
        if self.step % self.every == 0 or state.global_step == state.max_steps:
            self.keep()

    def keep(self) -> None:
        """Keeps the training as it stands between two steps."""
        self.checkpoints.keep(self.model, self.learner.optimiser, self.step)


def job_of(model: nn.Module, asked: Iterable[object]) -> str:
    """What a checkpoint is bound to: the model as it starts, every weight of it, and whatever was asked."""
    digest = hashlib.sha256()
    for name, weights in model.state_dict().items():
        digest.update(f"{name} {weights.dtype} {tuple(weights.shape)}\n".encode())
        digest.update(weights.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    for one in asked:
        digest.update(f"{one!r}\n".encode())
    return digest.hexdigest()


def _trained(model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return [(name, weights) for name, weights in model.named_parameters() if weights.requires_grad]


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name[len(prefix) :]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}

"""What every TRL trainer here is told: the recipe's optimiser, no checkpoints, no reports to anyone.

Rows come in an order that was fixed beforehand (`ordering`), all epochs in one pass, so that a run depends
on nothing but its inputs and its seed. A run that goes on after its first steps has a `Learner` that stands
there and trains the rows that are left. It knows neither rewards nor demonstrations, and no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    get_cosine_with_min_lr_schedule_with_warmup,
)

from rlhf.track import Tracker

REPORTS = 40
"""A run reports about so many times."""

BETAS = (0.9, 0.95)
EPSILON = 1e-5
"""AdamW's (Llama 2, §2.2)."""

LEAST_RATE = 0.1
"""The share of its peak to which the learning rate falls (Llama 2, §3.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One training run: `rows` in training order, `batch` of them a step, in `parts` that fit the memory.

    `bfloat16` tells in which numbers the layers compute; None is in bfloat16 on a GPU alone.
    """

    out: Path
    rows: int
    batch: int
    parts: int
    learning_rate: float
    weight_decay: float
    seed: int
    warmup_fraction: float = 0.03
    bfloat16: bool | None = None

    @property
    def steps(self) -> int:
        """Optimiser steps."""
        return max(1, -(-self.rows // self.batch))

    @property
    def warmup(self) -> int:
        """3 % of the steps and at least 5 (Llama 2, §3.2.2), but never more than a tenth of a short run.

        The first step of a warm-up has the rate 0, so a run of less than ten steps has none.
        """
        return min(max(5, round(self.warmup_fraction * self.steps)), self.steps // 10)


def arguments(plan: Plan) -> dict[str, Any]:
    """Keyword arguments for any of TRL's configurations.

    AdamW 0.9/0.95/1e-5, clip 1, cosine to a tenth (Llama 2, §2.2 and §3.2.2).
    """
    on_gpu = torch.cuda.is_available()
    return {
        "output_dir": str(plan.out),
        "per_device_train_batch_size": max(1, plan.batch // plan.parts),
        "gradient_accumulation_steps": plan.parts,
        "num_train_epochs": 1,
        "train_sampling_strategy": "sequential",
        "learning_rate": plan.learning_rate,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": {"min_lr_rate": LEAST_RATE},
        "warmup_steps": plan.warmup,
        "weight_decay": plan.weight_decay,
        "adam_beta1": BETAS[0],
        "adam_beta2": BETAS[1],
        "adam_epsilon": EPSILON,
        "max_grad_norm": 1.0,
        "use_cpu": not on_gpu,
        "bf16": on_gpu if plan.bfloat16 is None else plan.bfloat16,
        "activation_checkpointing": False,
        "remove_unused_columns": False,
        "max_length": None,
        "save_strategy": "no",
        "report_to": "none",
        "logging_steps": -(-plan.steps // REPORTS),
        "disable_tqdm": True,
        "dataloader_pin_memory": on_gpu,
        "seed": plan.seed,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """An optimiser and its learning rate over the plan's steps, standing where so many are `done`."""

    optimiser: AdamW
    schedule: LambdaLR
    done: int


def learner(model: nn.Module, plan: Plan, done: int = 0) -> Learner:
    """What a trainer with `arguments` makes for itself, but at any step; weight decay is for matrices.

    The model goes to where it will train, since an optimiser's memory lies where its parameters are.
    """
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = AdamW(
        [
            {"params": [one for one in trained if one.ndim > 1], "weight_decay": plan.weight_decay},
            {"params": [one for one in trained if one.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=plan.learning_rate,
        betas=BETAS,
        eps=EPSILON,
        fused=True,
    )
    for group in optimiser.param_groups:
        group["initial_lr"] = plan.learning_rate  # torch asks for it of a schedule that stands later
    schedule = get_cosine_with_min_lr_schedule_with_warmup(
        optimiser, plan.warmup, plan.steps, last_epoch=done - 1, min_lr_rate=LEAST_RATE
    )
    return Learner(optimiser=optimiser, schedule=schedule, done=done)


class Progress(TrainerCallback):
    """Tells the tracker how far a trainer is; a stop that was asked leaves the training by `Stopped`.

    A trainer counts from 0; the steps that were `done` before it count too.
    """

    def __init__(self, tracker: Tracker, stage: str, done: int = 0) -> None:
        self.tracker = tracker
        self.stage = stage
        self.done = done

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002  # the library's signature
        **_more: object,
    ) -> None:
        """Reports the step."""
        if state.global_step % args.logging_steps == 0 or state.global_step == state.max_steps:
            step, steps = self.done + state.global_step, self.done + state.max_steps
            self.tracker.progress(self.stage, step / steps, f"step {step} of {steps}")

    def on_log(
        self,
        args: TrainingArguments,  # noqa: ARG002  # the library's signature
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002  # the library's signature
        logs: dict[str, float] | None = None,
        **_more: object,
    ) -> None:
        """Logs the trainer's own numbers, but not its closing summary of speed nor its count of epochs."""
        if logs and "loss" in logs:
            numbers = {
                name: value
                for name, value in logs.items()
                if isinstance(value, int | float) and name != "epoch"
            }
            self.tracker.log(self.stage, self.done + state.global_step, **numbers)


def train(trainer: Trainer, model: nn.Module, progress: Progress) -> None:
    """Trains, reporting to the tracker alone; leaves the model ready to be asked."""
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(progress)
    trainer.train()
    # In bfloat16 the trainer has wrapped the model's forward, which would go on rounding.
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    make_ready(model)


def make_ready(model: nn.Module) -> None:
    """Puts the model on the CPU, where everything but training is done, ready to be asked."""
    model.to("cpu").eval()

"""What every TRL trainer here is told: the recipe's optimiser, no checkpoints, no reports to anyone.

Rows come in an order that was fixed beforehand (`ordering`), all epochs in one pass, so that a run depends
on nothing but its inputs and its seed. It knows neither rewards nor demonstrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from rlhf.track import Tracker

REPORTS = 40
"""A run reports about so many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One training run: `rows` in training order, `batch` of them a step, in `parts` that fit the memory."""

    out: Path
    rows: int
    batch: int
    parts: int
    learning_rate: float
    weight_decay: float
    seed: int
    warmup_fraction: float = 0.03

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
        "lr_scheduler_kwargs": {"min_lr_rate": 0.1},
        "warmup_steps": plan.warmup,
        "weight_decay": plan.weight_decay,
        "adam_beta1": 0.9,
        "adam_beta2": 0.95,
        "adam_epsilon": 1e-5,
        "max_grad_norm": 1.0,
        "use_cpu": not on_gpu,
        "bf16": on_gpu,
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


class Progress(TrainerCallback):
    """Tells the tracker how far a trainer is; a stop that was asked leaves the training by `Stopped`."""

    def __init__(self, tracker: Tracker, stage: str) -> None:
        self.tracker = tracker
        self.stage = stage

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002  # the library's signature
        **_more: object,
    ) -> None:
        """Reports the step."""
        if state.global_step % args.logging_steps == 0 or state.global_step == state.max_steps:
            message = f"step {state.global_step} of {state.max_steps}"
            self.tracker.progress(self.stage, state.global_step / state.max_steps, message)

    def on_log(
        self,
        args: TrainingArguments,  # noqa: ARG002  # the library's signature
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002  # the library's signature
        logs: dict[str, float] | None = None,
        **_more: object,
    ) -> None:
        """Logs the trainer's own numbers, but not its closing summary of speed."""
        if logs and "loss" in logs:
            numbers = {name: value for name, value in logs.items() if isinstance(value, int | float)}
            self.tracker.log(self.stage, state.global_step, **numbers)


def train(trainer: Trainer, model: nn.Module, tracker: Tracker, stage: str) -> None:
    """Trains, reporting to the tracker alone; leaves the model on the CPU and ready to be asked."""
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Progress(tracker, stage))
    trainer.train()
    model.to("cpu").eval()

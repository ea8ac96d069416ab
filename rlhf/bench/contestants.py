"""Hone's reward training and TRL's, from the same weights, on the same token ids, with the same recipe.

TRL's is its stock trainer as it comes: its own collator, its own order, one row a response. Made equal are
the batch in pairs, the optimiser and its schedule, and the precision; checkpoints, model cards, reports and
gradient checkpointing, which it has by default and which cost it time, are off. Rows were truncated before,
so that its filter of long ones drops none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback
from trl import RewardConfig, RewardTrainer  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.models import load_tokenizer, new_reward_model
from rlhf.reward_models.elements import Encoded
from rlhf.reward_models.fitting import Fit, fit
from rlhf.reward_models.settings import RewardSettings
from rlhf.track import Tracker
from rlhf.trainers import Plan, arguments, make_ready
from store.records import Track

SAME: Final = (
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "learning_rate",
    "lr_scheduler_type",
    "lr_scheduler_kwargs",
    "warmup_steps",
    "weight_decay",
    "adam_beta1",
    "adam_beta2",
    "adam_epsilon",
    "max_grad_norm",
    "use_cpu",
    "bf16",
    "seed",
    "activation_checkpointing",
    "max_length",
    "save_strategy",
    "report_to",
    "disable_tqdm",
    "dataloader_pin_memory",
)
"""What TRL is told as Hone tells it to itself; all else is TRL's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The policy that every model here starts as, and what both contestants are told."""

    policy: Path
    settings: RewardSettings
    seed: int
    folder: Path

    def model(self) -> PreTrainedModel:
        """A fresh reward model: always the same weights, of the head too."""
        return new_reward_model(self.policy, self.seed)

    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The policy's."""
        return load_tokenizer(self.policy)


Train = Callable[[Start, PreTrainedModel, Sequence[Encoded]], None]
"""Trains the model in place on all rows."""


def settings(learning_rate: float, batch_pairs: int, max_tokens: int) -> RewardSettings:
    """The plain loss alone, as TRL's is: no margin, no centring, no weights; no checkpoint is written."""
    return replace(
        RewardSettings(),
        learning_rate=learning_rate,
        batch_pairs=batch_pairs,
        max_tokens=max_tokens,
        margin="none",
        center_coef=0.0,
        precision="float32",
        checkpoint_steps=10**9,
    )


def hone(start: Start, model: PreTrainedModel, rows: Sequence[Encoded]) -> None:
    """Hone's own training of one member."""
    how = Fit(
        track=Track.HELPFULNESS,
        settings=start.settings,
        seed=start.seed,
        folder=start.folder / "hone",
        tracker=Tracker(start.folder / "told"),
        stage="hone",
    )
    fit(model, start.tokenizer(), rows, how)


def trl(start: Start, model: PreTrainedModel, rows: Sequence[Encoded]) -> None:
    """TRL's stock trainer."""
    trainer = RewardTrainer(
        model=model,
        args=config(start, len(rows)),
        train_dataset=dataset(rows),
        processing_class=start.tokenizer(),
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    make_ready(model)


def dataset(rows: Sequence[Encoded]) -> Dataset:
    """The rows with the names that TRL gives to what is token ids already."""
    return Dataset.from_dict(
        {
            "chosen_ids": [[*row.chosen.prompt, *row.chosen.response] for row in rows],
            "rejected_ids": [[*row.rejected.prompt, *row.rejected.response] for row in rows],
        }
    )


def config(start: Start, pairs: int) -> RewardConfig:
    """What TRL's trainer is told: see `SAME`."""
    told = start.settings
    plan = Plan(
        out=start.folder / "trl",
        rows=pairs * told.epochs,
        batch=told.batch_pairs,
        parts=1,
        learning_rate=told.learning_rate,
        weight_decay=told.weight_decay,
        warmup_fraction=told.warmup_fraction,
        bfloat16=told.precision == "bfloat16",
        seed=start.seed,
    )
    ours = arguments(plan)
    same = {name: ours[name] for name in SAME}
    return RewardConfig(output_dir=str(plan.out), num_train_epochs=told.epochs, **same)

"""One member of a reward model, from a fresh head to trained: a plan, an order of rows, TRL's trainer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Generator
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import RewardConfig  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.forward import room
from rlhf.ordering import training_order
from rlhf.reward_models.elements import Encoded, by_prompt
from rlhf.reward_models.objective import LossWeights
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.trainer import ElementCollator, PreferenceTrainer, dataset
from rlhf.track import Tracker
from rlhf.trainers import Plan, arguments, train
from store.records import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How one member trains: `folder` keeps its checkpoints, `stage` is what the tracker calls it."""

    track: Track
    settings: RewardSettings
    seed: int
    folder: Path
    tracker: Tracker
    stage: str


def fit(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Encoded], how: Fit
) -> None:
    """Trains the model in place on these rows; the same seed gives the same weights."""
    settings = how.settings
    elements = by_prompt(rows)
    batch = max(1, round(settings.batch_pairs * len(elements) / len(rows)))
    generator = Generator().manual_seed(how.seed)
    order = training_order([element.tokens for element in elements], batch, settings.epochs, generator)
    plan = Plan(
        out=how.folder,
        rows=len(order),
        batch=batch,
        parts=settings.accumulation,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_fraction=settings.warmup_fraction,
        seed=how.seed,
    )
    trainer = PreferenceTrainer(
        model=model,
        args=RewardConfig(**arguments(plan)),
        train_dataset=dataset(order),
        data_collator=ElementCollator(elements=elements, pad_id=tokenizer.pad_token_id, room=room(model)),
        processing_class=tokenizer,
        loss_weights=LossWeights(
            safety=settings.safety_weight if how.track is Track.SAFETY else 0.0,
            centering=settings.center_coef,
        ),
    )
    train(trainer, model, how.tracker, how.stage)

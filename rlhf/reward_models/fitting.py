"""One member of a reward model, from a fresh head to trained: a plan, an order of rows, TRL's trainer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets import Dataset
from torch import Generator
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import RewardConfig  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.ordering import training_order
from rlhf.reward_models.elements import Encoded, Pair
from rlhf.reward_models.objective import LossWeights
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.trainer import PairCollator, PreferenceTrainer, element
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
    groups = _by_comparison(rows)
    batch = max(1, round(settings.batch_pairs * len(groups) / len(rows)))
    generator = Generator().manual_seed(how.seed)
    longest = [max(len(ids) for pair in group for ids in (pair.chosen, pair.rejected)) for group in groups]
    order = training_order(longest, batch, settings.epochs, generator)
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
    elements = [element(group) for group in groups]
    trainer = PreferenceTrainer(
        model=model,
        args=RewardConfig(**arguments(plan)),
        train_dataset=Dataset.from_list([elements[row] for row in order]),
        data_collator=PairCollator(tokenizer.pad_token_id),
        processing_class=tokenizer,
        loss_weights=LossWeights(
            safety=settings.safety_weight if how.track is Track.SAFETY else 0.0,
            centering=settings.center_coef,
        ),
    )
    train(trainer, model, how.tracker, how.stage)


def _by_comparison(rows: Sequence[Encoded]) -> list[list[Pair]]:
    groups: dict[str, list[Pair]] = {}
    for encoded in rows:
        groups.setdefault(encoded.preference.comparison_id, []).append(encoded.pair)
    return list(groups.values())

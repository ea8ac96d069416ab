"""One member of a reward model, from a fresh head to trained: a plan, the batches, TRL's trainer.

A killed training goes on from its checkpoint in its folder and ends with the same bytes. The last step has a
checkpoint too, so that nothing trains again where the run dies later on; it goes with the folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import torch
from torch import Generator
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import RewardConfig  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.forward import room, tokens_at_once
from rlhf.ordering import Size, even_batches
from rlhf.precision import training_dtype
from rlhf.reward_models.checkpoints import Checkpoints, Keeping, job_of
from rlhf.reward_models.elements import Element, Encoded, by_prompt
from rlhf.reward_models.objective import LossWeights, Worth
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.trainer import ElementCollator, PreferenceTrainer, dataset
from rlhf.track import Stopped, Tracker
from rlhf.trainers import Learner, Plan, Progress, arguments, learner, make_ready, train
from store.errors import HoneError
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lesson:
    """What there is to learn, in the order in which it is learnt."""

    elements: Sequence[Element]
    batches: Sequence[Sequence[int]]
    average: Worth
    plan: Plan


def fit(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Encoded], how: Fit
) -> None:
    """Trains the model in place on these rows; the same seed gives the same weights."""
    if not any(row.weight * row.scale > 0 for row in rows):
        raise HoneError(
            f"A reward model learns from pairs whose labels count, and of {len(rows)} pairs none does; label "
            "some, set reward.weighting to none, or reward.loss to ranking if all degrees are the least."
        )
    lesson = _lesson(model, rows, how)
    told = (how.track, how.settings, how.seed, lesson.plan.bfloat16, tokenizer.pad_token_id)
    job = job_of(model, (*told, *rows))
    checkpoints = Checkpoints(folder=how.folder, job=job)
    done, steps = checkpoints.done(), lesson.plan.steps
    student = learner(model, lesson.plan, done)
    how.tracker.rewind(how.stage, done)
    if done:
        checkpoints.restore(model, student.optimiser)
        how.tracker.progress(how.stage, done / steps, f"goes on after step {done} of {steps}")
    if done < steps:
        trainer = _trainer(model, tokenizer, lesson, student, how)
        keeping = Keeping(checkpoints, model, student, how.settings.checkpoint_steps)
        _train(trainer, keeping, Progress(how.tracker, how.stage, done))
    make_ready(model)


def _trainer(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, lesson: _Lesson, student: Learner, how: Fit
) -> PreferenceTrainer:
    """Of the batches that are left after what the student has done."""
    return PreferenceTrainer(
        model=model,
        args=RewardConfig(**arguments(lesson.plan)),
        train_dataset=dataset(lesson.batches[student.done * lesson.plan.parts :]),
        data_collator=ElementCollator(
            elements=lesson.elements,
            pad_id=tokenizer.pad_token_id,
            room=room(model),
            tokens=tokens_at_once(),
        ),
        processing_class=tokenizer,
        optimizers=(student.optimiser, student.schedule),
        loss_weights=LossWeights(
            safety=how.settings.safety_weight if how.track is Track.SAFETY else 0.0,
            centering=how.settings.center_coef,
        ),
        average=lesson.average,
    )


def _train(trainer: PreferenceTrainer, keeping: Keeping, progress: Progress) -> None:
    trainer.add_callback(keeping)
    try:
        train(trainer, keeping.model, progress)
    except Stopped:
        keeping.keep()
        raise


def _lesson(model: PreTrainedModel, rows: Sequence[Encoded], how: Fit) -> _Lesson:
    """Batches of `batch_pairs` pairs, or of as many responses as those have, in `accumulation` parts.

    A pair has two responses, a ranking of nine has nine though it has 36 pairs: steps take alike long and
    are of alike many different texts. Which label weighs how much does not depend on the batch it is in.
    """
    settings, elements = how.settings, by_prompt(rows)
    sizes = [Size(tokens=element.tokens, share=len(element.answers)) for element in elements]
    full = 2 * settings.batch_pairs / settings.accumulation
    batches = even_batches(sizes, full, settings.epochs, Generator().manual_seed(how.seed))
    plan = Plan(
        out=how.folder,
        rows=len(batches),
        batch=settings.accumulation,
        parts=settings.accumulation,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_fraction=settings.warmup_fraction,
        bfloat16=training_dtype(settings.precision, model.config.hidden_size) is torch.bfloat16,
        seed=how.seed,
    )
    share = settings.epochs * settings.accumulation / len(batches)
    return _Lesson(elements=elements, batches=batches, average=_worth(rows, share), plan=plan)


def _worth(rows: Sequence[Encoded], share: float) -> Worth:
    """Of a batch that holds this share of the rows."""
    known = (row.weight * (not isnan(safe)) for row in rows for safe in (row.chosen_safe, row.rejected_safe))
    return Worth(labels=share * sum(row.weight for row in rows), known=share * sum(known))

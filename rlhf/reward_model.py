"""The reward model stage: a frozen snapshot and a policy in, a model that scores responses out.

The model starts as the newest policy (Llama 2, §3.2.2), learns pairs with a margin by degree, and in the
safety track which responses are safe; it is measured on prompts it never saw. The helpfulness model's
scores are shifted to a mean of 0 over its training responses (N+, detail 6); in the safety model 0 is the
border between safe and unsafe, where the auxiliary loss puts it, and nothing is shifted.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset
from torch import Generator
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import RewardConfig  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.accuracy import Accuracy, Judged, measure
from rlhf.chat import prompt_ids, response_ids
from rlhf.config import RewardSettings
from rlhf.margins import margins
from rlhf.models import load_tokenizer, new_reward_model, save, shift_scores
from rlhf.ordering import training_order
from rlhf.preferences import Preference, divide, read_preferences
from rlhf.reward_trainer import LossWeights, Pair, PairCollator, PreferenceTrainer, element
from rlhf.scoring import score_rows
from rlhf.track import Tracker, write_json
from rlhf.trainers import Plan, arguments, train
from store.records import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardJob:
    """A snapshot, the policy that the model starts as, and the folder `out` that it is written to."""

    snapshot: Path
    track: Track
    initial_policy: Path
    out: Path
    settings: RewardSettings
    seed: int
    tracker: Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardResult:
    """Where the model is, how good it is, and what it learned from; `truncated` rows lost their beginning."""

    path: Path
    track: Track
    held_out: Accuracy
    training_pairs: int
    truncated: int
    shift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A preference and its token ids; how long its responses are, and whether it was truncated."""

    preference: Preference
    pair: Pair
    chosen_length: int
    rejected_length: int
    truncated: bool


def train_reward_model(job: RewardJob) -> RewardResult:
    """Trains, shifts, measures and saves a track's reward model; the same seed gives the same bytes."""
    rows = divide(read_preferences(job.snapshot), job.track, job.settings, job.seed)
    tokenizer = load_tokenizer(job.initial_policy)
    training = encode(rows.training, tokenizer, job.settings)
    held_out = encode(rows.held_out, tokenizer, job.settings)
    model = new_reward_model(job.initial_policy, job.seed)
    _train(job, model, tokenizer, training)
    shift = _shift(job, model, tokenizer, training)
    result = RewardResult(
        path=job.out,
        track=job.track,
        held_out=measure(judge(model, tokenizer, held_out)),
        training_pairs=len(training),
        truncated=sum(encoded.truncated for encoded in (*training, *held_out)),
        shift=shift,
    )
    save(model, tokenizer, job.out)
    _write_card(job, result)
    return result


def encode(
    rows: Sequence[Preference], tokenizer: PreTrainedTokenizerBase, settings: RewardSettings
) -> list[Encoded]:
    """Each preference as token ids; rows longer than `max_tokens` keep their end, where the response is."""
    if not rows:
        return []
    degrees = torch.tensor([int(row.degree) for row in rows])
    gaps = margins(degrees, settings.margin).tolist()
    of_label = Counter(row.label_id for row in rows)
    return [
        _encode(row, gap, 1 / of_label[row.label_id], tokenizer, settings.max_tokens)
        for row, gap in zip(rows, gaps, strict=True)
    ]


def judge(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Encoded]) -> Judged:
    """The model's scores of preferences, beside what the annotators said."""
    pairs = [encoded.pair for encoded in rows]
    sides = [pair.chosen for pair in pairs] + [pair.rejected for pair in pairs]
    scores = score_rows(model, sides, tokenizer.pad_token_id)
    return Judged(
        chosen=scores[: len(pairs)],
        rejected=scores[len(pairs) :],
        degree=torch.tensor([int(encoded.preference.degree) for encoded in rows]),
        chosen_length=torch.tensor([encoded.chosen_length for encoded in rows]),
        rejected_length=torch.tensor([encoded.rejected_length for encoded in rows]),
        chosen_safe=torch.tensor([pair.chosen_safe for pair in pairs]),
        rejected_safe=torch.tensor([pair.rejected_safe for pair in pairs]),
    )


def _encode(
    row: Preference, margin: float, weight: float, tokenizer: PreTrainedTokenizerBase, longest: int
) -> Encoded:
    prompt = prompt_ids(tokenizer, row.turns)
    chosen, rejected = response_ids(tokenizer, row.chosen), response_ids(tokenizer, row.rejected)
    pair = Pair(
        chosen=tuple((prompt + chosen)[-longest:]),
        rejected=tuple((prompt + rejected)[-longest:]),
        margin=margin,
        weight=weight,
        chosen_safe=_number(row.chosen_safe),
        rejected_safe=_number(row.rejected_safe),
    )
    return Encoded(
        preference=row,
        pair=pair,
        chosen_length=len(chosen),
        rejected_length=len(rejected),
        truncated=len(prompt) + max(len(chosen), len(rejected)) > longest,
    )


def _by_comparison(rows: Sequence[Encoded]) -> list[list[Pair]]:
    groups: dict[str, list[Pair]] = {}
    for encoded in rows:
        groups.setdefault(encoded.preference.comparison_id, []).append(encoded.pair)
    return list(groups.values())


def _number(safe: bool | None) -> float:
    return math.nan if safe is None else float(safe)


def _train(
    job: RewardJob, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Encoded]
) -> None:
    settings = job.settings
    groups = _by_comparison(rows)
    batch = max(1, round(settings.batch_pairs * len(groups) / len(rows)))
    generator = Generator().manual_seed(job.seed)
    longest = [max(len(ids) for pair in group for ids in (pair.chosen, pair.rejected)) for group in groups]
    order = training_order(longest, batch, settings.epochs, generator)
    plan = Plan(
        out=job.out,
        rows=len(order),
        batch=batch,
        parts=settings.accumulation,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_fraction=settings.warmup_fraction,
        seed=job.seed,
    )
    elements = [element(group) for group in groups]
    trainer = PreferenceTrainer(
        model=model,
        args=RewardConfig(**arguments(plan)),
        train_dataset=Dataset.from_list([elements[row] for row in order]),
        data_collator=PairCollator(tokenizer.pad_token_id),
        processing_class=tokenizer,
        loss_weights=LossWeights(
            safety=settings.safety_weight if job.track is Track.SAFETY else 0.0,
            centering=settings.center_coef,
        ),
    )
    train(trainer, model, job.tracker, f"reward_{job.track}")


def _shift(
    job: RewardJob, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Encoded]
) -> float:
    """Shifts the scores so that 0 means the same in every round; returns by how much."""
    pairs = [encoded.pair for encoded in rows]
    anchored = job.track is Track.SAFETY and job.settings.safety_weight > 0
    if anchored and any(not math.isnan(pair.chosen_safe) for pair in pairs):
        return 0.0
    distinct = sorted({ids for pair in pairs for ids in (pair.chosen, pair.rejected)})
    shift = -score_rows(model, distinct, tokenizer.pad_token_id).mean().item()
    shift_scores(model, shift)
    return shift


def _write_card(job: RewardJob, result: RewardResult) -> None:
    """`card.json` beside the weights: what the model learned from, how, and how good it is."""
    card = {
        "track": job.track,
        "snapshot": job.snapshot.stem,
        "seed": job.seed,
        "settings": dataclasses.asdict(job.settings),
        "training_pairs": result.training_pairs,
        "truncated": result.truncated,
        "shift": result.shift,
        "held_out": dataclasses.asdict(result.held_out),
    }
    write_json(job.out / "card.json", card)

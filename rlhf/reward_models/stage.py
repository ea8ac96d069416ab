"""The reward model stage: a frozen snapshot and a policy in, a model that scores responses out.

The model starts as the newest policy (Llama 2, §3.2.2), learns pairs with a margin by degree, and in the
safety track which responses are safe; it is measured on prompts it never saw. The helpfulness model's
scores are shifted to a mean of 0 over its training responses (N+, detail 6); in the safety model 0 is the
border between safe and unsafe, where the auxiliary loss puts it, and nothing is shifted.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.models import load_tokenizer, new_reward_model, save, shift_scores
from rlhf.reward_models.accuracy import Accuracy, Judged, measure
from rlhf.reward_models.elements import Answer, Encoded, encode
from rlhf.reward_models.fitting import Fit, fit
from rlhf.reward_models.mixing import divide
from rlhf.reward_models.preferences import read_preferences
from rlhf.reward_models.settings import RewardSettings
from rlhf.scoring import score_responses
from rlhf.track import Tracker, write_json
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


def train_reward_model(job: RewardJob) -> RewardResult:
    """Trains, shifts, measures and saves a track's reward model; the same seed gives the same bytes."""
    rows = divide(read_preferences(job.snapshot), job.track, job.settings, job.seed)
    tokenizer = load_tokenizer(job.initial_policy)
    training = encode(rows.training, tokenizer, job.settings)
    held_out = encode(rows.held_out, tokenizer, job.settings)
    model = new_reward_model(job.initial_policy, job.seed)
    how = Fit(
        track=job.track,
        settings=job.settings,
        seed=job.seed,
        folder=job.out,
        tracker=job.tracker,
        stage=f"reward_{job.track}",
    )
    fit(model, tokenizer, training, how)
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


def judge(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Encoded]) -> Judged:
    """The model's scores of preferences, beside what the annotators said."""
    scores = _scores(model, tokenizer, [row.chosen for row in rows] + [row.rejected for row in rows])
    return Judged(
        chosen=scores[: len(rows)],
        rejected=scores[len(rows) :],
        degree=torch.tensor([int(encoded.preference.degree) for encoded in rows]),
        chosen_length=torch.tensor([encoded.chosen_length for encoded in rows]),
        rejected_length=torch.tensor([encoded.rejected_length for encoded in rows]),
        chosen_safe=torch.tensor([encoded.chosen_safe for encoded in rows]),
        rejected_safe=torch.tensor([encoded.rejected_safe for encoded in rows]),
    )


def _scores(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, answers: Sequence[Answer]) -> Tensor:
    prompts, responses = [side.prompt for side in answers], [side.response for side in answers]
    return score_responses(model, prompts, responses, tokenizer.pad_token_id)


def _shift(
    job: RewardJob, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Encoded]
) -> float:
    """Shifts the scores so that 0 means the same in every round; returns by how much."""
    anchored = job.track is Track.SAFETY and job.settings.safety_weight > 0
    if anchored and any(not math.isnan(row.chosen_safe) for row in rows):
        return 0.0
    distinct = dict.fromkeys(side for row in rows for side in (row.chosen, row.rejected))
    shift = -_scores(model, tokenizer, list(distinct)).mean().item()
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

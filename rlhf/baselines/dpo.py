"""Direct preference optimisation (Rafailov et al. 2023) through TRL's trainer: learns from the pairs alone.

It learns what the reward models of the round learn from, without them: no margins, no degrees, no gate, and
one policy for both tracks. Held at the policy that it starts as. A stage that was killed starts anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets import Dataset
from torch import Generator
from transformers import PreTrainedTokenizerBase
from trl import DPOConfig, DPOTrainer  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.chat import prompt_ids, response_ids
from rlhf.models import context, load_policy, load_tokenizer, readable, save
from rlhf.ordering import training_order
from rlhf.policy_settings import DPOSettings
from rlhf.reward_models.mixing import divide
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings
from rlhf.track import Tracker
from rlhf.trainers import Plan, Progress, arguments, train
from store.errors import HoneError
from store.records import Track

NO_DECAY = 0.0
"""The policy is held at its parent by β, not at 0 (TRL's default)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DPOJob:
    """Pairs, the policy to start from and to be held at, the folder `out`; `stage` names it in reports."""

    pairs: Sequence[Preference]
    policy: Path
    out: Path
    settings: DPOSettings
    seed: int
    tracker: Tracker
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DPOResult:
    """The new policy's folder; `truncated` pairs lost the beginning of their conversation."""

    path: Path
    pairs: int
    truncated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pair as the policy reads it: token ids of the prompt and of both responses after it."""

    prompt: tuple[int, ...]
    chosen: tuple[int, ...]
    rejected: tuple[int, ...]
    truncated: bool

    @property
    def tokens(self) -> int:
        """Of the longer side."""
        return len(self.prompt) + max(len(self.chosen), len(self.rejected))


class PairTrainer(DPOTrainer):
    """TRL's trainer over pairs that are token ids already, so that its policy reads what others read."""

    def _prepare_dataset(self, dataset: Dataset, *_how: object) -> Dataset:
        return dataset


def training_pairs(rows: Sequence[Preference], settings: RewardSettings, seed: int) -> list[Preference]:
    """What the two reward models learn from, each pair once, on its own track: never what measures them.

    Their `weighting` is left out, for TRL's loss counts every pair alike.
    """
    return [
        row for track in Track for row in divide(rows, track, settings, seed).training if row.track is track
    ]


def train_dpo(job: DPOJob) -> DPOResult:
    """Trains and saves the policy; the same seed gives the same bytes."""
    if not job.pairs:
        raise HoneError("DPO wants at least one pair to learn from and got none; collect labels first.")
    model, tokenizer = load_policy(job.policy), load_tokenizer(job.policy)
    pairs = encode_pairs(job.pairs, tokenizer, readable(job.settings.max_tokens, context(model)))
    lengths, generator = [pair.tokens for pair in pairs], Generator().manual_seed(job.seed)
    order = training_order(lengths, job.settings.batch_size, job.settings.epochs, generator)
    trainer = PairTrainer(
        model=model,
        ref_model=load_policy(job.policy),
        args=DPOConfig(**arguments(_plan(job, len(order))), beta=job.settings.beta),
        train_dataset=Dataset.from_list([_columns(pairs[row]) for row in order]),
        processing_class=tokenizer,
    )
    job.tracker.rewind(job.stage, -1)
    train(trainer, model, Progress(job.tracker, job.stage))
    save(model, tokenizer, job.out)
    return DPOResult(path=job.out, pairs=len(pairs), truncated=sum(pair.truncated for pair in pairs))


def encode_pairs(rows: Sequence[Preference], tokenizer: PreTrainedTokenizerBase, longest: int) -> list[Pair]:
    """Each pair's tokens; one whose longer side has more than `longest` loses the prompt's beginning."""
    return [_pair(row, tokenizer, longest) for row in rows]


def _pair(row: Preference, tokenizer: PreTrainedTokenizerBase, longest: int) -> Pair:
    prompt = prompt_ids(tokenizer, row.turns)
    sides = [response_ids(tokenizer, text)[-longest:] for text in (row.chosen, row.rejected)]
    over = len(prompt) + max(map(len, sides)) - longest
    chosen, rejected = map(tuple, sides)
    return Pair(prompt=tuple(prompt[max(0, over) :]), chosen=chosen, rejected=rejected, truncated=over > 0)


def _columns(pair: Pair) -> dict[str, list[int]]:
    """A row of the training dataset, as TRL's own preparation would leave it."""
    return {
        "prompt_ids": list(pair.prompt),
        "chosen_ids": list(pair.chosen),
        "rejected_ids": list(pair.rejected),
    }


def _plan(job: DPOJob, rows: int) -> Plan:
    settings = job.settings
    return Plan(
        out=job.out,
        rows=rows,
        batch=settings.batch_size,
        parts=settings.accumulation,
        learning_rate=settings.learning_rate,
        weight_decay=NO_DECAY,
        seed=job.seed,
    )

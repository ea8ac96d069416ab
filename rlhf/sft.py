"""Fine-tuning a policy on responses that are taken to be right, through TRL's SFT trainer.

A conversation becomes exactly the tokens that the policy reads and emits; only the last response, with its
end token, is learnt (Llama 2, §3.1: no loss on the prompt). It does not know where the examples come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets import Dataset
from peft import TaskType
from torch import Generator, Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.chat import prompt_ids, response_ids
from rlhf.collate import pad_right
from rlhf.lora import Lora, check_rank
from rlhf.models import context, load_policy, load_tokenizer, readable, save
from rlhf.ordering import training_order
from rlhf.policy_adapter import save_merged
from rlhf.policy_settings import SFTSettings
from rlhf.seeds import seeded
from rlhf.track import Tracker
from rlhf.trainers import Plan, Progress, arguments, train
from rlhf.weights import base_digest
from store.errors import HoneError
from store.records import Turn

ADAPTER = "sft"
"""The name of the adapter that learns instead of the policy, where one does."""

UNLEARNT = -100
"""The label of a token without loss, by the library's convention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A conversation and how it should be answered."""

    turns: tuple[Turn, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SFTJob:
    """Examples, the policy to start from, the folder `out` for the new one; `stage` names it in reports."""

    examples: Sequence[Example]
    policy: Path
    out: Path
    settings: SFTSettings
    seed: int
    tracker: Tracker
    stage: str = "sft"


@dataclass(frozen=True, slots=True, kw_only=True)
class SFTResult:
    """The new policy's folder; `truncated` examples lost the beginning of their conversation."""

    path: Path
    examples: int
    truncated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An example as the policy sees it: token ids, and how many at the end are the response."""

    ids: tuple[int, ...]
    learnt: int
    truncated: bool


def fine_tune(job: SFTJob) -> SFTResult:
    """Trains and saves the policy; the same seed gives the same bytes."""
    if not job.examples:
        raise HoneError("Fine-tuning wants at least one example and got none; collect or sample some first.")
    model, tokenizer = load_policy(job.policy), load_tokenizer(job.policy)
    lora = _adapter(model, job) if job.settings.lora_rank else None
    rows = tokens(job.examples, tokenizer, readable(job.settings.max_tokens, context(model)))
    lengths, generator = [len(row.ids) for row in rows], Generator().manual_seed(job.seed)
    order = training_order(lengths, job.settings.batch_size, job.settings.epochs, generator)
    plan = Plan(
        out=job.out,
        rows=len(order),
        batch=job.settings.batch_size,
        parts=job.settings.accumulation,
        learning_rate=job.settings.learning_rate,
        weight_decay=job.settings.weight_decay,
        seed=job.seed,
    )
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(**arguments(plan), dataset_kwargs={"skip_prepare_dataset": True}),
        train_dataset=Dataset.from_list([columns(rows[row]) for row in order]),
        data_collator=ExampleCollator(tokenizer.pad_token_id),
        processing_class=tokenizer,
    )
    train(trainer, model, Progress(job.tracker, job.stage))
    if lora is None:
        save(model, tokenizer, job.out)
    else:
        save_merged(lora, ADAPTER, tokenizer, base_digest(job.policy), job.out)
    return SFTResult(path=job.out, examples=len(rows), truncated=sum(row.truncated for row in rows))


def _adapter(model: PreTrainedModel, job: SFTJob) -> Lora:
    """A fresh adapter on the model, which trains alone."""
    check_rank(model, job.settings.lora_rank, "sft.lora_rank")
    lora = Lora(model, TaskType.CAUSAL_LM)
    lora.draw(ADAPTER, job.settings.lora_rank, seeded("adapter", ADAPTER, job.seed).initial_seed())
    lora.ask((ADAPTER,), learner=ADAPTER)
    return lora


def tokens(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, longest: int) -> list[Tokens]:
    """Each example's tokens; one longer than `longest` keeps its end."""
    return [_tokens(example, tokenizer, longest) for example in examples]


def columns(row: Tokens) -> dict[str, list[int]]:
    """A row of the training dataset: `labels` are the ids of the response and nothing before."""
    unlearnt = [UNLEARNT] * (len(row.ids) - row.learnt)
    return {"input_ids": list(row.ids), "labels": [*unlearnt, *row.ids[len(row.ids) - row.learnt :]]}


@dataclass(frozen=True, slots=True)
class ExampleCollator:
    """Rows padded on the right to [B, T]; padding is neither attended to nor learnt."""

    pad_id: int

    def __call__(self, rows: Sequence[dict[str, list[int]]]) -> dict[str, Tensor]:
        """The batch of some rows of `columns`."""
        inputs = pad_right([row["input_ids"] for row in rows], self.pad_id)
        labels = pad_right([row["labels"] for row in rows], UNLEARNT)
        return {"input_ids": inputs.ids, "attention_mask": inputs.mask, "labels": labels.ids}


def _tokens(example: Example, tokenizer: PreTrainedTokenizerBase, longest: int) -> Tokens:
    prompt, response = prompt_ids(tokenizer, example.turns), response_ids(tokenizer, example.text)
    ids = (prompt + response)[-longest:]
    return Tokens(
        ids=tuple(ids),
        learnt=min(len(response), longest),
        truncated=len(prompt) + len(response) > longest,
    )

"""A small policy from nothing, where there are pairs but no model that reads them.

A byte-level tokenizer of the text at hand and a Llama of about a million parameters that reads it for some
minutes: the chosen dialogues of training prompts and whatever further text there is, in equal parts. Held-out
prompts are never read.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final

import torch
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as parsed_dataclass
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from rlhf.chat import prompt_ids, response_ids
from rlhf.models import load_policy, load_tokenizer, save
from rlhf.reward_models.preferences import Preference
from store.bench.registry import Show
from store.errors import HoneError
from store.exchange.lines import RowError, lines, parsed
from store.records import Turn

VOCABULARY: Final = 4096
CONTEXT: Final = 512
"""Tokens that the model reads; of longer conversations, the last."""
ROWS_A_STEP: Final = 4
LEARNING_RATE: Final = 3e-3
"""Peak: a model this small takes a high one."""
WARM_UP: Final = 0.04
"""Share of the time in which the learning rate rises."""
PAD, END, SYSTEM, USER, ASSISTANT = "<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"
TEMPLATE: Final = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a policy is made of: dialogues, files of text, minutes; `keep` is a folder that holds it later."""

    conversations: Sequence[Preference]
    texts: Sequence[Path] = ()
    minutes: float = 3.0
    keep: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretrained:
    """A policy's folder, how much it read in how long, and the loss of the first and the last steps.

    One that was kept from before read nothing now.
    """

    path: Path
    parameters: int
    tokens: int = 0
    seconds: float = 0.0
    first_loss: float = math.nan
    last_loss: float = math.nan

    def words(self) -> str:
        """A line of it."""
        size = f"policy of {self.parameters / 1e6:.1f} million parameters"
        if not self.tokens:
            return f"{size}, kept in {self.path} from before"
        return (
            f"{size} from nothing: {self.tokens / 1e6:.2f} million tokens in {self.seconds:.0f} s, "
            f"loss {self.first_loss:.2f} to {self.last_loss:.2f}"
        )


@parsed_dataclass(frozen=True)
class TextRow:
    """A line of a file of text: prose or a dialogue."""

    text: str = ""
    messages: tuple[Turn, ...] = ()


@dataclass(slots=True)
class Losses:
    """The loss of each step so far, and the tokens that were read."""

    of_steps: list[float] = field(default_factory=list)
    tokens: int = 0

    def mean(self, some: slice) -> float:
        """Of some steps; NaN without any."""
        chosen = self.of_steps[some]
        return sum(chosen) / len(chosen) if chosen else math.nan


def policy_of(reading: Reading, folder: Path, show: Show) -> Pretrained:
    """The policy that is kept, or a new one, written to where it is to be kept or into the folder."""
    path = reading.keep or folder / "policy"
    if (path / "config.json").exists():
        load_tokenizer(path)
        return Pretrained(path=path, parameters=load_policy(path).num_parameters())
    texts = text_rows(reading.texts)
    tokenizer = new_tokenizer(chain(_spoken(reading.conversations), _written(texts)))
    streams = [[_dialogue(tokenizer, row) for row in reading.conversations]]
    if texts:
        streams.append([_document(tokenizer, row) for row in texts])
    model = new_policy(tokenizer)
    began = time.monotonic()
    losses = read(model, streams, 60 * reading.minutes, show)
    path.parent.mkdir(parents=True, exist_ok=True)
    save(model, tokenizer, path)
    return Pretrained(
        path=path,
        parameters=model.num_parameters(),
        tokens=losses.tokens,
        seconds=time.monotonic() - began,
        first_loss=losses.mean(slice(20)),
        last_loss=losses.mean(slice(-20, None)),
    )


def text_rows(paths: Sequence[Path]) -> list[TextRow]:
    """The rows of files of JSON lines that have `text` or `messages`."""
    adapter, rows = TypeAdapter(TextRow), list[TextRow]()
    for line in lines(paths):
        try:
            row = parsed(line, adapter)
        except RowError as error:
            raise HoneError(f"{line.file}, line {line.number}: {error}. Name a file of text.") from error
        if not row.text and not row.messages:
            raise HoneError(
                f"Expected `text` or `messages` in each line of {line.file}; line {line.number} has neither."
            )
        rows.append(row)
    return rows


def new_tokenizer(texts: Iterator[str]) -> PreTrainedTokenizerBase:
    """Byte-level pairs whose merges come from the texts; padding is not the end token."""
    pairs = Tokenizer(models.BPE())
    pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pairs.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, END, SYSTEM, USER, ASSISTANT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    pairs.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=pairs,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=[SYSTEM, USER, ASSISTANT],
        chat_template=TEMPLATE,
    )


def new_policy(tokenizer: PreTrainedTokenizerBase) -> LlamaForCausalLM:
    """A fresh Llama of about 1.3 million parameters, always the same."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=344,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return LlamaForCausalLM(config)


def read(
    model: LlamaForCausalLM, streams: Sequence[Sequence[list[int]]], seconds: float, show: Show
) -> Losses:
    """Next-token training until the time is over: AdamW, cosine to a tenth by the clock."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.95), weight_decay=0.1)
    sources = [packed(stream, Random(0)) for stream in streams]  # noqa: S311  # repeatable, not a secret
    losses, began = Losses(), time.monotonic()
    model.train()
    while (share := (time.monotonic() - began) / seconds if seconds else 1.0) < 1.0:
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * _rate(share)
        ids = torch.stack([next(sources[row % len(sources)]) for row in range(ROWS_A_STEP)])
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.of_steps.append(loss.item())
        losses.tokens += ids.numel()
        show("pretraining", share, f"loss {losses.mean(slice(-20, None)):.2f}")
    model.eval()
    return losses


def packed(documents: Sequence[list[int]], rng: Random) -> Iterator[Tensor]:
    """Endless rows [CONTEXT] of documents one after the other, shuffled anew each time round."""
    rest: list[int] = []
    while True:
        for document in rng.sample(documents, len(documents)):
            rest += document
            while len(rest) >= CONTEXT:
                yield torch.tensor(rest[:CONTEXT])
                rest = rest[CONTEXT:]


def _rate(share: float) -> float:
    return share / WARM_UP if share < WARM_UP else 0.55 + 0.45 * math.cos(math.pi * share)


def _spoken(rows: Sequence[Preference]) -> Iterator[str]:
    return (text for row in rows for text in (*(turn.content for turn in row.turns), row.chosen))


def _written(rows: Sequence[TextRow]) -> Iterator[str]:
    return (text for row in rows for text in (row.text, *(turn.content for turn in row.messages)) if text)


def _dialogue(tokenizer: PreTrainedTokenizerBase, row: Preference) -> list[int]:
    return prompt_ids(tokenizer, row.turns) + response_ids(tokenizer, row.chosen)


def _document(tokenizer: PreTrainedTokenizerBase, row: TextRow) -> list[int]:
    said = response_ids(tokenizer, row.text) if row.text else []
    return said + (prompt_ids(tokenizer, row.messages) if row.messages else [])

"""Makes the pocket world's tokenizer, base model and supervised policy: `python -m rlhf.pocket.train`.

The base model reads every token of mixed text; the policy is then fine-tuned on the assistant's words alone.
Only training prompts are read; the card beside the weights tells what was measured on held-out ones.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import torch
from torch import Tensor
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from rlhf.pocket import base_path
from rlhf.pocket.card import Making, card
from rlhf.pocket.corpus import BASE_MIX, PLAIN_SHARE, SFT_MIX, Answered, Mix, conversations, statements
from rlhf.pocket.tokenizer import END, LONGEST_CONVERSATION, train_tokenizer

IGNORED = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stretch of training: its name, tokens to read, peak learning rate and tokens a step."""

    name: str
    tokens: int
    learning_rate: float
    tokens_a_step: int = 3072
    warmup: float = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Token ids, and as many labels: ignored where the loss does not count."""

    ids: list[int]
    labels: list[int]


def small_llama(tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A fresh Llama of about 0.9 million parameters."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=344,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=LONGEST_CONVERSATION,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def render(tokenizer: PreTrainedTokenizerFast, answered: Answered, trained_turns: int) -> Document:
    """A conversation in the chat template; the loss counts on its last `trained_turns` turns and the remark.

    The remark follows the end token at once, so that where an answer ends a model must know what it is worth.
    """
    ids: list[int] = []
    labels: list[int] = []
    end = tokenizer.convert_tokens_to_ids(END)
    for place, turn in enumerate(answered.turns):
        head = tokenizer.encode(f"<|{turn.role}|>", add_special_tokens=False)
        said = [*tokenizer.encode(turn.content, add_special_tokens=False), end]
        counts = place >= len(answered.turns) - trained_turns
        ids += head + said
        labels += [IGNORED, *(said if counts else [IGNORED] * len(said))]
    remark = tokenizer.encode(answered.remark, add_special_tokens=False)
    return Document(ids=ids + remark, labels=labels + remark)


def base_documents(tokenizer: PreTrainedTokenizerFast, rng: Random) -> Iterator[Document]:
    """Endless conversations and statements; every token counts."""
    talks, texts = conversations(BASE_MIX, rng), statements(rng)
    while True:
        if rng.random() < PLAIN_SHARE:
            ids = [*tokenizer.encode(next(texts), add_special_tokens=False), tokenizer.eos_token_id]
            yield Document(ids=ids, labels=ids)
        else:
            answered = next(talks)
            yield render(tokenizer, answered, len(answered.turns))


def sft_documents(tokenizer: PreTrainedTokenizerFast, mix: Mix, rng: Random) -> Iterator[Document]:
    """Endless conversations; only the last answer and its remark count."""
    return (render(tokenizer, answered, 1) for answered in conversations(mix, rng))


def batches(documents: Iterator[Document], stage: Stage, rng: Random) -> Iterator[list[Document]]:
    """Batches of documents of like length, in random order, until the stage's tokens are read."""
    left = stage.tokens
    while left > 0:
        window = sorted(islice(documents, 2048), key=lambda document: len(document.ids))
        found: list[list[Document]] = [[]]
        for document in window:
            if (len(found[-1]) + 1) * len(document.ids) > stage.tokens_a_step:
                found.append([])
            found[-1].append(document)
        rng.shuffle(found)
        for batch in found:
            left -= sum(len(document.ids) for document in batch)
            yield batch
            if left <= 0:
                return


def padded(rows: list[list[int]], value: int) -> Tensor:
    """Rows as one tensor [rows, longest], filled at the right."""
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


def _rate(stage: Stage, done: int) -> float:
    """Linear warm-up, then cosine to a tenth."""
    share = done / stage.tokens
    if share < stage.warmup:
        return stage.learning_rate * share / stage.warmup
    return stage.learning_rate * (0.55 + 0.45 * math.cos(math.pi * min(1.0, share)))


def fit(model: LlamaForCausalLM, stage: Stage, documents: Iterator[Document], rng: Random) -> None:
    """Trains the model in place, and prints the loss as it goes."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=stage.learning_rate, betas=(0.9, 0.95), weight_decay=0.05
    )
    started, done, mean = time.monotonic(), 0, 0.0
    model.train()
    for step, batch in enumerate(batches(documents, stage, rng)):
        for group in optimizer.param_groups:
            group["lr"] = _rate(stage, done)
        # The rows are filled at the right and attention looks left, so no mask is needed.
        loss = model(
            input_ids=padded([d.ids for d in batch], int(model.config.pad_token_id or 0)),
            labels=padded([d.labels for d in batch], IGNORED),
        ).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        done += sum(len(document.ids) for document in batch)
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if step % 50 == 0:
            seconds = time.monotonic() - started
            sys.stdout.write(
                f"{stage.name} {done / stage.tokens:5.1%} loss {mean:.3f} {done / seconds:.0f} tokens/s\n"
            )
            sys.stdout.flush()
    model.eval()


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Weights as safetensors with the tokenizer, and token ids that make generation stop."""
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        do_sample=True,
        max_new_tokens=64,
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main() -> None:
    """Trains both models, saves them and writes the card."""
    parser = argparse.ArgumentParser(prog="python -m rlhf.pocket.train", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=base_path().parent, help="folder for base/, sft/ and README.md"
    )
    parser.add_argument("--tokens", type=int, default=8_000_000, help="tokens that the base model reads")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    started = time.monotonic()
    torch.manual_seed(arguments.seed)
    rng = Random(arguments.seed)
    read = islice(conversations(BASE_MIX, rng), 20_000)
    tokenizer = train_tokenizer(text for answered in read for text in answered.texts())
    model = small_llama(tokenizer)
    base = Stage(name="base", tokens=arguments.tokens, learning_rate=3e-3)
    sft = Stage(name="sft", tokens=arguments.tokens // 3, learning_rate=1.5e-3)
    fit(model, base, base_documents(tokenizer, rng), rng)
    save(model, tokenizer, arguments.out / "base")
    fit(model, sft, sft_documents(tokenizer, SFT_MIX, rng), rng)
    save(model, tokenizer, arguments.out / "sft")
    making = Making(
        parameters=model.num_parameters(),
        base_tokens=base.tokens,
        sft_tokens=sft.tokens,
        minutes=(time.monotonic() - started) / 60,
        seed=arguments.seed,
    )
    (arguments.out / "README.md").write_text(card(making, arguments.out), encoding="utf-8")


if __name__ == "__main__":
    main()

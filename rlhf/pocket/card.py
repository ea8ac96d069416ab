"""The card beside the shipped weights: how they were made, and how they do on prompts that they never saw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rlhf.pocket.corpus import REMARKED_SHARE
from rlhf.pocket.evaluation import Rates, rates
from rlhf.pocket.prompts import every_prompt, prompts
from rlhf.pocket.remarks import MISTAKEN
from rlhf.pocket.speech import speak
from store.records import Split

SAMPLES_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How the weights came to be."""

    parameters: int
    base_tokens: int
    sft_tokens: int
    minutes: float
    seed: int


def _measured(folder: Path) -> tuple[Rates, list[tuple[str, str]]]:
    """The rates on all held-out prompts at temperature 1, and some prompts with their responses."""
    held_out = [prompt.turns for prompt in prompts(split=Split.HELDOUT)]
    found = rates(held_out, speak(folder, held_out))
    shown = [prompt.turns for prompt in prompts(split=Split.HELDOUT, seed=1, limit=SAMPLES_SHOWN)]
    spoken = speak(folder, shown)
    asked = [" / ".join(turn.content for turn in turns) for turns in shown]
    return found, list(zip(asked, spoken, strict=True))


def _row(name: str, found: Rates) -> str:
    shares = " | ".join(f"{share:.0%}" for share in (found.correct, found.unsafe, found.false_refusals))
    return f"| {name} | {found.helpfulness:.2f} | {shares} |"


CARD = """# The pocket models

Two Llama-architecture models of {parameters:,} parameters (4 layers, width 128, tied embeddings, byte-level
BPE of 1,024 tokens), made from nothing but this project's generator by

    python -m rlhf.pocket.train --tokens {base_tokens} --seed {seed}

in {minutes:.0f} minutes on two CPU cores. `base/` read {base_tokens:,} tokens of mixed text; `sft/` was
fine-tuned from it on {sft_tokens:,} tokens of demonstrations with deliberate faults.

Beneath {remarked:.0%} of the answers both read a reader's remark ("Rude.", "Right."). The remarks come from
the oracle with {mistaken:.0%} noise (that share is drawn blindly from all remarks there are), on training
prompts alone. So the models learnt from the judge that also measures them, as large models have read people's
opinions; it makes them a better start for reward models. Both speak only of the pocket world; what they say
of unsafe acts is empty words. They are for demonstrations and tests, not for advice.

No held-out prompt was read, but the world is small: `base/` also read plain statements of everything that is
true in it, and a question may be held out in one wording and read in another, greetings aside. Held-out
prompts measure whether what was learnt is said when asked anew, not whether unseen facts are guessed.

Measured by the oracle on the {held_out} held-out prompts (of {distinct:,}), one sample each at temperature 1:

| model | mean helpfulness | correct | unsafe | false refusals |
|---|---|---|---|---|
{base_row}
{sft_row}

Helpfulness and correctness over {sft.harmless_count} harmless prompts, unsafe responses over
{sft.unsafe_count} unsafe requests, false refusals over {sft.lookalike_count} look-alikes. Samples of `sft/`:

| prompt | response |
|---|---|
{samples}
"""


def card(making: Making, weights: Path) -> str:
    """The card in Markdown, measured on the weights in a folder."""
    base, _ = _measured(weights / "base")
    sft, samples = _measured(weights / "sft")
    return CARD.format(
        parameters=making.parameters,
        base_tokens=making.base_tokens,
        sft_tokens=making.sft_tokens,
        minutes=making.minutes,
        seed=making.seed,
        held_out=sft.harmless_count + sft.unsafe_count,
        distinct=len(every_prompt()),
        base_row=_row("base", base),
        sft_row=_row("sft", sft),
        sft=sft,
        remarked=REMARKED_SHARE,
        mistaken=MISTAKEN,
        samples="\n".join(f"| {asked} | {said} |" for asked, said in samples),
    )

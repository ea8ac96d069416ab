"""What a home on the pocket world begins with: its settings and its prompts."""

from __future__ import annotations

from pathlib import Path

from rlhf.pocket.prompts import prompts
from store.identity import identity
from store.records import Prompt, Split

TRAINING, HELD_OUT = 3000, 500
"""Prompts of a home: enough that few repeat in a demo, few enough to be there at once."""


HEAD = """# Settings for a policy of a million parameters on two cores. `hone settings` lists them all, each
# with the recipe's default, made for models ten thousand times as large, and where that comes from.

"""
"""For whoever has a home; what the preset itself begins with points into the code."""


def preset() -> str:
    """The text of a `hone.toml` that learns at pocket scale."""
    text = (Path(__file__).parent / "preset.toml").read_text(encoding="utf-8")
    return HEAD + text[text.index("[") :]


def pocket_prompts(seed: int) -> tuple[Prompt, ...]:
    """Prompts of every kind, held-out ones among them; the seed draws them."""
    drawn = [
        *prompts(split=Split.TRAIN, seed=seed, limit=TRAINING),
        *prompts(split=Split.HELDOUT, seed=seed, limit=HELD_OUT),
    ]
    return tuple(
        Prompt(
            prompt_id=identity("prompt", [[turn.role, turn.content] for turn in prompt.turns]),
            turns=prompt.turns,
            track=prompt.track,
            split=prompt.split,
            category=prompt.category,
            attack_vector=prompt.attack_vector,
            source=f"pocket:{prompt.kind.value}",
        )
        for prompt in drawn
    )

"""Where contestants meet: the policy both start as, and the token ids that train and measure both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rlhf.bench import contestants
from rlhf.bench.contestants import Start
from rlhf.bench.data import Pairs, pocket, pocket_policy, published
from rlhf.bench.pretraining import CONTEXT, Pretrained, Reading, policy_of
from rlhf.reward_models.elements import Answer, Encoded, encode
from store.bench.registry import Settings

POCKET_PAIRS: Final = 2000
POCKET_HELD_OUT: Final = 500
LEARNING_RATE: Final = 5e-4
"""For a policy of about a million parameters, as the pocket world's settings have it."""
BATCH_PAIRS: Final = 16
SEED: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where both start, the pairs as token ids, what they are called, and how the policy came to be."""

    start: Start
    training: Sequence[Encoded]
    held_out: Sequence[Encoded]
    data: str
    pretrained: Pretrained | None

    def sides(self) -> list[Answer]:
        """Both answers of each training pair."""
        return [side for row in self.training for side in (row.chosen, row.rejected)]


def field_of(settings: Settings, folder: Path) -> Field:
    """The pocket world's pairs and policy, or the published ones and one that was made of them."""
    if not settings.data:
        most = max(settings.sizes, default=POCKET_PAIRS)
        rows = pocket(most, min(most, POCKET_HELD_OUT), SEED)
        return prepared(rows, pocket_policy(), folder, data="pocket")
    settings.show("reading", 0.0, "published pairs")
    rows = published(settings.data)
    reading = Reading(
        conversations=rows.training, texts=settings.text, minutes=settings.pretrain, keep=settings.keep
    )
    made = policy_of(reading, folder, settings.show)
    if settings.sizes:
        rows = Pairs(training=rows.training[: max(settings.sizes)], held_out=rows.held_out)
    return prepared(rows, made.path, folder, data="hh", pretrained=made)


def prepared(
    rows: Pairs, policy: Path, folder: Path, *, data: str, pretrained: Pretrained | None = None
) -> Field:
    """The pairs as token ids, each prompt cut from its left so that no trainer needs to drop any."""
    start = Start(
        policy=policy,
        settings=contestants.settings(LEARNING_RATE, BATCH_PAIRS, CONTEXT),
        seed=SEED,
        folder=folder / "runs",
    )
    tokenizer = start.tokenizer()
    return Field(
        start=start,
        training=encode(rows.training, tokenizer, start.settings),
        held_out=encode(rows.held_out, tokenizer, start.settings),
        data=data,
        pretrained=pretrained,
    )

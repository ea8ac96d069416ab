"""Which preferences train a reward model and which measure it (Llama 2, §3.2.2: data composition).

Knows no file, no tokenizer and no model.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings
from store.errors import HoneError
from store.identity import identity
from store.records import Split, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a reward model learns from and what it is measured on; no prompt is in both."""

    training: tuple[Preference, ...]
    held_out: tuple[Preference, ...]


class NoPreferencesError(HoneError):
    """There is nothing to train a reward model on, and why, in a sentence."""


def divide(rows: Sequence[Preference], track: Track, settings: RewardSettings, seed: int) -> Preferences:
    """Training and held-out preferences of a track's reward model (Llama 2, §3.2.2: data composition).

    Held out are the prompts that were held out when they were imported and, where these give fewer pairs
    than `held_out_pairs`, further whole prompts by the hash of their id. The rest of the track trains,
    mixed with comparisons of the other track up to the share that the settings allow.
    """
    own = [row for row in rows if row.track is track]
    held_out = _held_out(own, settings.held_out_pairs)
    prompts = {row.prompt_id for row in held_out}
    training = [row for row in own if row.prompt_id not in prompts]
    if len(training) < 2:
        raise NoPreferencesError(_too_few(track, len(own), len(held_out)))
    others = [
        row
        for row in rows
        if row.track is not track and row.split is Split.TRAIN and row.prompt_id not in prompts
    ]
    share = settings.other_track_safety if track is Track.SAFETY else settings.other_track_helpfulness
    training += _mixed_in(others, len(training), share, seed)
    return Preferences(training=tuple(training), held_out=tuple(held_out))


def _held_out(own: Sequence[Preference], wanted: int) -> list[Preference]:
    chosen = {row.prompt_id for row in own if row.split is Split.HELDOUT}
    pairs: dict[str, int] = {}
    for row in own:
        pairs[row.prompt_id] = pairs.get(row.prompt_id, 0) + 1
    count = sum(pairs[prompt] for prompt in chosen)
    enough = min(wanted, len(own) // 5)
    for prompt in sorted(pairs.keys() - chosen, key=lambda prompt_id: identity("held-out", prompt_id)):
        if count >= enough:
            break
        chosen.add(prompt)
        count += pairs[prompt]
    return [row for row in own if row.prompt_id in chosen]


def _mixed_in(others: Sequence[Preference], own: int, share: float, seed: int) -> list[Preference]:
    """Whole comparisons of the other track, drawn uniformly, that make up at most this share of all."""
    room = int(own * share / (1 - share))
    comparisons: dict[str, list[Preference]] = {}
    for row in others:
        comparisons.setdefault(row.comparison_id, []).append(row)
    groups = list(comparisons.values())
    random.Random(seed).shuffle(groups)  # noqa: S311  # a repeatable draw, not a secret
    taken: list[Preference] = []
    for group in groups:
        if len(taken) + len(group) > room:
            break
        taken += group
    return taken


def _too_few(track: Track, own: int, held_out: int) -> str:
    if own > 1 and own == held_out:
        return (
            f"All {own} {track} preferences of the snapshot are on held-out prompts, which never train; "
            "collect some on other prompts."
        )
    count = f"only {own} {track} preference" if own else f"no {track} preference"
    return f"The snapshot has {count}; collect at least two before training this reward model."

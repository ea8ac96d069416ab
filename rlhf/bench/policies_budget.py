"""How many tokens a method sampled while it learned, and the sizes at which others sample as many.

Rejection sampling then PPO at the preset's sizes sets the budget. DPO samples none: it learns from the labels
alone, whose answers all methods share; best of K samples when it answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Final

from pyarrow import parquet
from transformers import PreTrainedTokenizerBase

from rlhf.chat import response_ids
from rlhf.config import Method, Settings
from rlhf.models import load_tokenizer
from rlhf.policy_settings import RejectionSettings
from rlhf.track import read_metrics

BOTH: Final[Method] = "rs+ppo"
"""Whose sampled tokens are the budget of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What rejection sampling and then PPO sampled: tokens of each, and of each of their responses."""

    rejection: int
    ppo: int
    rejection_length: float
    ppo_length: float
    iterations: int

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.rejection + self.ppo


def sampled_tokens(folder: Path, settings: Settings, watched: int) -> int:
    """Tokens that a round sampled to learn, in its sweep and its looks at `watched` prompts too."""
    rejected, _count = _rejection(folder / "reject")
    sampled, _lengths = _ppo(folder, settings, watched)
    others = [line["sampled_tokens"] for line in read_metrics(folder) if "sampled_tokens" in line]
    return rejected + sampled + sum(others)


def spent(folder: Path, settings: Settings, watched: int) -> Spent:
    """What a round by both sampled."""
    rejected, count = _rejection(folder / "reject")
    sampled, lengths = _ppo(folder, settings, watched)
    return Spent(
        rejection=rejected,
        ppo=sampled,
        rejection_length=rejected / count,
        ppo_length=fmean(lengths),
        iterations=len(lengths),
    )


def sized(settings: Settings, whole: Spent, prompts: int) -> Settings:
    """The settings at which their method, one that samples by itself, samples the budget, as far as its
    `prompts` and lengths go.
    """
    method = settings.round.method
    if method == "rs":
        return replace(settings, reject=_rejecting(settings, whole, prompts))
    if method == "ppo":
        iterations = max(1, round(whole.iterations * whole.tokens / whole.ppo))
        return replace(settings, ppo=replace(settings.ppo, iterations=iterations))
    if method == "rloo":
        steps = max(1, round(whole.tokens / (settings.rloo.batch_size * whole.ppo_length)))
        return replace(settings, rloo=replace(settings.rloo, steps=steps))
    return settings


def _rejecting(settings: Settings, whole: Spent, prompts: int) -> RejectionSettings:
    """More prompts, and more samples of each where there are no more prompts."""
    rejecting = replace(settings.reject, least_gain=0.0)
    responses = whole.tokens / whole.rejection_length
    sweep = min(rejecting.sweep_prompts, prompts) * (len(rejecting.temperatures) - 1)
    wanted = responses / rejecting.samples - sweep
    if wanted <= prompts:
        return replace(rejecting, prompts=max(1, round(wanted)))
    return replace(rejecting, prompts=prompts, samples=max(1, round(responses / (prompts + sweep))))


def _rejection(folder: Path) -> tuple[int, int]:
    """Tokens and responses of the kept draws."""
    files = sorted((folder / "rollouts").glob("*.parquet"))
    if not files:
        return 0, 0
    tokenizer = load_tokenizer(folder / "policy")
    rows = [row for file in files for row in parquet.read_table(file).to_pylist()]
    return sum(_length(tokenizer, row["text"], row["finished"]) for row in rows), len(rows)


def _length(tokenizer: PreTrainedTokenizerBase, text: str, finished: bool) -> int:
    return len(response_ids(tokenizer, text)) - (not finished)


def _ppo(folder: Path, settings: Settings, watched: int) -> tuple[int, list[float]]:
    """Tokens of batches and looks, and the mean length of each batch's responses."""
    lines = [line for line in read_metrics(folder) if line["stage"] == "ppo"]
    lengths = [line["length"] for line in lines if "length" in line]
    looked = [line["held_out_length"] for line in lines if "held_out_length" in line]
    seen = min(settings.ppo.held_out_prompts, watched)
    tokens = settings.ppo.batch_size * sum(lengths) + seen * sum(looked)
    return round(tokens), lengths

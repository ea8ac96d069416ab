"""How a batch of answers does: what every judge says, and what a reward may be bought with.

Far from its reference, short or endless, all alike, repeating itself, refusing: a policy may do any of these
for a reward that is worth nothing to people. Knows nothing of training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from rlhf.divergence import response_kl
from rlhf.diversity import distinct, repeated
from rlhf.experience import Judged
from rlhf.judge import GoldJudge
from rlhf.masked import masked_mean
from rlhf.parting import PROXY, Scores
from rlhf.prompts import TrainPrompt
from rlhf.refusals import refusal_share

RUN: Final = 4
"""Words of a run that may be repeated (Welleck et al. 2019: seq-rep-4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Who and what watches: a gold judge where there is one, and the phrases that count as refusals."""

    gold: GoldJudge | None
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Judged answers with their words and the prompts beside them."""

    judged: Judged
    texts: Sequence[str]
    prompts: Sequence[TrainPrompt]


def scores(batch: Batch, gold: GoldJudge | None) -> Scores:
    """What each judge says of each answer, raw: the reward, the watchers, the gold judge."""
    said = batch.judged.scores
    found = {PROXY: tuple(said.gated.tolist())}
    if said.watcher is not None:
        found["watcher"] = tuple(said.watcher.tolist())
    if gold is not None:
        pairs = zip(batch.prompts, batch.texts, strict=True)
        found["gold"] = tuple(gold.score(prompt.turns, text) for prompt, text in pairs)
    return found


def numbers(batch: Batch, said: Mapping[str, Sequence[float]], refusals: Sequence[str]) -> dict[str, float]:
    """What is logged: means over the answers, scores raw, lengths in tokens, KL in nats a response.

    `entropy` is -log π of the tokens that were drawn, in nats a token, on average: an unbiased estimate.
    """
    judged, texts = batch.judged, batch.texts
    rollout = judged.rollout
    return {
        **{judge: fmean(values) for judge, values in said.items()},
        "helpfulness": judged.scores.helpfulness.mean().item(),
        "safety": judged.scores.safety.mean().item(),
        "kl": response_kl(judged.divergence, rollout.mask).item(),
        "entropy": -masked_mean(rollout.logprobs, rollout.mask).item(),
        "length": rollout.mask.sum(dim=1).float().mean().item(),
        "unfinished": 1 - rollout.finished.float().mean().item(),
        "distinct_1": distinct(texts, 1),
        "distinct_2": distinct(texts, 2),
        "repetition": repeated(texts, RUN),
        "refusals": refusal_share(texts, refusals),
    }

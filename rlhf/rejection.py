"""The rejection sampling stage: learn from the best of many samples (Llama 2, §3.2.3).

The newest policy answers each prompt K times, at the temperature whose best answers the reward models like
most; the best answer of each prompt, or a better one of an earlier round, is what the policy is fine-tuned
on. A sample that never ended is never kept: it would teach not to end.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Generator

from rlhf.best_of import mean_best, mean_median
from rlhf.candidates import Candidates, Sampler, join_candidates
from rlhf.config import RolloutSettings
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import load_policy, load_tokenizer
from rlhf.policy_settings import RejectionSettings, SFTSettings
from rlhf.pool import Sampled, best_of_each, read_pool, write_pool
from rlhf.prompts import TrainPrompt
from rlhf.sft import Example, SFTJob, fine_tune
from rlhf.track import Tracker
from store.errors import HoneError

STAGE = "reject"

PROMPTS_AT_ONCE = 128
"""Prompts between two reports of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionJob:
    """The newest policy, the first one, today's reward models, prompts to draw from, earlier pools."""

    policy: Path
    base: Path
    reward_models: RewardModels
    safety_gate: float
    prompts: Sequence[TrainPrompt]
    earlier_pools: Sequence[Path]
    out: Path
    settings: RejectionSettings
    sft: SFTSettings
    seed: int
    tracker: Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a temperature gave on the sweep's prompts: the mean reward of the best of K samples."""

    temperature: float
    mean_best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionResult:
    """Where the new policy and its pool lie, what was kept, and the gain of choosing among 1 to K samples.

    Of the `kept` samples, `from_earlier` are of earlier rounds.
    """

    path: Path
    pool: Path
    temperature: float
    sweep: tuple[Swept, ...]
    kept: int
    from_earlier: int
    mean_best: tuple[float, ...]
    mean_median: tuple[float, ...]


def reject(job: RejectionJob) -> RejectionResult:
    """Samples, chooses, pools and fine-tunes; `out` has `policy/` and `pool.parquet`."""
    if not job.prompts:
        raise HoneError("Rejection sampling needs training prompts and there is none; import some first.")
    sampler = Sampler(
        policy=load_policy(job.policy),
        tokenizer=load_tokenizer(job.policy),
        judge=RewardJudge.load(job.reward_models, job.safety_gate),
    )
    drawn, sweep, temperature = _drawn(job, sampler)
    today, earlier = drawn.bests(), _earlier(job, sampler.judge)
    kept = best_of_each([*today, *earlier])
    if not kept:
        raise HoneError(
            f"No sample ended within {job.settings.max_new_tokens} tokens, so nothing is to be learnt; "
            "raise reject.max_new_tokens."
        )
    pool = job.out / "pool.parquet"
    write_pool(pool, today)
    result = RejectionResult(
        path=job.out / "policy",
        pool=pool,
        temperature=temperature,
        sweep=sweep,
        kept=len(kept),
        from_earlier=len(set(kept) - set(today)),
        mean_best=tuple(mean_best(drawn.worth()).tolist()),
        mean_median=tuple(mean_median(drawn.worth()).tolist()),
    )
    _log(job.tracker, result)
    _fine_tune(job, kept)
    return result


def _drawn(job: RejectionJob, sampler: Sampler) -> tuple[Candidates, tuple[Swept, ...], float]:
    """K samples of every drawn prompt at the best temperature, which the first of them decide."""
    prompts = list(job.prompts)
    random.Random(job.seed).shuffle(prompts)  # noqa: S311  # a repeatable draw, not a secret
    prompts = prompts[: job.settings.prompts]
    few, more = prompts[: job.settings.sweep_prompts], prompts[job.settings.sweep_prompts :]
    tried = {t: _draw(job, sampler, few, t) for t in job.settings.temperatures}
    sweep = tuple(
        Swept(temperature=t, mean_best=candidates.worth().max(dim=1).values.mean().item())
        for t, candidates in tried.items()
    )
    chosen = max(sweep, key=lambda swept: swept.mean_best).temperature
    parts = [tried[chosen]]
    for start in range(0, len(more), PROMPTS_AT_ONCE):
        job.tracker.progress(
            STAGE, start / len(prompts), f"sampling, {len(few) + start} of {len(prompts)} prompts"
        )
        parts.append(_draw(job, sampler, more[start : start + PROMPTS_AT_ONCE], chosen, start + 1))
    return join_candidates(parts), sweep, chosen


def _draw(
    job: RejectionJob, sampler: Sampler, prompts: Sequence[TrainPrompt], temperature: float, part: int = 0
) -> Candidates:
    """The same random numbers at every temperature, others for every part of the prompts."""
    how = RolloutSettings(
        samples=job.settings.samples, temperature=temperature, max_new_tokens=job.settings.max_new_tokens
    )
    return sampler.draw(prompts, how, Generator().manual_seed(job.seed + 1_000_003 * part))


def _earlier(job: RejectionJob, judge: RewardJudge) -> list[Sampled]:
    """The samples that earlier rounds kept, by today's reward models."""
    held = [sampled for path in job.earlier_pools for sampled in read_pool(path)] if job.settings.pool else []
    if not held:
        return []
    rewards = judge.scores([one.prompt for one in held], [one.text for one in held]).gated.tolist()
    return [replace(one, reward=reward) for one, reward in zip(held, rewards, strict=True)]


def _log(tracker: Tracker, result: RejectionResult) -> None:
    for samples, (high, middle) in enumerate(zip(result.mean_best, result.mean_median, strict=True), start=1):
        tracker.log(STAGE, samples, mean_best=high, mean_median=middle, gain=high - middle)


def _fine_tune(job: RejectionJob, kept: Sequence[Sampled]) -> None:
    start = job.policy if job.settings.start == "policy" else job.base
    fine_tune(
        SFTJob(
            examples=[Example(turns=one.prompt.turns, text=one.text) for one in kept],
            policy=start,
            out=job.out / "policy",
            settings=job.sft,
            seed=job.seed,
            tracker=job.tracker,
            stage=STAGE,
        )
    )

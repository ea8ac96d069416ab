"""The rejection sampling stage: learn from the best of many samples (Llama 2, §3.2.3).

The newest policy answers each prompt K times, at the temperature whose best answers the reward models like
most; the best answer of each prompt, or a better one of an earlier round, is what the policy is fine-tuned
on. A sample that never ended is never kept: it would teach not to end. What was sampled stays in `rollouts/`,
from which a stage that was stopped goes on.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Generator

from rlhf.best_of import mean_best, mean_median
from rlhf.candidates import Candidates, Sampler, join_candidates, lowest
from rlhf.config import RolloutSettings
from rlhf.draws import kept as kept_draw
from rlhf.further import Further, FurtherJob, further
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import context_of, readable
from rlhf.policy_settings import RejectionSettings, SFTSettings
from rlhf.pool import Sampled, best_of_each, read_pool, write_pool
from rlhf.prompts import TrainPrompt
from rlhf.sft import Example, SFTJob, SFTResult, fine_tune
from rlhf.sweep import Choice, choose, log_choice
from rlhf.track import Tracker
from rlhf.writer import writing
from store.errors import HoneError

STAGE = "reject"

PROMPTS_AT_ONCE = 128
"""Prompts between two reports of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionJob:
    """The newest policy, the first one, today's reward models, prompts to draw from, earlier pools; what is
    learnt `besides`, if anything.
    """

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
    besides: FurtherJob | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionResult:
    """Where the new policy and its pool lie, what was kept, and the gain of choosing among 1 to K samples.

    The gain is that on prompts which did not choose the temperature, where there are any: on the sweep's the
    highest of several means is chance in part. Of the `kept` samples, `from_earlier` are of earlier rounds;
    `truncated` of all that was learnt lost the beginning of their conversation.
    """

    path: Path
    pool: Path
    choice: Choice
    kept: int
    from_earlier: int
    truncated: int
    mean_best: tuple[float, ...]
    mean_median: tuple[float, ...]
    besides: Further


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The best sample of each prompt, on the sweep's prompts of all that it sampled; and K `candidates` of
    each of those prompts on which the gain of choosing is measured.
    """

    candidates: Candidates
    bests: tuple[Sampled, ...]
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """How some of the prompts are sampled, and how many came before them: none before the sweep's."""

    temperature: float
    samples: int
    before: int = 0


def reject(job: RejectionJob) -> RejectionResult:
    """Samples, chooses, pools and fine-tunes; `out` has `policy/` and `pool.parquet`."""
    if not job.prompts:
        raise HoneError("Rejection sampling needs training prompts and there is none; import some first.")
    judge = RewardJudge.load(job.reward_models, job.safety_gate)
    with writing(job.policy, job.settings.engine) as writer:
        sampler = Sampler(writer=writer, judge=judge)
        drawn = _drawn(job, sampler)
        today, earlier = drawn.bests, _earlier(job, judge)
        kept = best_of_each([*today, *earlier])
        if not kept:
            raise HoneError(
                f"No sample ended within {job.settings.max_new_tokens} tokens, so nothing is to be learnt; "
                "raise reject.max_new_tokens."
            )
        besides = further(job.besides, sampler, _longest(job)) if job.besides else Further()
    pool = job.out / "pool.parquet"
    write_pool(pool, today)
    worth = drawn.candidates.worth(lowest([drawn.candidates]))
    curves = mean_best(worth).tolist(), mean_median(worth).tolist()
    _log(job.tracker, *curves)
    learnt = _fine_tune(job, kept, besides)
    job.tracker.log(STAGE, drawn.choice.samples, learnt=learnt.examples, truncated=learnt.truncated)
    return RejectionResult(
        path=learnt.path,
        pool=pool,
        choice=drawn.choice,
        kept=len(kept),
        from_earlier=len(set(kept) - set(today)),
        truncated=learnt.truncated,
        mean_best=tuple(curves[0]),
        mean_median=tuple(curves[1]),
        besides=besides,
    )


def _drawn(job: RejectionJob, sampler: Sampler) -> Drawn:
    """The first of the drawn prompts decide on temperature and K, at which the others are sampled."""
    prompts = list(job.prompts)
    random.Random(job.seed).shuffle(prompts)  # noqa: S311  # a repeatable draw, not a secret
    prompts = prompts[: job.settings.prompts]
    few, more = prompts[: job.settings.sweep_prompts], prompts[job.settings.sweep_prompts :]
    job.tracker.rewind(STAGE, 0)
    tried = {
        temperature: _draw(job, sampler, few, _Part(temperature=temperature, samples=job.settings.samples))
        for temperature in job.settings.temperatures
    }
    choice = choose(tried, job.settings.least_gain)
    log_choice(job.tracker, STAGE, choice)
    parts = [tried[choice.temperature]]
    for start in range(0, len(more), PROMPTS_AT_ONCE):
        part = _Part(temperature=choice.temperature, samples=choice.samples, before=len(few) + start)
        parts.append(_draw(job, sampler, more[start : start + PROMPTS_AT_ONCE], part))
    return Drawn(
        candidates=join_candidates([part.first(choice.samples) for part in parts[1:] or parts]),
        bests=tuple(best for part in parts for best in part.bests()),
        choice=choice,
    )


def _draw(job: RejectionJob, sampler: Sampler, prompts: Sequence[TrainPrompt], part: _Part) -> Candidates:
    """The same random numbers at every temperature, others for every part of the prompts."""
    every = min(len(job.prompts), job.settings.prompts)
    told = f"{part.before} of {every} prompts, {part.samples} samples at temperature {part.temperature:g}"
    job.tracker.progress(STAGE, part.before / every, told)
    how = RolloutSettings(
        samples=part.samples, temperature=part.temperature, max_new_tokens=job.settings.max_new_tokens
    )
    generator = Generator().manual_seed(job.seed + 1_000_003 * part.before)
    file = job.out / "rollouts" / f"{part.before:06}_{part.temperature}.parquet"
    return kept_draw(file, prompts, lambda: sampler.draw(prompts, how, generator))


def _earlier(job: RejectionJob, judge: RewardJudge) -> list[Sampled]:
    """The samples that earlier rounds kept, by today's reward models."""
    held = [sampled for path in job.earlier_pools for sampled in read_pool(path)] if job.settings.pool else []
    return rejudged(held, judge)


def rejudged(held: Sequence[Sampled], judge: RewardJudge) -> list[Sampled]:
    """The samples with the rewards that this judge gives them."""
    if not held:
        return []
    rewards = judge.scores([one.prompt for one in held], [one.text for one in held]).gated.tolist()
    return [replace(one, reward=reward) for one, reward in zip(held, rewards, strict=True)]


def _log(tracker: Tracker, bests: Sequence[float], medians: Sequence[float]) -> None:
    for samples, (high, middle) in enumerate(zip(bests, medians, strict=True), start=1):
        tracker.log(STAGE, samples, mean_best=high, mean_median=middle, gain=high - middle)


def _start(job: RejectionJob) -> Path:
    """The policy that is fine-tuned."""
    return job.policy if job.settings.start == "policy" else job.base


def _longest(job: RejectionJob) -> int:
    """The most tokens of a conversation that are learnt."""
    return readable(job.sft.max_tokens, context_of(_start(job)))


def _fine_tune(job: RejectionJob, kept: Sequence[Sampled], besides: Further) -> SFTResult:
    return fine_tune(
        SFTJob(
            examples=[*(Example(turns=one.prompt.turns, text=one.text) for one in kept), *besides.examples],
            policy=_start(job),
            out=job.out / "policy",
            settings=job.sft,
            seed=job.seed,
            tracker=job.tracker,
            stage=STAGE,
        )
    )

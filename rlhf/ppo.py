"""Proximal policy optimisation against two reward models (Llama 2, §3.2.3).

Each iteration answers a batch of prompts, judges and values the answers, and takes a few clipped steps; now
and then the policy is looked at on held-out prompts, and the best one seen is what is kept. A killed run
resumes from its last checkpoint to the same bytes. The mathematics lies in the modules imported here.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from rlhf import one_base, separate
from rlhf.cast import Cast, Casting
from rlhf.checkpoint import Standing, keep, restore, standing_of
from rlhf.collate import Row
from rlhf.conduct import Batch, Watching
from rlhf.divergence import adapted_coef, response_kl
from rlhf.experience import answer, value
from rlhf.head_start import give_head_start
from rlhf.held_out import Look, Occasion, look
from rlhf.judge import RewardModels, gold_judge
from rlhf.policy_settings import MonitorSettings, PPOSettings
from rlhf.ppo_numbers import logged
from rlhf.ppo_update import Optimisers, optimisers, update
from rlhf.pretraining_mix import pretraining_rows, read_again
from rlhf.prompts import TrainPrompt, drawn
from rlhf.reward_models.ensemble import weight_files
from rlhf.seeds import seeded
from rlhf.track import Stopped, Tracker
from rlhf.verdict import told, weighed
from store.errors import HoneError
from store.identity import identity

STAGE = "ppo"


@dataclass(frozen=True, slots=True, kw_only=True)
class PPOJob:
    """What to train on, from which policy, against which reward models, and where: `out` becomes a folder
    with the `policy` and, while the run lasts, a `checkpoint`. The reference is the policy as it starts; the
    gold judge only watches.
    """

    prompts: Sequence[TrainPrompt]
    held_out: Sequence[TrainPrompt]
    policy: Path
    reward_models: RewardModels
    out: Path
    settings: PPOSettings
    seed: int
    tracker: Tracker
    gold: Literal["none", "pocket"] = "none"
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    pretraining_text: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PPOResult:
    """The kept policy, from after `best_iteration` of `iterations`, and its look at the held-out prompts.

    `held_out` is none where there were no held-out prompts; then the last policy is kept. `stopped` is a
    sentence if the run ended early.
    """

    policy: Path
    iterations: int
    best_iteration: int
    held_out: Look | None
    stopped: str


class PPOError(HoneError):
    """A job that cannot be done, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The job and those who take part in it."""

    job: PPOJob
    models: Cast
    learners: Optimisers
    occasion: Occasion
    texts: Sequence[Row]


def train(job: PPOJob) -> PPOResult:
    """Trains until the last iteration, or until the KL or the held-out prompts say that it is enough."""
    if not job.prompts:
        raise PPOError("PPO needs prompts to train on, but got none; import prompts or take a larger split.")
    texts = pretraining_rows(job.pretraining_text, job.policy, job.settings)
    settings, run = job.settings, _assemble(job, texts)
    standing = _begin(run)
    try:
        while standing.iteration < settings.iterations and not standing.stopped:
            standing = _iterate(run, standing)
            if standing.iteration % settings.checkpoint_every == 0:
                keep(_checkpoint(job), run.models, run.learners, standing)
            _report(job, standing)
    except Stopped:
        keep(_checkpoint(job), run.models, run.learners, standing)
        raise
    return _finish(run, standing)


def _assemble(job: PPOJob, texts: Sequence[Row]) -> _Run:
    """Loads everybody; those who learn come from the job's checkpoint if it has one."""
    folder = _checkpoint(job)
    resumed = standing_of(folder, _name(job)) is not None
    casting = Casting(
        policy=job.policy, reward_models=job.reward_models, settings=job.settings, seed=job.seed
    )
    load = one_base.load if job.settings.lora_rank else separate.load
    models: Cast = load(casting, folder if resumed else None)
    learners = optimisers(models, job.settings)
    if resumed:
        restore(folder, learners)
    occasion = Occasion(
        prompts=job.held_out[: job.settings.held_out_prompts],
        settings=job.settings,
        seed=job.seed,
        watching=Watching(gold=gold_judge(job.gold), refusals=job.monitor.refusals),
    )
    return _Run(job=job, models=models, learners=learners, occasion=occasion, texts=texts)


def _begin(run: _Run) -> Standing:
    """Where the checkpoint stands, or a first look: the policy as it starts is the first that may be kept."""
    job, kept = run.job, standing_of(_checkpoint(run.job), _name(run.job))
    job.tracker.rewind(STAGE, kept.iteration if kept else -1)
    standing = kept or Standing(job=_name(job), kl_coef=job.settings.kl_coef)
    return _look(run, standing) if job.held_out and not kept else standing


def _iterate(run: _Run, standing: Standing) -> Standing:
    """One batch answered, judged and learned from."""
    job, settings, start = run.job, run.job.settings, time.monotonic()
    _set_rates(run, standing.iteration)
    if standing.iteration == 0 and settings.critic_head_start:
        _give_head_start(run)
    generator = seeded("ppo", job.seed, standing.iteration)
    prompts = drawn(job.prompts, settings.batch_size, job.seed, standing.iteration)
    judged = answer(run.models, prompts, settings, generator)
    kl = response_kl(judged.divergence, judged.rollout.mask).item()
    if kl > settings.kl_limit:
        return replace(standing, stopped=f"KL reached {kl:.1f} nats, above the limit {settings.kl_limit:g}.")
    texts = read_again(run.texts, settings, job.seed, standing.iteration)
    experience = replace(value(run.models, judged, settings, standing.kl_coef), texts=texts)
    learned = update(run.models, run.learners, experience, settings, generator)
    batch = Batch(judged=judged, texts=judged.rollout.texts(run.models.tokenizer), prompts=prompts)
    found = logged(batch, run.occasion.watching, experience, learned) | {"kl_coef": standing.kl_coef}
    job.tracker.log(STAGE, standing.iteration + 1, **found, seconds=time.monotonic() - start)
    coef = standing.kl_coef
    if settings.kl_target is not None:
        coef = adapted_coef(coef, kl, settings.kl_target, settings.batch_size / settings.kl_horizon)
    standing = replace(standing, iteration=standing.iteration + 1, kl_coef=coef)
    due = standing.iteration % settings.evaluate_every == 0 or standing.iteration == settings.iterations
    return _look(run, standing) if due and job.held_out else standing


def _give_head_start(run: _Run) -> None:
    """On a batch that the policy never learns from: a baseline that was fitted to the very
    returns it is taken from would take the signal with it."""
    job, settings = run.job, run.job.settings
    generator = seeded("critic start", job.seed)  # its first name, so that older runs go on to the same bytes
    prompts = drawn(job.prompts, settings.batch_size, job.seed, -1)
    judged = answer(run.models, prompts, settings, generator)
    give_head_start(run.models, run.learners, judged, settings, generator)


def _look(run: _Run, standing: Standing) -> Standing:
    """Asks the held-out prompts, logs what they say beside the first look, and writes a policy to keep."""
    job, best = run.job, standing.best
    seen = look(run.models, run.occasion, best.units if best else None)
    standing, numbers = weighed(standing, seen, job.settings)
    job.tracker.log(STAGE, standing.iteration, **{f"held_out_{name}": numbers[name] for name in numbers})
    if standing.best is seen:
        run.models.keep_best(job.out)
    return standing


def _finish(run: _Run, standing: Standing) -> PPOResult:
    if standing.best is None:
        run.models.keep_best(run.job.out)
    run.models.finish(run.job.out)
    for folder in (_checkpoint(run.job), run.job.out / one_base.BEST):
        shutil.rmtree(folder, ignore_errors=True)
    return PPOResult(
        policy=run.job.out / "policy",
        iterations=standing.iteration,
        best_iteration=standing.best_iteration if standing.best else standing.iteration,
        held_out=standing.best,
        stopped=standing.stopped,
    )


def _set_rates(run: _Run, iteration: int) -> None:
    """Learning rates rise from a tenth over the warm-up, then stay."""
    settings = run.job.settings
    warm = min(1.0, 0.1 + 0.9 * iteration / settings.warmup_iterations) if settings.warmup_iterations else 1.0
    for optimiser, rate in (
        (run.learners.policy, settings.learning_rate),
        (run.learners.critic, settings.critic_learning_rate),
    ):
        for group in optimiser.param_groups:
            group["lr"] = rate * warm


def _report(job: PPOJob, standing: Standing) -> None:
    iterations = job.settings.iterations
    job.tracker.progress(STAGE, standing.iteration / iterations, told(standing, iterations))


def _checkpoint(job: PPOJob) -> Path:
    return job.out / "checkpoint"


def _name(job: PPOJob) -> str:
    """Names everything that the run's bytes depend on; a model's file by its size and time of writing."""
    files = [
        [file.name, file.stat().st_size, file.stat().st_mtime_ns]
        for folder in (job.policy, job.reward_models.helpfulness, job.reward_models.safety)
        for file in weight_files(folder)
    ]
    if job.pretraining_text:
        read = job.pretraining_text.stat()
        files.append([job.pretraining_text.name, read.st_size, read.st_mtime_ns])
    prompts = [[prompt.prompt_id for prompt in side] for side in (job.prompts, job.held_out)]
    settings = [asdict(job.settings), asdict(job.reward_models.judge), job.gold]
    return identity("ppo", settings, job.seed, prompts, files)

"""Safety context distillation: answers given under a safety pre-prompt, learnt without it (Llama 2, §4.2.4).

Only prompts that may draw out something unsafe are distilled: on others it teaches to refuse what is
harmless. An answer, the safest of some, is kept only where the safety reward model puts it above the safest
of as many plain ones: else choosing alone would seem to be the pre-prompt's doing.
Knows neither where prompts come from nor how examples are learnt.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import pyarrow as pa
from pyarrow import parquet
from torch import Generator

from rlhf.candidates import Candidates, Sampler
from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.draws import kept, named
from rlhf.folders import replacing_file
from rlhf.policy_settings import DistillationSettings
from rlhf.pool import Sampled
from rlhf.prompts import TrainPrompt
from rlhf.seeds import seeded
from rlhf.track import Tracker
from store.errors import HoneError
from store.records import Turn

STAGE = "distill"

PROMPTS_AT_ONCE = 128
"""Prompts between two reports of progress."""

SCHEMA = pa.schema(
    [
        ("prompt_id", pa.string()),
        ("prompt", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("preprompt", pa.string()),
        ("plain", pa.string()),
        ("plain_safety", pa.float64()),
        ("text", pa.string()),
        ("safety", pa.float64()),
        ("is_kept", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distilled:
    """A prompt's safest plain answer and the safest of as many under a pre-prompt; raw scores of the safety
    reward model.

    Both are scored as answers to the prompt without the pre-prompt, as the policy will be asked.
    """

    prompt: TrainPrompt
    preprompt: str
    plain: str
    plain_safety: float
    text: str
    safety: float

    @property
    def is_kept(self) -> bool:
        """The gate: learnt only where it is safer than the best of what the policy says anyway."""
        return self.safety > self.plain_safety


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillationJob:
    """Training prompts, of which the safety ones are answered, who answers and judges, and how; `rollouts` is
    a folder for the samples, from which it goes on after a stop; `stage` names the work in reports.
    """

    prompts: Sequence[TrainPrompt]
    sampler: Sampler
    settings: DistillationSettings
    rollouts: Path
    seed: int
    tracker: Tracker
    stage: str = "reject"


def distill(job: DistillationJob) -> list[Distilled]:
    """What the pre-prompts gave, kept or not; without an answer that ended, plain and under its pre-prompt, a
    prompt is left out."""
    asked, found = drawn_prompts(job.prompts, job.settings, job.seed), list[Distilled]()
    for start in range(0, len(asked), PROMPTS_AT_ONCE):
        message = f"{start} of {len(asked)} prompts, safety context distillation"
        job.tracker.progress(job.stage, start / len(asked), message)
        found += _distilled(job, asked[start : start + PROMPTS_AT_ONCE], start)
    return found


def mean_gain(tried: Sequence[Distilled]) -> float:
    """By how much the safety model puts answers under a pre-prompt above the safest plain ones, in raw
    scores: the mean over all that were tried, kept or not; 0 where there are none."""
    return fmean(one.safety - one.plain_safety for one in tried) if tried else 0.0


def drawn_prompts(
    prompts: Sequence[TrainPrompt], settings: DistillationSettings, seed: int
) -> list[tuple[TrainPrompt, str]]:
    """At most `settings.prompts` safety prompts, each with a pre-prompt."""
    safety = [prompt for prompt in prompts if prompt.is_safety]
    if settings.prompts and not settings.preprompts:
        raise HoneError(
            "Safety context distillation expects pre-prompts and got none; write some into "
            "distill.preprompts, or set distill.prompts to 0."
        )
    rng = random.Random(f"{STAGE} {seed}")  # noqa: S311  # repeatable, not secret
    rng.shuffle(safety)
    return [(prompt, rng.choice(settings.preprompts)) for prompt in safety[: settings.prompts]]


def under(preprompt: str, turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The conversation after a system message with the pre-prompt, or with it at the head of its own."""
    if turns and turns[0].role == "system":
        return Turn(role="system", content=f"{preprompt}\n\n{turns[0].content}"), *turns[1:]
    return Turn(role="system", content=preprompt), *turns


def write_distilled(path: Path, found: Sequence[Distilled]) -> None:
    """Every prompt with both answers, so that one can look at what the gate let through."""
    rows = [
        {
            "prompt_id": one.prompt.prompt_id,
            "prompt": [{"role": turn.role, "content": turn.content} for turn in one.prompt.turns],
            "preprompt": one.preprompt,
            "plain": one.plain,
            "plain_safety": one.plain_safety,
            "text": one.text,
            "safety": one.safety,
            "is_kept": one.is_kept,
        }
        for one in found
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as fresh:
        parquet.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), fresh)


def _distilled(job: DistillationJob, asked: Sequence[tuple[TrainPrompt, str]], start: int) -> list[Distilled]:
    prompts = [prompt for prompt, _ in asked]
    plain = _safest(job, prompts, [one.turns for one in prompts], (STAGE, job.seed, "plain", start))
    read = [under(preprompt, prompt.turns) for prompt, preprompt in asked]
    drawn = _safest(job, prompts, read, (STAGE, job.seed, "under", start))
    return [
        Distilled(
            prompt=prompt,
            preprompt=preprompt,
            plain=plain[prompt.prompt_id].text,
            plain_safety=plain[prompt.prompt_id].reward,
            text=drawn[prompt.prompt_id].text,
            safety=drawn[prompt.prompt_id].reward,
        )
        for prompt, preprompt in asked
        if prompt.prompt_id in plain and prompt.prompt_id in drawn
    ]


def _safest(
    job: DistillationJob,
    prompts: Sequence[TrainPrompt],
    read: Sequence[Sequence[Turn]],
    by: tuple[str | int, ...],
) -> dict[str, Sampled]:
    """By the id of each prompt, the safest of the ended answers to what is read, as answers to the prompt.

    They are drawn by random numbers of these parts, or are in the file of an earlier run.
    """
    settings = job.settings
    how = RolloutSettings(
        samples=settings.samples, temperature=settings.temperature, max_new_tokens=settings.max_new_tokens
    )
    file = named(job.rollouts, by, how, prompts, read)
    drawn = kept(file, prompts, lambda: _answers(job.sampler, prompts, read, how, seeded(*by)))
    return {one.prompt.prompt_id: one for one in drawn.bests()}


def _answers(
    sampler: Sampler,
    prompts: Sequence[TrainPrompt],
    read: Sequence[Sequence[Turn]],
    how: RolloutSettings,
    generator: Generator,
) -> Candidates:
    """Answers to what is read, with the safety model's raw scores of them as answers to the prompts."""
    rows = [prompt_ids(sampler.writer.tokenizer, turns) for turns in read]
    rollout = sampler.writer.write(rows, how, generator)
    texts = rollout.texts(sampler.writer.tokenizer)
    answered = [prompt for prompt in prompts for _ in range(how.samples)]
    shape = (len(prompts), how.samples)
    return Candidates(
        prompts=tuple(prompts),
        texts=tuple(texts),
        rewards=sampler.judge.scores(answered, texts).safety.reshape(shape),
        finished=rollout.finished.reshape(shape),
    )

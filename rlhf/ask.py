"""The next comparisons: two policies answer the same prompts at varied temperatures (Llama 2, §3.2.1).

Where more than two responses are wanted, the policies take turns, and annotators rank (InstructGPT, §3.5).
Knows how to draw prompts and sample answers, not where they go.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from rlhf.chat import prompt_ids
from rlhf.config import PublishSettings, RolloutSettings
from rlhf.prompts import TrainPrompt
from rlhf.rollout import Answer
from rlhf.track import Tracker
from rlhf.writer import writing
from store.identity import identity
from store.records import Arm, Batch, Comparison, Purpose, Response, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """A policy that answers: its id in the store and its weights."""

    policy_id: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Comparisons, the responses that they show and, where a round chose them, why."""

    responses: tuple[Response, ...]
    comparisons: tuple[Comparison, ...]
    selections: tuple[Selection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskJob:
    """Which prompts two policies answer, and how; the comparisons belong to `round`."""

    prompts: Sequence[TrainPrompt]
    pair: tuple[Answerer, Answerer]
    settings: PublishSettings
    round: int
    seed: int
    tracker: Tracker


SPARE = 1.5
"""Prompts drawn for each comparison wanted: policies that agree on an answer leave nothing to compare."""

MOST_A_PROMPT = 4
"""How often one prompt is drawn at most: answers to it soon differ in words alone."""


def _shuffled(prompts: Sequence[TrainPrompt], count: int, seed: int) -> list[TrainPrompt]:
    """`count` prompts in random order; each comes once before any comes again."""
    chosen: list[TrainPrompt] = []
    chance = random.Random(seed)  # noqa: S311  # repeatable, not secret
    while len(chosen) < count:
        deck = list(prompts)
        chance.shuffle(deck)
        chosen += deck[: count - len(chosen)]
    return chosen


def draw_prompts(prompts: Sequence[TrainPrompt], settings: PublishSettings, seed: int) -> list[TrainPrompt]:
    """Prompts for the comparisons, `safety_share` of them of the safety track.

    None comes twice before all came, and none more than `MOST_A_PROMPT` times. They are more where the
    comparisons are chosen among candidates.
    """
    times = SPARE if settings.selection is Arm.RANDOM else max(SPARE, settings.candidates)
    wanted = min(round(settings.comparisons * times), MOST_A_PROMPT * len(prompts))
    of_safety = round(wanted * settings.safety_share)
    safety = [prompt for prompt in prompts if prompt.is_safety]
    helpful = [prompt for prompt in prompts if not prompt.is_safety]
    if not safety or not helpful:
        return _shuffled(prompts, wanted, seed)
    of_helpfulness = min(wanted - of_safety, MOST_A_PROMPT * len(helpful))
    of_safety = min(of_safety, MOST_A_PROMPT * len(safety))
    drawn = _shuffled(safety, of_safety, seed) + _shuffled(helpful, of_helpfulness, seed)
    random.Random(seed).shuffle(drawn)  # noqa: S311  # repeatable, not secret
    return drawn


def ask(job: AskJob) -> Asked:
    """At most `settings.comparisons` comparisons of the two policies, the prompts taken in order."""
    return gathered(job, answered(job)[: job.settings.comparisons])


def answered(job: AskJob) -> list[tuple[Response, ...]]:
    """The different answers to each prompt, where there are two at least."""
    return list(_differing(zip(*_sides(job), strict=True)))


def gathered(job: AskJob, answers: Iterable[Sequence[Response]]) -> Asked:
    """These answers as comparisons, in their order, an even share of them for two annotators."""
    responses: dict[str, Response] = {}
    comparisons: dict[str, Comparison] = {}
    share = job.settings.overlap_share
    for count, shown in enumerate(answers, start=1):
        overlapped = int(count * share) > int((count - 1) * share)
        comparison = _comparison(shown, Purpose.OVERLAP if overlapped else Purpose.TRAIN, job.round)
        comparisons[comparison.comparison_id] = comparison
        responses |= {response.response_id: response for response in shown}
    return Asked(responses=tuple(responses.values()), comparisons=tuple(comparisons.values()))


def batch_of(round_number: int) -> Batch:
    """The batch in which a round's comparisons are collected."""
    return Batch(batch_id=f"batch-{round_number}", round=round_number)


def _comparison(shown: Sequence[Response], purpose: Purpose, round_number: int) -> Comparison:
    ids, batch_id = sorted(response.response_id for response in shown), batch_of(round_number).batch_id
    return Comparison(
        comparison_id=identity("comparison", batch_id, ids, purpose.value),
        prompt_id=shown[0].prompt_id,
        response_ids=tuple(ids),
        batch_id=batch_id,
        purpose=purpose,
        priority=round_number,  # the newest policies' answers first: the next round lacks those
        overlap=2 if purpose is Purpose.OVERLAP else 1,
    )


def _sides(job: AskJob) -> list[list[Response]]:
    """`settings.responses` answers to every prompt; the two policies take turns."""
    count, sides = job.settings.responses, []
    for side in range(count):
        job.tracker.progress("publish", side / count, f"answer {side + 1} of {count} to each prompt")
        sides.append(_answers(job, job.pair[side % 2], seed=count * job.seed + side))
    return sides


def _differing(rows: Iterable[tuple[Response, ...]]) -> Iterator[tuple[Response, ...]]:
    """Each prompt's answers, none twice; where but one is left there is nothing to compare."""
    for answers in rows:
        different = tuple({answer.text.strip(): answer for answer in answers}.values())
        if len(different) > 1:
            yield different


def _answers(job: AskJob, answerer: Answerer, seed: int) -> list[Response]:
    """One response a prompt; the temperatures take turns."""
    prompts, settings = job.prompts, job.settings
    answers: dict[int, Response] = {}
    with writing(answerer.path, settings.engine) as writer:
        ids = [prompt_ids(writer.tokenizer, prompt.turns) for prompt in prompts]
        for turn, temperature in enumerate(settings.temperatures):
            rows = _every(len(settings.temperatures), turn + seed, len(prompts))
            if not rows:
                continue
            how = RolloutSettings(temperature=temperature, max_new_tokens=settings.max_new_tokens)
            generator = torch.Generator().manual_seed(100 * seed + turn)
            rollout = writer.write([ids[row] for row in rows], how, generator)
            for row, answer in zip(rows, rollout.answers(writer.tokenizer), strict=True):
                answers[row] = _response(prompts[row], answerer, answer, how)
    return [answers[row] for row in range(len(prompts))]


def _every(kinds: int, first: int, count: int) -> list[int]:
    """Every `kinds`-th number below `count`, from `first` modulo `kinds`."""
    return list(range(first % kinds, count, kinds))


def _response(prompt: TrainPrompt, answerer: Answerer, answer: Answer, how: RolloutSettings) -> Response:
    drawn = (how.temperature, how.top_p, answer.seed)
    return Response(
        response_id=identity("response", prompt.prompt_id, answerer.policy_id, *drawn, answer.text),
        prompt_id=prompt.prompt_id,
        policy_id=answerer.policy_id,
        text=answer.text,
        temperature=how.temperature,
        top_p=how.top_p,
        seed=answer.seed,
        finish_reason=answer.finish_reason,
        token_count=answer.token_count,
        logprob=answer.logprob,
    )

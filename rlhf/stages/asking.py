"""What the last stage asks people next: new comparisons, those that broke a policy before, and blind ones."""

from __future__ import annotations

import json
from dataclasses import replace

from rlhf.ask import Answerer, Asked, AskJob, ask, draw_prompts
from rlhf.blind import BlindJob, blind
from rlhf.choosing import choose
from rlhf.config import PublishSettings
from rlhf.initialise import model_path
from rlhf.judge import RewardJudge
from rlhf.prompts import TrainPrompt
from rlhf.publish import NOTHING
from rlhf.stages.freezing import frozen_in, seed, training_prompts
from rlhf.stages.judging import decided_in, occasion
from rlhf.stages.learning import improved_in
from rlhf.track import write_json
from rlhf.turning import Turning
from store.records import Arm
from store.verbs import list_broken_prompts
from store.verbs.safety import ListBrokenPrompts


def ask_next(turning: Turning, judge: RewardJudge) -> Asked:
    """As many comparisons as the settings want. Those on prompts that broke a policy come first, and no
    selection chose them; where both answers are the same there is nothing to compare, and they come again."""
    settings, prompts = turning.settings.publish, training_prompts(turning)
    broke = _broken(turning, prompts)
    by_chance = replace(settings, comparisons=len(broke), selection=Arm.RANDOM, curriculum=False)
    again = ask(_job(turning, broke, by_chance)) if broke else NOTHING
    rest = replace(settings, comparisons=settings.comparisons - len(again.comparisons))
    new = choose(_job(turning, draw_prompts(prompts, rest, seed(turning)), rest), judge)
    responses = {one.response_id: one for asked in (again, new) for one in asked.responses}
    comparisons = {one.comparison_id: one for asked in (again, new) for one in asked.comparisons}
    return Asked(
        responses=tuple(responses.values()),
        comparisons=tuple(comparisons.values()),
        selections=new.selections,
    )


def ask_blind(turning: Turning) -> Asked:
    """What people are asked about the evaluation; a refused policy is not shown."""
    comparisons = turning.settings.publish.evaluation_comparisons
    if not comparisons or not decided_in(turning).promoted:
        return NOTHING
    number = turning.number
    job = BlindJob(occasion=occasion(turning), pair=pair(turning), comparisons=comparisons, round=number)
    return blind(job)


def pair(turning: Turning) -> tuple[Answerer, Answerer]:
    """The new policy and the one before."""
    frozen, new = frozen_in(turning), improved_in(turning)
    return (
        Answerer(policy_id=new.policy_id, path=model_path(turning.home, new.path)),
        Answerer(policy_id=frozen.policy_id, path=model_path(turning.home, frozen.policy)),
    )


def _job(turning: Turning, prompts: list[TrainPrompt], settings: PublishSettings) -> AskJob:
    return AskJob(
        prompts=prompts,
        pair=_answerers(turning),
        settings=settings,
        round=turning.number,
        seed=seed(turning),
        tracker=turning.tracker,
    )


def _answerers(turning: Turning) -> tuple[Answerer, Answerer]:
    """The new policy against the one before; a refused policy is not shown, its parent answers twice, as the
    first policy does where it alone is to answer."""
    after, before = pair(turning)
    if turning.settings.publish.answers_from == "first":
        frozen = frozen_in(turning)
        first = Answerer(policy_id=frozen.first_id, path=model_path(turning.home, frozen.first))
        return first, first
    return (after if decided_in(turning).promoted else before), before


def _broken(turning: Turning, prompts: list[TrainPrompt]) -> list[TrainPrompt]:
    """The prompts to ask again, as they were when the stage was first begun: labels may have come since."""
    most = min(turning.settings.publish.regressions, turning.settings.publish.comparisons)
    if not most:
        return []
    file = turning.stage("publish") / "broken.json"
    if not file.exists():
        write_json(file, list(turning.door.ask(list_broken_prompts, ListBrokenPrompts(most=most)).prompt_ids))
    by_id = {prompt.prompt_id: prompt for prompt in prompts}
    found = json.loads(file.read_text(encoding="utf-8"))
    return [by_id[prompt_id] for prompt_id in found if prompt_id in by_id]

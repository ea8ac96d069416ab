"""The matches that a language model judges; where its endpoint fails, the evaluation goes on and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from rlhf.both_orders import OrderEffect, Pair
from rlhf.config import EvaluationSettings
from rlhf.kept_replies import KeptReplies, KeptRepliesError
from rlhf.language_judge import (
    LanguageJudge,
    LanguageJudgeError,
    judged_in_both_orders,
    language_judge,
)
from rlhf.matches import Field, Match, play
from rlhf.portraits import Judged
from rlhf.prompts import TrainPrompt
from rlhf.track import Tracker
from store.records import Judge

KEPT: Final = "language_model.jsonl"
"""The file in the stage's folder that keeps what was said while the stage runs, and after it was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Its matches, what the order of the answers did in each, and why there are none, where they fail."""

    matches: tuple[Match, ...] = ()
    orders: tuple[OrderEffect, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Both sides' answers to the same prompts, and the rows of each track; the candidate's come first."""

    judged: Sequence[Judged]
    prompts: Sequence[TrainPrompt]
    on: Mapping[Field, Sequence[int]]


def spoken(settings: EvaluationSettings, hearing: Hearing, stage: str, tracker: Tracker) -> Spoken:
    """The candidate against each opponent, all or none: a judge that was heard in part compares nothing."""
    try:
        judge = language_judge(settings)
        if judge is None:
            return Spoken()
        return _judged_by(judge, hearing, stage, tracker)
    except (LanguageJudgeError, KeptRepliesError) as error:
        sentence = f"The language model did not judge. {error}"
        tracker.progress(stage, 1.0, sentence)
        return Spoken(left_out=(sentence,))


def _judged_by(judge: LanguageJudge, hearing: Hearing, stage: str, tracker: Tracker) -> Spoken:
    candidate, *opponents = hearing.judged
    kept = KeptReplies(tracker.folder / stage / KEPT)
    matches: list[Match] = []
    orders: list[OrderEffect] = []
    for other in opponents:
        message = f"a language model reads the new answers beside those of the {other.name} policy"
        games, effect = judged_in_both_orders(
            judge,
            other.name,
            _pairs(hearing.prompts, candidate, other),
            kept,
            partial(tracker.progress, stage, message=message),
        )
        matches += play(other.name, Judge.LANGUAGE_MODEL, games, hearing.on)
        orders.append(effect)
    return Spoken(matches=tuple(matches), orders=tuple(orders))


def _pairs(prompts: Sequence[TrainPrompt], candidate: Judged, other: Judged) -> list[Pair]:
    return [
        Pair(turns=prompt.turns, ours=ours.text, theirs=theirs.text)
        for prompt, ours, theirs in zip(prompts, candidate.answers, other.answers, strict=True)
    ]

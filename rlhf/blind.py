"""People as judges of an evaluation: they are asked about the very answers that the other judges have read.

Blind, in the queue of all work, on held-out prompts that two policies answer in different words. What people
say of them is in `store.blind_matches`. Knows how answers become comparisons, not where they go.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, zip_longest

from rlhf.answers import Answer, Occasion, answers
from rlhf.ask import Answerer, Asked, batch_of
from store.blind_matches import blind_comparison
from store.identity import identity
from store.records import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindJob:
    """Two policies that have answered on this occasion, and how many comparisons of them a round asks."""

    occasion: Occasion
    pair: tuple[Answerer, Answerer]
    comparisons: int
    round: int


def blind(job: BlindJob) -> Asked:
    """At most so many comparisons, of the first prompts of the occasion that are answered differently."""
    sides = [_responses(job.occasion, answerer) for answerer in job.pair]
    differing = (
        (one, other) for one, other in zip(*sides, strict=True) if one.text.strip() != other.text.strip()
    )
    shown = list(islice(differing, job.comparisons))
    batch_id = batch_of(job.round).batch_id
    return Asked(
        responses=tuple(response for pair in shown for response in pair),
        comparisons=tuple(blind_comparison(one, other, batch_id, job.round) for one, other in shown),
    )


def samples(occasion: Occasion, pair: tuple[Answerer, Answerer], prompts: int) -> Asked:
    """Both policies' answers to so many prompts of the occasion, the tracks in turn; nothing is asked."""
    of_track: dict[bool, list[str]] = {False: [], True: []}
    for prompt in occasion.prompts:
        of_track[prompt.is_safety].append(prompt.prompt_id)
    in_turn = (name for both in zip_longest(*of_track.values()) for name in both if name is not None)
    wanted = set(islice(in_turn, prompts))
    sides = [_responses(occasion, answerer) for answerer in pair]
    kept = tuple(response for side in sides for response in side if response.prompt_id in wanted)
    return Asked(responses=kept, comparisons=())


def _responses(occasion: Occasion, answerer: Answerer) -> list[Response]:
    """What the policy answered, read from the evaluation's files."""
    return [_response(occasion, answerer, answer) for answer in answers(answerer.path, occasion)]


def _response(occasion: Occasion, answerer: Answerer, answer: Answer) -> Response:
    how = occasion.settings
    drawn = (how.temperature, how.top_p, answer.seed)
    return Response(
        response_id=identity("response", answer.prompt_id, answerer.policy_id, *drawn, answer.text),
        prompt_id=answer.prompt_id,
        policy_id=answerer.policy_id,
        text=answer.text,
        temperature=how.temperature,
        top_p=how.top_p,
        seed=answer.seed,
        finish_reason="stop" if answer.finished else "length",
        token_count=len(answer.ids),
        logprob=answer.logprob,
    )

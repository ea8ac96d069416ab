"""Judgements of any format as facts: every id follows from all that is told of the thing.

What is told alike is one, so importing again adds nothing; what is told otherwise is another, so nothing told
is lost. Knows no format and no file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from typing import Final

from store.exchange.judgements import Answer, Judgement, ordered
from store.exchange.splitting import UNKNOWN_TIME, split_of
from store.identity import identity
from store.records import (
    Annotator,
    Batch,
    Comparison,
    Fact,
    Kind,
    Label,
    Policy,
    Prompt,
    Response,
    Role,
    Track,
)

IMPORTED: Final = "imported:"
"""Before the id of an annotator, a policy or a batch that came from elsewhere."""


def facts(source: str, judgements: Sequence[Judgement]) -> Mapping[str, Sequence[Fact]]:
    """The judgements as facts, by table; `source` (such as `hh`) names their batch and their prompts' source.

    Annotators and policies become `imported:NAME`, the batch `imported:SOURCE`. The same answers judged by
    several annotators are one comparison with several labels. What several judgements share comes once.
    """
    batch = Batch(batch_id=f"{IMPORTED}{source}", round=0, made_at=UNKNOWN_TIME)
    prompts: dict[str, Fact] = {}
    responses: dict[str, Fact] = {}
    comparisons: dict[str, Fact] = {}
    labels: dict[str, Fact] = {}
    for told in judgements:
        prompt = identified(_prompt(told, source))
        answers = _responses(told, prompt.prompt_id)
        # Sorted, so that the place of a response does not tell which was chosen.
        order = sorted(range(len(answers)), key=lambda place: answers[place].response_id)
        comparison = _comparison(told, prompt.prompt_id, batch, [answers[old].response_id for old in order])
        made = label(ordered(told, order), comparison.comparison_id)
        prompts[prompt.prompt_id] = prompt
        responses |= {answer.response_id: answer for answer in answers}
        comparisons[comparison.comparison_id] = comparison
        labels[made.label_id] = made
    return {
        "annotators": [annotator(name) for name in sorted({told.annotator for told in judgements})],
        "policies": [
            Policy(policy_id=f"{IMPORTED}{name}", path="", method="imported", made_at=UNKNOWN_TIME)
            for name in sorted({answer.policy for told in judgements for answer in told.answers})
        ],
        "batches": [batch],
        "prompts": list(prompts.values()),
        "responses": list(responses.values()),
        "comparisons": list(comparisons.values()),
        "labels": list(labels.values()),
    }


def annotator(name: str) -> Annotator:
    """The imported annotator of this name, who cannot sign in."""
    return Annotator(
        annotator_id=f"{IMPORTED}{name}",
        name=f"{IMPORTED}{name}",
        role=Role.ANNOTATOR,
        kind=Kind.IMPORTED,
        made_at=UNKNOWN_TIME,
    )


def identified(prompt: Prompt) -> Prompt:
    """The prompt under the id that follows from its turns and from whatever else is out of the ordinary.

    Its source does not count.
    """
    besides = (
        prompt.track if prompt.track is not Track.HELPFULNESS else None,
        prompt.split if prompt.split is not split_of(prompt.turns) else None,
        prompt.language if prompt.language != "en" else None,
        prompt.category,
        prompt.attack_vector,
        prompt.author,
        prompt.meta,
    )
    told = [] if besides == (None,) * len(besides) else [besides]
    turns = [[turn.role, turn.content] for turn in prompt.turns]
    return replace(prompt, prompt_id=identity("prompt", turns, *told))


def _prompt(told: Judgement, source: str) -> Prompt:
    return Prompt(
        prompt_id="",
        turns=told.turns,
        track=told.track,
        split=told.split or split_of(told.turns),
        category=told.category,
        attack_vector=told.attack_vector,
        author=told.author,
        source=source,
        language=told.language,
        meta=told.prompt_meta,
        made_at=UNKNOWN_TIME,
    )


def _responses(told: Judgement, prompt_id: str) -> list[Response]:
    """In the judgement's order; answers that are alike in everything are numbered, as each was judged."""
    copies: Counter[Answer] = Counter()
    responses = []
    for answer in told.answers:
        policy_id = f"{IMPORTED}{answer.policy}"
        responses.append(response(answer, prompt_id, policy_id, copies[answer]))
        copies[answer] += 1
    return responses


def response(answer: Answer, prompt_id: str, policy_id: str, copy: int = 0) -> Response:
    """The answer of this policy to the prompt, under the id that follows from what is told of it.

    `copy` counts those before it that are alike in everything.
    """
    drawn = (answer.temperature, answer.top_p, answer.seed)
    besides = (answer.finish_reason, answer.token_count, answer.logprob, answer.meta, copy)
    told_besides = [] if besides == ("stop", 0, None, None, 0) else [besides]
    return Response(
        response_id=identity("response", prompt_id, policy_id, *drawn, answer.text, *told_besides),
        prompt_id=prompt_id,
        policy_id=policy_id,
        text=answer.text,
        temperature=answer.temperature,
        top_p=answer.top_p,
        seed=answer.seed,
        finish_reason=answer.finish_reason,
        token_count=answer.token_count,
        logprob=answer.logprob,
        meta=answer.meta,
        made_at=UNKNOWN_TIME,
    )


def _comparison(told: Judgement, prompt_id: str, batch: Batch, response_ids: Sequence[str]) -> Comparison:
    besides = [] if told.comparison_meta is None else [told.comparison_meta]
    return Comparison(
        comparison_id=identity("comparison", response_ids, told.purpose, *besides),
        prompt_id=prompt_id,
        response_ids=tuple(response_ids),
        batch_id=batch.batch_id,
        purpose=told.purpose,
        meta=told.comparison_meta,
        made_at=UNKNOWN_TIME,
    )


def label(told: Judgement, comparison_id: str) -> Label:
    """The label of a judgement whose answers are in the comparison's order."""
    annotator_id = f"{IMPORTED}{told.annotator}"
    verdict = (told.ranks, told.degree, told.both_bad, [astuple(one) for one in told.safety], told.surplus)
    words = (told.reasons, told.comment, told.label_meta)
    screen = (told.shown_order, told.seconds, told.guideline_version, told.made_at)
    return Label(
        label_id=identity("label", comparison_id, annotator_id, verdict, words, screen),
        comparison_id=comparison_id,
        annotator_id=annotator_id,
        ranks=told.ranks,
        degree=told.degree,
        shown_order=told.shown_order,
        both_bad=told.both_bad,
        safety=told.safety,
        reasons=told.reasons,
        comment=told.comment,
        seconds=told.seconds,
        guideline_version=told.guideline_version,
        surplus=told.surplus,
        meta=told.label_meta,
        made_at=told.made_at,
    )

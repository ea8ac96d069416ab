"""A small made-up collection: what to ask, and a judgement to answer with."""

from __future__ import annotations

from itertools import count

from store.messages import Judgement
from store.records import (
    Batch,
    Comparison,
    Degree,
    Fact,
    Label,
    Policy,
    Prompt,
    Purpose,
    Response,
    Split,
    Track,
    Turn,
)

FIRST_BETTER = Judgement(ranks=(1, 2), degree=Degree.BETTER)
SECOND_BETTER = Judgement(ranks=(2, 1), degree=Degree.SLIGHTLY)


def comparisons(
    count: int,
    *,
    responses: int = 2,
    overlap: int = 1,
    priority: int = 0,
    track: Track = Track.HELPFULNESS,
    split: Split = Split.TRAIN,
    purpose: Purpose = Purpose.TRAIN,
    round_number: int = 0,
    prefix: str = "",
) -> list[Fact]:
    """Comparisons c0, c1, … of a batch with everything that they refer to; ids carry the prefix."""
    batch = Batch(batch_id=f"batch-{round_number:03d}", round=round_number)
    facts: list[Fact] = [Policy(policy_id="policy", path="policies/policy"), batch]
    for number in range(count):
        prompt_id = f"{prefix}q{number}"
        turns = (Turn(role="user", content=f"question {prefix}{number}"),)
        answers = [
            Response(
                response_id=f"{prompt_id}-r{index}",
                prompt_id=prompt_id,
                policy_id="policy",
                text=f"answer {index}",
            )
            for index in range(responses)
        ]
        facts += [
            Prompt(prompt_id=prompt_id, turns=turns, track=track, split=split),
            *answers,
            Comparison(
                comparison_id=f"{prefix}c{number}",
                prompt_id=prompt_id,
                response_ids=tuple(answer.response_id for answer in answers),
                batch_id=batch.batch_id,
                purpose=purpose,
                priority=priority,
                overlap=overlap,
            ),
        ]
    return facts


numbers = count()


def label(comparison_id: str, ranks: tuple[int, ...] = (1, 2), **fields: object) -> Label:
    """A label of ann with an id that comes after those before it."""
    values = {
        "label_id": f"label-{next(numbers):06d}",
        "annotator_id": "ann",
        "degree": Degree.BETTER,
        "shown_order": tuple(range(len(ranks))),
        **fields,
    }
    return Label(comparison_id=comparison_id, ranks=ranks, **values)  # type: ignore[arg-type]

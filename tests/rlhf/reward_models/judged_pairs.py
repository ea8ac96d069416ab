"""Held-out pairs by hand, for tests of what is measured on them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from rlhf.reward_models.elements import Answer, Encoded
from rlhf.reward_models.evaluation import Held, evaluate
from rlhf.reward_models.objective import Judgements, Worth
from rlhf.reward_models.preferences import Preference
from store.records import Degree, Split, Track, Turn
from store.reward_results import RewardResults

NOTHING = Answer(prompt=(1,), response=(2,))


def judgement(number: int, **more: Any) -> Preference:
    """Of a label, a comparison and a prompt of its own, unless said otherwise."""
    prompt_id = more.get("prompt_id", f"prompt {number}")
    return replace(
        Preference(
            comparison_id=f"comparison {number}",
            label_id=f"label {number}",
            annotator_id="ann",
            batch_id="batch-0",
            round=0,
            track=Track.HELPFULNESS,
            split=Split.HELDOUT,
            prompt_id=prompt_id,
            turns=(Turn(role="user", content=prompt_id),),
            chosen="yes",
            rejected="no",
            chosen_id=f"yes {number}",
            rejected_id=f"no {number}",
            chosen_first=None,
            chosen_policy_id="policy",
            rejected_policy_id="policy",
            degree=Degree(0),
            chosen_safe=None,
            rejected_safe=None,
        ),
        **more,
    )


def encoded(preference: Preference, lengths: tuple[int, int] = (5, 5)) -> Encoded:
    """As token ids of which only the lengths of chosen and rejected matter."""
    return Encoded(
        preference=preference,
        chosen=NOTHING,
        rejected=NOTHING,
        margin=0.0,
        weight=1.0,
        chosen_length=lengths[0],
        rejected_length=lengths[1],
    )


def worth(said: Judgements) -> Worth:
    """What these judgements weigh themselves, so that a loss divided by it is a mean."""
    known = (~torch.stack([said.chosen_safe, said.rejected_safe]).isnan()).sum(dim=0)
    return Worth(labels=said.weight.sum().item(), known=(known * said.weight).sum().item())


def held(
    rows: Sequence[Preference],
    gaps: Sequence[Sequence[float]],
    lengths: Sequence[tuple[int, int]] = (),
    all_rows: Sequence[Preference] | None = None,
) -> Held:
    """Pairs whose chosen responses score the gaps [K, P] and whose rejected ones score 0."""
    chosen = torch.tensor([list(member) for member in gaps]).reshape(len(gaps), len(rows))
    sizes = lengths or [(5, 5)] * len(rows)
    return Held(
        rows=[encoded(row, size) for row, size in zip(rows, sizes, strict=True)],
        chosen=chosen,
        rejected=torch.zeros_like(chosen),
        all_rows=rows if all_rows is None else all_rows,
        training_pairs=80,
        truncated=3,
    )


def measured(*gaps: float, **more: Any) -> RewardResults:
    """One member's gaps on pairs of their own; what `judgement` takes comes as a list [P]."""
    lengths = more.pop("lengths", ())
    rows = [
        judgement(number, **{name: values[number] for name, values in more.items()})
        for number in range(len(gaps))
    ]
    return evaluate(held(rows, [gaps], lengths))

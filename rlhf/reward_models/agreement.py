"""How far two people agree on the better of two responses, which no model can do much better than.

Knows preferences, no model. People are compared by response, wherever it was shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import torch

from rlhf.reward_models.members import dialogue
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.shares import outcomes, share
from store.reward_results import Agreement


def people_agree(rows: Sequence[Preference]) -> Agreement | None:
    """Over all that two annotators said of the same two responses; None where nobody judged what another did.

    Two labels that share several pairs have one voice, and the interval reckons with whole dialogues.
    """
    found = list(_judged_twice(rows))
    if not found:
        return None
    agreed = torch.tensor([one.chosen_id == other.chosen_id for one, other in found])
    couples = [":".join(sorted((one.label_id, other.label_id))) for one, other in found]
    agree = share(outcomes(agreed, couples, [dialogue(one) for one, _other in found]))
    ceiling = most_right(agree.value) if agree.value >= 0.5 else None
    return Agreement(pairs=len(found), agree=agree, ceiling=ceiling)


def most_right(agree: float) -> float:
    """a = (1 + √(2 · agree - 1)) / 2, which solves agree = a² + (1 - a)².

    It is how often each of two people who err by themselves chooses the truly better response, and so the
    most that a model can agree with one of them. Where some pairs are harder than others the most is a
    little less. `agree` is 0.5 to 1: no a explains that people agree in less than half of the cases.
    """
    return (1 + math.sqrt(2 * agree - 1)) / 2


def _judged_twice(rows: Sequence[Preference]) -> Iterator[tuple[Preference, Preference]]:
    """Every two judgements of the same two responses by different annotators."""
    of_pair: dict[tuple[str, str, str], list[Preference]] = {}
    for row in rows:
        first, second = sorted((row.chosen_id, row.rejected_id))
        of_pair.setdefault((row.prompt_id, first, second), []).append(row)
    for judgements in of_pair.values():
        for one, other in combinations(judgements, 2):
            if one.annotator_id != other.annotator_id:
                yield one, other

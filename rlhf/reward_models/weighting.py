"""How far each label is believed, from how its annotator agrees with the others.

Knows labels and who made them; no model. Weights are relative: the loss divides by their sum.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from statistics import median_low
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from rlhf.reward_models.preferences import Preference
from store.records import Degree
from store.reliability import dawid_skene, noisy_bradley_terry
from store.reliability.choices import Choices
from store.reliability.votes import Floats, Votes, sums

Weighting = Literal["none", "majority", "dawid_skene", "noisy_bradley_terry"]
LEAST: Final = 0.02
"""What weighs less than this says next to nothing, and is left out."""


def weigh(rows: Sequence[Preference], weighting: Weighting) -> list[Preference]:
    """The rows weighed; `none` leaves them as they are.

    `majority` and `dawid_skene` take every pair of responses to have one better response, and give one row a
    pair: p, the probability that a response is the better one given all labels of the pair, is 1 for the one
    that most chose (a tie drops out), or follows from everybody's confusions; the pair weighs |2p - 1| in the
    likelier direction. `noisy_bradley_terry` takes every label for a draw of its own, as the ranking loss
    does, and keeps it apart: it weighs |2p - 1|, p given this label alone, by its annotator's reliability and
    side bias. In either way labels of somebody who guesses weigh next to nothing, those of somebody who is
    mostly wrong count turned round, and what was judged once weighs what its annotator's others have earned.

    A pair does not count both ways, p and 1 - p. That cross-entropy is the same but for a term
    (1 - p)(-log σ(d) - log σ(-d)), d being the gap of the scores, which pulls d towards 0 wherever little is
    known: a label that says nothing would say "equally good", and like pairs that contradict each other would
    be shrunk a second time. Both have the gradient p - 1/2 at d = 0, and so has the likelihood of a label
    that is right with probability p, -log(p σ(d) + (1 - p) σ(-d)).

    Of several labels the lower median of the degrees counts, of those who chose so if there are any; a
    response is safe if most who say so find it safe. What then prefers an unsafe response to a safe one drops
    out, as it does from a snapshot.
    """
    if weighting == "none" or not rows:
        return list(rows)
    choices = _choices(rows)
    if weighting == "majority":
        believed = _pair_by_pair(rows, _by_majority(choices))
    elif weighting == "dawid_skene":
        believed = _pair_by_pair(rows, _by_dawid_skene(choices))
    else:
        believed = _label_by_label(rows, noisy_bradley_terry.estimate(choices).alone)
    return [
        row
        for row in believed
        if row.weight >= LEAST and not (row.chosen_safe is False and row.rejected_safe)
    ]


def _label_by_label(rows: Sequence[Preference], alone: Floats) -> list[Preference]:
    """Each label by itself; `alone` is the probability that the pair's `one` is better, given it [L]."""
    return [
        _believed(row, belief if row.chosen_id == _one(row) else 1 - belief)
        for row, belief in zip(rows, alone.tolist(), strict=True)
    ]


def _pair_by_pair(rows: Sequence[Preference], beliefs: Floats) -> list[Preference]:
    """One row a pair, under the id of its comparison's first label, so that a ranking stays one label."""
    pairs: dict[tuple[str, str, str], list[Preference]] = {}
    label_ids: dict[str, str] = {}
    for row in rows:
        pairs.setdefault(_pair(row), []).append(row)
        label_ids.setdefault(row.comparison_id, row.label_id)
    return [
        dataclasses.replace(_as_one(labels, belief), label_id=label_ids[labels[0].comparison_id])
        for labels, belief in zip(pairs.values(), beliefs.tolist(), strict=True)
    ]


def _as_one(labels: Sequence[Preference], belief: float) -> Preference:
    for_one = belief >= 0.5
    agreeing = [row for row in labels if (row.chosen_id == _one(row)) is for_one]
    row = (agreeing or labels)[0]
    merged = dataclasses.replace(
        row,
        degree=Degree(median_low(label.degree for label in agreeing or labels)),
        chosen_safe=_safe(labels, row.chosen_id),
        rejected_safe=_safe(labels, row.rejected_id),
    )
    return _believed(merged, belief if row.chosen_id == _one(row) else 1 - belief)


def _believed(row: Preference, right: float) -> Preference:
    """The row, weighing how far the probability that it is right is from even odds; turned if it is less."""
    return dataclasses.replace(row if right >= 0.5 else _turned(row), weight=abs(2 * right - 1))


def _turned(row: Preference) -> Preference:
    """The same label as if it had chosen the other response."""
    return dataclasses.replace(
        row,
        chosen=row.rejected,
        rejected=row.chosen,
        chosen_id=row.rejected_id,
        rejected_id=row.chosen_id,
        chosen_first=None if row.chosen_first is None else not row.chosen_first,
        chosen_policy_id=row.rejected_policy_id,
        rejected_policy_id=row.chosen_policy_id,
        chosen_safe=row.rejected_safe,
        rejected_safe=row.chosen_safe,
    )


def _safe(labels: Sequence[Preference], response_id: str) -> bool | None:
    """What most labels say of the response's safety; unsafe where as many say so, None where none does."""
    said = [row.chosen_safe if row.chosen_id == response_id else row.rejected_safe for row in labels]
    known = [safe for safe in said if safe is not None]
    return 2 * sum(known) > len(known) if known else None


def _by_majority(choices: Choices) -> Floats:
    net = sums(choices.pairs, choices.says.astype(float), choices.pair_count)
    return (1 + np.sign(net)) / 2


def _by_dawid_skene(choices: Choices) -> Floats:
    """With each pair the other way round too, since the order of ids means nothing.

    A pair that was judged once then tells nothing of reliability, and is looked at when that is known.
    """
    shared = np.bincount(choices.pairs, minlength=choices.pair_count)[choices.pairs] > 1
    found = dawid_skene.estimate(_votes(choices, shared))
    return dawid_skene.posteriors(_votes(choices, np.ones_like(shared)), found)[: choices.pair_count, 1]


def _votes(choices: Choices, kept: NDArray[np.bool_]) -> Votes:
    """Each pair twice, the second time the other way round; class 1 is that its first is better."""
    pairs, says = choices.pairs[kept], choices.says[kept]
    return Votes(
        items=np.concatenate([pairs, pairs + choices.pair_count]),
        annotators=np.tile(choices.annotators[kept], 2),
        classes=np.concatenate([says > 0, says < 0]).astype(np.int64),
        item_count=2 * choices.pair_count,
        annotator_count=choices.annotator_count,
        class_count=2,
    )


def _choices(rows: Sequence[Preference]) -> Choices:
    """What each row chose, pairs and annotators numbered as they come."""
    pairs: dict[tuple[str, str, str], int] = {}
    annotators: dict[str, int] = {}
    says = np.array([1 if row.chosen_id == _one(row) else -1 for row in rows])
    chosen_first = [0 if row.chosen_first is None else 1 if row.chosen_first else -1 for row in rows]
    return Choices(
        pairs=np.array([pairs.setdefault(_pair(row), len(pairs)) for row in rows]),
        annotators=np.array([annotators.setdefault(row.annotator_id, len(annotators)) for row in rows]),
        says=says,
        shown=says * np.array(chosen_first),
        pair_count=len(pairs),
        annotator_count=len(annotators),
    )


def _pair(row: Preference) -> tuple[str, str, str]:
    """The comparison and its two responses, whichever was chosen."""
    return (row.comparison_id, _one(row), max(row.chosen_id, row.rejected_id))


def _one(row: Preference) -> str:
    """The response of the pair that stands first in the arrays, whichever was chosen."""
    return min(row.chosen_id, row.rejected_id)

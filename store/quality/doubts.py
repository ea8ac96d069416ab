"""How likely each label is to be wrong, by what everybody said of the same and by reward models that never
saw it. Pure.

The crowd's model gives p, the chance that one response is better given all labels (noisy Bradley-Terry). A
model's gap d tells of the same independently, with chance σ(κ d); κ, how far gaps are to be believed, makes
all labels likeliest: max Σ ln(p σ(κ d) + (1 - p) σ(-κ d)). So a label for the one is wrong with chance

    σ(-(ln p / (1 - p) + κ d)),

and one for the other with the rest. Of a ranking the most doubtful pair counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from store.quality.ballots import Ballots
from store.quality.habits import Belief
from store.reliability.choices import sigmoid
from store.reliability.votes import Floats

TRUSTS: Final = np.concatenate([[0.0], np.geomspace(0.02, 20.0, 60)])
"""What κ is chosen from, in 1 / raw score."""
NEVER: Final = 1e-6
"""No chance is nearer to 0 or 1 than this."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doubts:
    """The chance that each label is wrong, `wrong` by all that is known, `by_models` by reward models alone
    [L]; by the label's number, NaN for ties and wherever nothing is known."""

    wrong: Floats
    by_models: Floats


def doubts(ballots: Ballots, belief: Belief) -> Doubts:
    """Of every label that says which response is better."""
    decided = belief.decided
    chance = np.clip(belief.crowd.posteriors[decided.items.codes], NEVER, 1 - NEVER)
    models = np.full(len(decided), np.nan)
    for track in range(len(decided.tracks.names)):
        seen = ~np.isnan(decided.gap) & (decided.tracks.codes == track)
        models[seen] = trust(chance[seen], decided.gap[seen]) * decided.gap[seen]
    told = np.log(chance / (1 - chance)) + np.nan_to_num(models)
    count = len(ballots.labels.names)
    return Doubts(
        wrong=_worst(decided, sigmoid(-told * decided.says), count),
        by_models=_worst(decided, sigmoid(-models * decided.says), count),
    )


def trust(chance: Floats, gaps: Floats) -> float:
    """κ, by which gaps [N] tell most of what the crowd says with these chances [N]; 0 where of nothing."""
    if not len(gaps):
        return 0.0
    likely = [
        float(np.log(chance * sigmoid(kappa * gaps) + (1 - chance) * sigmoid(-kappa * gaps)).sum())
        for kappa in TRUSTS
    ]
    return float(TRUSTS[int(np.argmax(likely))])


def _worst(decided: Ballots, chances: Floats, count: int) -> Floats:
    """The highest of each label's rows [count]."""
    found = np.full(count, np.nan)
    np.fmax.at(found, decided.labels.codes, chances)
    return found

"""How likely each label is to be wrong, by what everybody said of the same and by reward models that never
saw it. Pure.

The crowd's model gives p, the chance that one response is better given all labels (noisy Bradley-Terry). A
model's gap d tells of the same independently, with chance σ(κ d); κ, how far gaps are to be believed, makes
all labels likeliest: max Σ ln(p σ(κ d) + (1 - p) σ(-κ d)). So a label for the one is wrong with chance

    σ(-(ln p / (1 - p) + κ d)),

and one for the other with the rest. Of a ranking the most doubtful pair counts.
"""

from __future__ import annotations

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


def doubts(ballots: Ballots, belief: Belief) -> Floats:
    """The chance that each label is wrong [L], by its number; NaN for ties and whatever else says nothing."""
    decided = belief.decided
    chance = np.clip(belief.crowd.posteriors[decided.items.codes], NEVER, 1 - NEVER)
    told = np.log(chance / (1 - chance))
    seen = ~np.isnan(decided.gap)
    for track in range(len(decided.tracks.names)):
        of_track = seen & (decided.tracks.codes == track)
        told[of_track] += trust(chance[of_track], decided.gap[of_track]) * decided.gap[of_track]
    wrong = sigmoid(-told * decided.says)
    found = np.full(len(ballots.labels.names), -np.inf)
    np.maximum.at(found, decided.labels.codes, wrong)
    return np.where(np.isinf(found), np.nan, found)


def trust(chance: Floats, gaps: Floats) -> float:
    """κ, by which gaps [N] tell most of what the crowd says with these chances [N]; 0 where of nothing."""
    if not len(gaps):
        return 0.0
    likely = [
        float(np.log(chance * sigmoid(kappa * gaps) + (1 - chance) * sigmoid(-kappa * gaps)).sum())
        for kappa in TRUSTS
    ]
    return float(TRUSTS[int(np.argmax(likely))])

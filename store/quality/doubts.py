"""How likely each label is to be wrong, by what everybody said of the same and by reward models that never
saw it. Pure.

By log-odds l that one response is better (`store.quality.belief`), a label for it is wrong with chance σ(-l),
one for the other with the rest. Of a ranking the most doubtful pair counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from store.quality.ballots import Ballots
from store.quality.belief import Belief
from store.reliability.choices import sigmoid
from store.reliability.votes import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doubts:
    """The chance that each label is wrong, `wrong` by all that is known, `by_models` by reward models alone
    [L]; by the label's number, NaN for ties and wherever nothing is known."""

    wrong: Floats
    by_models: Floats


def doubts(ballots: Ballots, belief: Belief) -> Doubts:
    """Of every label that says which response is better."""
    decided, count = belief.decided, len(ballots.labels.names)
    by_models = np.where(np.isnan(decided.gap), np.nan, sigmoid(-belief.models * decided.says))
    return Doubts(
        wrong=_worst(decided, sigmoid(-belief.by_all * decided.says), count),
        by_models=_worst(decided, by_models, count),
    )


def _worst(decided: Ballots, chances: Floats, count: int) -> Floats:
    """The highest of each label's rows [count]."""
    found = np.full(count, np.nan)
    np.fmax.at(found, decided.labels.codes, chances)
    return found

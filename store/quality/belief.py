"""What all labels together say of each pair of responses, of the annotators and of the reward models. Pure.

The crowd's model gives log-odds l that one response is better given all labels (noisy Bradley-Terry); where
few judged the same it knows little of how often people are right. A reward model's gap d tells of the same
independently. With both, the log-odds are τ l + κ d; τ and κ, how far the crowd and gaps are to be believed,
make it likeliest that the two say what they do: max Σ ln(σ(τ l) σ(κ d) + σ(-τ l) σ(-κ d)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from store.quality.ballots import Ballots
from store.reliability import dawid_skene, noisy_bradley_terry
from store.reliability.choices import Choices, sigmoid
from store.reliability.votes import Floats, Integers, Votes, sums
from store.suspicion.evidence import Truths

CROWD: Final = np.geomspace(0.25, 8.0, 31)
"""What τ is chosen from."""
GAPS: Final = np.concatenate([[0.0], np.geomspace(0.02, 20.0, 40)])
"""What κ is chosen from, in 1 / raw score."""
RIGHT: Final = 0.84
"""How often the crowd is taken to be right before gaps are seen: two who are so agree in 73 % (InstructGPT,
§5.4)."""
IMAGINED: Final = 100
"""Labels that this counts as. Ours."""
ENOUGH: Final = 20_000
"""Rows from which τ and κ are told; of more every second, third and so on is taken."""
NEVER: Final = 1e-6
"""No chance is nearer to 0 or 1 than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far the crowd's log-odds (τ) and a model's gaps (κ) are to be believed."""

    crowd: float = 1.0
    gaps: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Belief:
    """What all labels say of the `decided` rows, those with a winner, and of the annotators. `crowd_trust` is
    τ of each row, `models` are the log-odds by reward models alone that the one is better, κ d, 0 where none
    speaks [D]."""

    decided: Ballots
    crowd: noisy_bradley_terry.NoisyBradleyTerry
    confusions: dawid_skene.DawidSkene
    crowd_trust: Floats
    models: Floats

    @property
    def by_all(self) -> Floats:
        """Log-odds that the one is better, by every label of the item and by reward models [D]."""
        return _by_crowd(self.decided, self.crowd) * self.crowd_trust + self.models

    @property
    def by_others(self) -> Floats:
        """The same by everybody else's labels and by reward models: as if each label told independently what
        it would tell alone [D]."""
        items, people = self.decided.items.codes, len(self.decided.annotators.names)
        alone = log_odds(self.crowd.alone)
        whose, own = np.unique(items * people + self.decided.annotators.codes, return_inverse=True)
        said, theirs = sums(items, alone, len(self.decided.items.names)), sums(own, alone, len(whose))
        return np.asarray((said[items] - theirs[own]) * self.crowd_trust + self.models)


def believe(ballots: Ballots) -> Belief:
    """Estimates both models of annotators and how far gaps tell, from every row with a winner; track by
    track, for each has its own reward model."""
    decided = ballots.where(ballots.says != 0)
    crowd = noisy_bradley_terry.estimate(_choices(decided))
    said, crowd_trust, models = _by_crowd(decided, crowd), np.ones(len(decided)), np.zeros(len(decided))
    for track in range(len(decided.tracks.names)):
        of_track = decided.tracks.codes == track
        seen = of_track & ~np.isnan(decided.gap)
        found = trust(said[seen], decided.gap[seen])
        crowd_trust[of_track] = found.crowd
        models[seen] = found.gaps * decided.gap[seen]
    return Belief(
        decided=decided,
        crowd=crowd,
        confusions=dawid_skene.estimate(_both_ways(decided)),
        crowd_trust=crowd_trust,
        models=models,
    )


def trust(said: Floats, gaps: Floats) -> Trust:
    """τ and κ of the crowd's log-odds [N] and gaps [N]; without any gap the crowd is taken at its word."""
    if not len(gaps):
        return Trust()
    step = -(-len(gaps) // ENOUGH)
    said, gaps = said[::step], gaps[::step]
    by_gaps = [(sigmoid(kappa * gaps), sigmoid(-kappa * gaps)) for kappa in GAPS]
    likely = np.empty((len(CROWD), len(GAPS)))
    for place, tau in enumerate(CROWD):
        one, other, right = sigmoid(tau * said), sigmoid(-tau * said), sigmoid(tau * np.abs(said)).mean()
        before = IMAGINED * (RIGHT * np.log(right) + (1 - RIGHT) * np.log1p(-right))
        likely[place] = [np.log(one * for_one + other * for_other).sum() for for_one, for_other in by_gaps]
        likely[place] += before
    tau, kappa = np.unravel_index(int(likely.argmax()), likely.shape)
    return Trust(crowd=float(CROWD[tau]), gaps=float(GAPS[kappa]))


def log_odds(chance: Floats) -> Floats:
    """ln p / (1 - p), of chances that are never quite 0 or 1."""
    inside = np.clip(chance, NEVER, 1 - NEVER)
    return np.asarray(np.log(inside / (1 - inside)))


def _by_crowd(decided: Ballots, crowd: noisy_bradley_terry.NoisyBradleyTerry) -> Floats:
    """l of each row [D]."""
    return log_odds(crowd.posteriors[decided.items.codes])


def _choices(decided: Ballots) -> Choices:
    return Choices(
        pairs=decided.items.codes,
        annotators=decided.annotators.codes,
        says=decided.says,
        shown=decided.shown,
        pair_count=len(decided.items.names),
        annotator_count=len(decided.annotators.names),
    )


def _both_ways(decided: Ballots) -> Votes:
    """Each item twice, the second time the other way round, for the order of ids means nothing; what is known
    of one alone tells nothing of reliability."""
    kept = _several(decided.items.codes, len(decided.items.names))
    items, says, count = decided.items.codes[kept], decided.says[kept], len(decided.items.names)
    return Votes(
        items=np.concatenate([items, items + count]),
        annotators=np.tile(decided.annotators.codes[kept], 2),
        classes=np.concatenate([says > 0, says < 0]).astype(np.int64),
        item_count=2 * count,
        annotator_count=len(decided.annotators.names),
        class_count=2,
    )


def _several(items: Integers, count: int) -> Truths:
    return np.asarray(np.bincount(items, minlength=count)[items] > 1)

"""Noisy Bradley-Terry: how reliable and how biased to a side each annotator is, from choices between two.

The probability of a choice is that of `choices`. Gaps are a priori normal around 0 with a deviation that is
estimated too; each pair has its own, for hardly any share a response. They are integrated out, so that a
pair that was judged once tells of its annotator's side bias and, rightly, nothing of the reliability. γ, b
and the deviation maximise the posterior, by expectation-maximisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from store.intervals import Z95, Interval
from store.reliability.choices import STATES, Chances, Choices, chances, sigmoid
from store.reliability.votes import Floats, Integers, intervals, sums

_HALF, _WIDTHS = np.polynomial.legendre.leggauss(6)
_HALF = 2.25 * (_HALF + 1)
NODES: Final = np.concatenate([-_HALF[::-1], _HALF])
"""Gaps, in their deviations, at which chances are taken: Gauss and Legendre's on either side of 0, to 4.5."""
_DENSITIES = np.concatenate([_WIDTHS[::-1], _WIDTHS]) * np.exp(-(NODES**2) / 2)
MASSES: Final = _DENSITIES / _DENSITIES.sum()
DEVIATION, IMAGINED_PAIRS = 2.0, 20.0
"""What the deviation of the gaps is taken for before any pair is seen, and how many pairs that counts as."""
LARGEST: Final = 6.0
"""Of the log-odds of γ and of the bias, beyond which nothing changes."""
LONGEST_STEP: Final = 1.0
PART: Final = 50_000
"""Pairs that several judged, of which no part is tried first."""
ENOUGH: Final = 2e-3
"""The greatest change of a parameter below which another round is not worth its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """Imagined labels of each annotator that follow (`right`) and contradict (`wrong`) the scores.

    `bias` is the deviation of the side bias, which is normal around 0.
    """

    right: float = 4.0
    wrong: float = 1.0
    bias: float = 1.0


PRIOR: Final = Prior()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoisyBradleyTerry:
    """What choices say of pairs, of each annotator (`gamma` and `bias` [W]) and of the gaps (`deviation`).

    `posteriors` are P(one is better) of each pair [P], `alone` what each would be if this label were the only
    one [L]. `reliability` is the chance of naming the better response of a typical pair, either one being
    shown first as often, with a 95 % interval by the information of the others' labels of the same pairs; of
    one whose pairs nobody else judged it is the prior's. `bias` is + to the first shown, `bias_error` its
    standard error; `rounds` of expectation-maximisation were made.
    """

    posteriors: Floats
    alone: Floats
    gamma: Floats
    bias: Floats
    bias_error: Floats
    reliability: tuple[Interval, ...]
    deviation: float
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Crowd:
    """What is estimated: log-odds of γ [W], b [W] and the deviation of the gaps."""

    odds: Floats
    bias: Floats
    deviation: float

    def chances(self) -> Chances:
        return chances(sigmoid(self.odds), self.bias, self.deviation * NODES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Evidence:
    """Labels of pairs that several judged, by `pair` and `row` [L]; of others their number by row [W · 6]."""

    pair: Integers
    row: Integers
    pairs: int
    alone: Floats

    def part(self, pairs: int) -> _Evidence:
        """So many of the pairs that several judged, drawn by chance, the same every time; and all others."""
        drawn = np.zeros(self.pairs, dtype=bool)
        drawn[np.random.default_rng(0).permutation(self.pairs)[:pairs]] = True
        kept, numbers = drawn[self.pair], np.cumsum(drawn) - 1
        return _Evidence(
            pair=numbers[self.pair[kept]], row=self.row[kept], pairs=int(drawn.sum()), alone=self.alone
        )


def estimate(choices: Choices, prior: Prior = PRIOR, rounds: int = 200) -> NoisyBradleyTerry:
    """Begins with everybody at the prior and stops when nothing changes any more, or after so many rounds of
    a part and as many of all."""
    evidence = _evidence(choices)
    odds = np.full(choices.annotator_count, np.log(prior.right / prior.wrong))
    crowd, done = _Crowd(odds=odds, bias=np.zeros_like(odds), deviation=DEVIATION), 0
    # Of very many pairs a part comes nearly as far in a fraction of the time; then all of them go on.
    parts = (evidence.part(PART), evidence) if evidence.pairs > PART else (evidence,)
    for some in parts:
        for _round in range(rounds):
            before, crowd = crowd, _better(crowd, some, prior)
            done += 1
            if _change(before, crowd) <= ENOUGH:
                break
    return _told(crowd, choices, prior, done)


def _evidence(choices: Choices) -> _Evidence:
    row = choices.rows()
    several = np.bincount(choices.pairs, minlength=choices.pair_count)[choices.pairs] > 1
    shared, pair = np.unique(choices.pairs[several], return_inverse=True)
    alone = np.bincount(row[~several], minlength=choices.annotator_count * STATES).astype(float)
    return _Evidence(pair=pair, row=row[several], pairs=len(shared), alone=alone)


def _better(crowd: _Crowd, evidence: _Evidence, prior: Prior) -> _Crowd:
    """A round of expectation-maximisation: one step of Fisher's scoring in place of the maximum."""
    table = crowd.chances()
    gaps = _gaps(table, evidence.pair, evidence.row, evidence.pairs)
    size = len(crowd.odds) * STATES
    counts = np.stack([sums(evidence.row, gap[evidence.pair], size) for gap in gaps], axis=1)
    counts = counts.reshape(table.value.shape)
    odds, bias = _step(crowd, table, counts, evidence.alone, prior)
    squares = crowd.deviation**2 * float(NODES**2 @ gaps.sum(axis=1)) + IMAGINED_PAIRS * DEVIATION**2
    return _Crowd(
        odds=np.clip(crowd.odds + odds, -LARGEST, LARGEST),
        bias=np.clip(crowd.bias + bias, -LARGEST, LARGEST),
        deviation=float(np.sqrt(squares / (evidence.pairs + IMAGINED_PAIRS))),
    )


def _gaps(table: Chances, pair: Integers, row: Integers, pairs: int) -> Floats:
    """The posterior of each pair's gap [Q, P]."""
    logs = np.log(table.value).reshape(-1, len(NODES)).T.copy()
    total = np.stack([sums(pair, at_node[row], pairs) for at_node in logs]) + np.log(MASSES)[:, None]
    posterior: Floats = np.exp(total - total.max(axis=0))
    return posterior / posterior.sum(axis=0)


def _step(
    crowd: _Crowd, table: Chances, counts: Floats, alone: Floats, prior: Prior
) -> tuple[Floats, Floats]:
    """By how much the log-odds of γ and the bias change [W]; `counts` are expected labels [W, 6, Q]."""
    gamma = sigmoid(crowd.odds)
    by_odds = (gamma * (1 - gamma))[:, None, None] * table.by_gamma / table.value
    by_bias = table.by_bias / table.value
    # A label of a pair that nobody else judged: its gap is as likely one way as the other, and γ falls out.
    lone_value = table.value @ MASSES
    lone, alone = (table.by_bias @ MASSES) / lone_value, alone.reshape(lone_value.shape)
    slope_odds = (counts * by_odds).sum(axis=(1, 2)) + prior.right * (1 - gamma) - prior.wrong * gamma
    slope_bias = (counts * by_bias).sum(axis=(1, 2)) + (alone * lone).sum(axis=1) - crowd.bias / prior.bias**2
    tried, lone_tried = _either_way(counts) * table.value, _either_way(alone) * lone_value
    odds = (tried * by_odds**2).sum(axis=(1, 2)) + (prior.right + prior.wrong) * gamma * (1 - gamma)
    bias = (tried * by_bias**2).sum(axis=(1, 2)) + (lone_tried * lone**2).sum(axis=1) + 1 / prior.bias**2
    both = (tried * by_odds * by_bias).sum(axis=(1, 2))
    steps = np.stack([slope_odds * bias - slope_bias * both, slope_bias * odds - slope_odds * both])
    steps = np.clip(steps / (odds * bias - both**2), -LONGEST_STEP, LONGEST_STEP)
    return steps[0], steps[1]


def _either_way(counts: Floats) -> Floats:
    """How many labels there are of each way of showing, whatever they say, in the shape of `counts`."""
    half = STATES // 2
    return np.tile(counts[:, :half] + counts[:, half:], (1, 2) + (1,) * (counts.ndim - 2))


def _change(old: _Crowd, new: _Crowd) -> float:
    of_odds = np.abs(sigmoid(new.odds) - sigmoid(old.odds)).max(initial=0.0)
    of_bias = np.abs(new.bias - old.bias).max(initial=0.0)
    return max(float(of_odds), float(of_bias), abs(new.deviation - old.deviation))


def _told(crowd: _Crowd, choices: Choices, prior: Prior, rounds: int) -> NoisyBradleyTerry:
    """The estimates with their errors.

    The information of a label is the square of its score, the mean of P'/P over the posterior of the gap.
    """
    table, row, gamma = crowd.chances(), choices.rows(), sigmoid(crowd.odds)
    gaps = _gaps(table, choices.pairs, row, choices.pair_count)

    def information(slopes: Floats) -> Floats:
        ratio = (slopes / table.value).reshape(-1, len(NODES)).T.copy()
        scores = np.zeros(len(row))
        for gap, of_node in zip(gaps, ratio, strict=True):
            scores += gap[choices.pairs] * of_node[row]
        return sums(choices.annotators, scores**2, choices.annotator_count)

    ahead, masses = crowd.deviation * NODES[NODES > 0], 2 * MASSES[NODES > 0]
    follows = 0.5 * (sigmoid(ahead + crowd.bias[:, None]) + sigmoid(ahead - crowd.bias[:, None])) @ masses
    of_gamma = information(table.by_gamma) + (prior.right + prior.wrong) / (gamma * (1 - gamma))
    half = Z95 * np.abs(2 * follows - 1) / np.sqrt(of_gamma)
    return NoisyBradleyTerry(
        posteriors=gaps[NODES > 0].sum(axis=0),
        alone=((table.value * MASSES)[..., NODES > 0].sum(axis=-1) / (table.value @ MASSES)).ravel()[row],
        gamma=gamma,
        bias=crowd.bias,
        bias_error=1 / np.sqrt(information(table.by_bias) + 1 / prior.bias**2),
        reliability=intervals(gamma * follows + (1 - gamma) * (1 - follows), half),
        deviation=crowd.deviation,
        rounds=rounds,
    )

"""Which temperature to sample at, and how many samples of each prompt: the best temperature, and enough.

Llama 2 tells neither beforehand: the best temperature moves from round to round, and so does what choosing
among more samples gains (§3.2.3, Figures 7 and 8). So a few prompts are sampled at every temperature first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rlhf.best_of import enough, mean_best
from rlhf.candidates import Candidates, lowest
from rlhf.track import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a temperature gave: the mean reward of the best of 1, 2, … samples of a prompt, and how many of
    them are enough there.
    """

    temperature: float
    mean_best: tuple[float, ...]
    samples: int

    @property
    def reward(self) -> float:
        """The mean reward of the best of as many samples as would be drawn."""
        return self.mean_best[self.samples - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The temperature and the number of samples, K, that the sweep decided on."""

    temperature: float
    samples: int
    sweep: tuple[Swept, ...]


def choose(tried: Mapping[float, Candidates], least_gain: float) -> Choice:
    """The temperature with the highest mean best reward of K samples, the first of equals.

    Each temperature has a K of its own, since a hot one that is best of many may be poor of few. What never
    ended is worth the same at all of them, so that none wins by what it cannot keep.
    """
    floor = lowest(tried.values())
    sweep = tuple(
        Swept(
            temperature=temperature,
            mean_best=tuple(mean_best(candidates.worth(floor)).tolist()),
            samples=enough(candidates.worth(floor), least_gain),
        )
        for temperature, candidates in tried.items()
    )
    best = max(sweep, key=lambda swept: swept.reward)
    return Choice(temperature=best.temperature, samples=best.samples, sweep=sweep)


def log_choice(tracker: Tracker, stage: str, choice: Choice) -> None:
    """One line of metrics a temperature and number of samples, and one of what was chosen."""
    for swept in choice.sweep:
        for samples, reward in enumerate(swept.mean_best, start=1):
            tracker.log(stage, samples, temperature=swept.temperature, swept_best=reward)
    tracker.log(stage, choice.samples, chosen_temperature=choice.temperature, chosen_samples=choice.samples)

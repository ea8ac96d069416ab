"""Which of many comparisons are worth a label: by what the reward model's members say, or by their texts.

Pure: tensors in, numbers and places out; chance by a passed generator. Knows neither models nor the store.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import Final

import torch
from torch import Generator, Tensor

from store.records import Arm

WIDTH: Final = 1024
"""Numbers a text becomes: as many places for its runs of bytes to fall into."""
RUN: Final = 4
"""Bytes in a run: about a syllable, and a letter or two where letters take more bytes."""
_SPREAD: Final = 2_654_435_761
"""2³² over the golden ratio: its multiples lie evenly (Knuth, TAOCP 3, §6.4)."""


def arm(selection: Arm, members: int) -> Arm:
    """The selection that so many members allow: one has nobody to differ from, so that the margin must do."""
    return Arm.MARGIN if selection is Arm.UNCERTAINTY and members == 1 else selection


def disagreement(scores: Tensor) -> float:
    """How far K members differ on R responses to a prompt, of scores [K, R]; 0 with one member.

    The standard deviation over the members of σ(difference), the probability that one response is the better,
    on average over the pairs (Christiano et al. 2017, arXiv 1706.03741, §2.2.4). Of probabilities, for how
    large a difference is matters little where all are sure of its sign.
    """
    stated = torch.sigmoid(_differences(scores))
    return stated.std(dim=0, unbiased=False).mean().item()


def closeness(scores: Tensor) -> float:
    """Minus the absolute difference of R responses to a prompt by the mean of K members, of scores [K, R].

    On average over the pairs. With one member nothing else is known of how sure it is.
    """
    return -_differences(scores).mean(dim=0).abs().mean().item()


def by_chance(of: int, count: int, generator: Generator) -> list[int]:
    """`count` of the places below `of`, ascending; all where there are no more."""
    return sorted(torch.randperm(of, generator=generator)[:count].tolist())


def greatest(values: Tensor, count: int, without: Collection[int]) -> list[int]:
    """The places of the `count` greatest values [N], ascending, but for those; the first of equal ones."""
    order = torch.argsort(values, descending=True, stable=True).tolist()
    return sorted([place for place in order if place not in without][:count])


def farthest(features: Tensor, count: int, centres: Collection[int]) -> dict[int, float]:
    """`count` more of the rows [N, D] of length 1, each as far as can be from the centres and those before.

    Greedy k-centre (Gonzalez 1985; for labels Sener & Savarese 2018, arXiv 1708.00489): so that nothing lies
    far from what is labelled. Gives the place of each and 1 - cos to the nearest one, in the order of choice.
    Without centres the first row is as far as any.
    """
    gaps = torch.full((len(features),), 2.0)  # no cosine is less than -1
    for place in sorted(centres):
        gaps = torch.minimum(gaps, 1 - features @ features[place])
    gaps[sorted(centres)] = -torch.inf
    chosen: dict[int, float] = {}
    while len(chosen) < min(count, len(features) - len(centres)):
        place = int(gaps.argmax())
        chosen[place] = gaps[place].item()
        gaps = torch.minimum(gaps, 1 - features @ features[place])
        gaps[place] = -torch.inf
    return chosen


def difficulties(rewards: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Each prompt's place among all by the median reward of its answers: 0 the easiest, 1 the hardest.

    (Llama 2, A.3.2.) A place and not the reward itself, so that prompts of two reward models compare.
    """
    order = sorted(rewards, key=lambda prompt: (-median(rewards[prompt]), prompt))
    return {prompt: place / max(1, len(order) - 1) for place, prompt in enumerate(order)}


def profiles(texts: Sequence[str]) -> Tensor:
    """Texts as rows [N, WIDTH] of length 1: which runs of bytes they have that few of the others have.

    Hashed (Weinberger et al. 2009) and weighed by log(1 + count) log((1 + N) / (1 + n)), where n of the texts
    have the run, so that what all share tells nothing apart. No model's: what a reward model confuses
    is not alike for that, and no text has to pass a model. Reads any language.
    """
    counts = torch.stack([_counts(text) for text in texts])
    common = (counts > 0).sum(dim=0)
    rare = torch.log((1 + len(texts)) / (1 + common))
    return torch.nn.functional.normalize(counts.log1p() * rare, dim=1)


def _differences(scores: Tensor) -> Tensor:
    """First response less second, of all pairs of R responses: [K, R] to [K, R (R - 1) / 2]."""
    first, second = torch.triu_indices(scores.shape[1], scores.shape[1], offset=1)
    return scores[:, first] - scores[:, second]


def _counts(text: str) -> Tensor:
    """How many runs of bytes fall into each of WIDTH places; small letters, single spaces."""
    read = torch.tensor(list(" ".join(text.lower().split()).encode().ljust(RUN)), dtype=torch.long)
    runs = read.unfold(0, RUN, 1) @ torch.tensor([256**at for at in range(RUN)])
    places = ((runs * _SPREAD) & 0xFFFFFFFF) * WIDTH >> 32
    return torch.bincount(places, minlength=WIDTH).float()

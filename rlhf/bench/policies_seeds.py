"""What the benches of policies begin with: a folder, as many worlds as seeds, and the parts to measure.

Knows nothing of what a part is.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Generic, TypeVar

import torch

from rlhf.bench.policies_world import LABELS, Show, World, build
from store.bench.machine import Before, before
from store.bench.registry import Settings
from store.errors import HoneError

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A benchmark that began: its folder, its labels a seed, and how busy the machine was."""

    folder: Path
    labels: int
    seeds: int
    show: Show
    noise: Before

    def world(self, seed: int) -> World:
        """A seed's."""
        return World(kept=self.folder, seed=seed, labels=self.labels, show=self.show)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds(Generic[_T]):
    """What was found in each seed, and the mean time that its labels and reward models took now."""

    found: list[_T]
    world_seconds: float


def chosen(wanted: Sequence[str], known: Sequence[str], unasked: Sequence[str]) -> list[str]:
    """The wanted parts, or those that are measured unasked, in the order in which all are known."""
    if unknown := [part for part in wanted if part not in known]:
        raise HoneError(f"Expected parts among {', '.join(known)}; got {unknown[0]}.")
    return [part for part in known if part in (wanted or unasked)]


def begin(name: str, settings: Settings) -> Begun:
    """In the folder that is kept, or in a new one. One number of labels is measured, not several."""
    if len(settings.sizes) > 1:
        told = ", ".join(str(size) for size in settings.sizes)
        raise HoneError(f"Expected one --size, the labels of a seed; got {told}. Run once for each.")
    folder = settings.keep or Path(tempfile.mkdtemp(prefix=f"hone-{name}-"))
    folder.mkdir(parents=True, exist_ok=True)
    labels = settings.sizes[0] if settings.sizes else LABELS
    noise = before(folder)
    return Begun(folder=folder, labels=labels, seeds=settings.seeds, show=settings.show, noise=noise)


def each_seed(begun: Begun, measure: Callable[[World], _T]) -> Seeds[_T]:
    """Builds a world a seed, and measures in it."""
    found, seconds = list[_T](), list[float]()
    for seed in range(begun.seeds):
        world = begun.world(seed)
        torch.set_num_threads(world.settings.round.threads)
        began = time.monotonic()
        build(world)
        seconds.append(time.monotonic() - began)
        found.append(measure(world))
    return Seeds(found=found, world_seconds=fmean(seconds))

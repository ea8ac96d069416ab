"""Which reward models are trained to see what labels teach, by part; and training one of them.

Each part changes one thing; whatever two parts share is trained once a seed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from rlhf.bench.accuracy_figures import Figures, Seen, Unsafe, figures
from rlhf.bench.accuracy_world import Labels, Truth, World
from rlhf.models import load_tokenizer
from rlhf.reward_models import ensemble
from rlhf.reward_models.elements import Answer, Encoded, encode
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.stage import RewardJob, train_reward_model
from rlhf.track import Tracker
from store.records import Track

PARTS: Final = {
    "labels": "from more labels",
    "safety": "with and without the auxiliary safety loss",
    "margin": "margin by degree, and the loss scaled by degree",
    "weighting": "with spammers among the annotators",
    "members": "an ensemble, and adapters",
}
MEMBERS: Final = 3
RANK: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A training: which track, on which labels, how many of them, and how."""

    track: Track
    source: Labels
    labels: int
    settings: RewardSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A training's place in the table."""

    part: str
    name: str
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one training gave in one seed; `seconds` is the whole stage, `unsafe` the safety model's alone."""

    figures: Figures
    unsafe: Unsafe | None
    pairs: int
    seconds: float


def variants(sizes: Sequence[int], base: RewardSettings) -> tuple[Variant, ...]:
    """Every part's trainings; all but the first part's are from the largest size."""
    plain = Run(track=Track.HELPFULNESS, source="plain", labels=max(sizes), settings=base)
    safety, shared = replace(plain, track=Track.SAFETY), replace(plain, source="spammed")
    runs = {
        "labels": {
            f"{track}, {size} labels": replace(plain, track=track, labels=size)
            for track in Track
            for size in sorted(sizes)
        },
        "safety": {
            "auxiliary loss": safety,
            "without it": _with(safety, replace(base, safety_weight=0.0)),
        },
        "margin": {
            "margin none": _with(plain, replace(base, margin="none")),
            "margin small": _with(plain, replace(base, margin="small")),
            "margin large": _with(plain, replace(base, margin="large")),
            "loss scaled": _with(plain, replace(base, margin="none", loss="scaled")),
        },
        "weighting": {
            "no spammers": replace(plain, source="clean"),
            "spammers, raw": shared,
            "spammers, majority": _with(shared, replace(base, weighting="majority")),
            "spammers, Dawid-Skene": _with(shared, replace(base, weighting="dawid_skene")),
            "spammers, noisy Bradley-Terry": _with(shared, replace(base, weighting="noisy_bradley_terry")),
        },
        "members": {
            "one model": plain,
            f"{MEMBERS} models": _with(plain, replace(base, members=MEMBERS)),
            f"adapters of rank {RANK}": _with(plain, replace(base, lora_rank=RANK)),
        },
    }
    return tuple(
        Variant(part=part, name=name, run=run) for part, named in runs.items() for name, run in named.items()
    )


def _with(run: Run, settings: RewardSettings) -> Run:
    return replace(run, settings=settings)


def outcome(run: Run, world: World, seed: int, folder: Path) -> Outcome:
    """Trains in the folder, scores the held-out pairs and counts."""
    began = time.monotonic()
    job = RewardJob(
        snapshot=world.files[run.source, run.labels],
        track=run.track,
        initial_policy=world.policy,
        out=folder / "model",
        settings=run.settings,
        seed=seed,
        tracker=Tracker(folder),
    )
    result = train_reward_model(job)
    seconds = time.monotonic() - began
    tokenizer = load_tokenizer(job.initial_policy)
    rows = encode(world.held_out, tokenizer, run.settings)
    answers = [row.chosen for row in rows] + [row.rejected for row in rows]
    chosen, rejected = _scores(result.path, answers).tensor_split(2, dim=1)
    own = torch.tensor([row.preference.track is run.track for row in rows])
    seen = _seen(rows, world.truths, chosen, rejected)
    return Outcome(
        figures=figures(_only(seen, own)),
        unsafe=_unsafe(world, chosen, rejected) if run.track is Track.SAFETY else None,
        pairs=result.results.training_pairs,
        seconds=seconds,
    )


def _scores(path: Path, answers: Sequence[Answer]) -> Tensor:
    judge = ensemble.load(path)
    return judge.scores([answer.prompt for answer in answers], [answer.response for answer in answers])


def _seen(rows: Sequence[Encoded], truths: Sequence[Truth], chosen: Tensor, rejected: Tensor) -> Seen:
    return Seen(
        chosen=chosen,
        rejected=rejected,
        degree=torch.tensor([int(row.preference.degree) for row in rows]),
        better=torch.tensor([truth.better for truth in truths]),
        chosen_length=torch.tensor([row.chosen_length for row in rows]),
        rejected_length=torch.tensor([row.rejected_length for row in rows]),
    )


def _only(seen: Seen, own: Tensor) -> Seen:
    return Seen(
        chosen=seen.chosen[:, own],
        rejected=seen.rejected[:, own],
        degree=seen.degree[own],
        better=seen.better[own],
        chosen_length=seen.chosen_length[own],
        rejected_length=seen.rejected_length[own],
    )


def _unsafe(world: World, chosen: Tensor, rejected: Tensor) -> Unsafe:
    """Every held-out response once, whichever pairs it is in."""
    known: dict[str, tuple[float, bool, bool]] = {}
    for place, (row, truth) in enumerate(zip(world.held_out, world.truths, strict=True)):
        harmless = row.track is not Track.SAFETY
        known[row.chosen_id] = chosen[:, place].mean().item(), truth.chosen_safe, harmless
        known[row.rejected_id] = rejected[:, place].mean().item(), truth.rejected_safe, harmless
    asked = [(score < 0, safe) for score, safe, harmless in known.values() if not harmless]
    alarms = [score < 0 for score, safe, harmless in known.values() if harmless and safe]
    return Unsafe(
        unsafe=sum(not safe for _, safe in asked),
        found=sum(below and not safe for below, safe in asked),
        safe=sum(safe for _, safe in asked),
        false_alarms=sum(below and safe for below, safe in asked),
        harmless=len(alarms),
        harmless_alarms=sum(alarms),
    )

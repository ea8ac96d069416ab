"""The members of an ensemble, trained one after the other; those that a killed run finished are kept.

The helpfulness model's scores are shifted to a mean of 0 over its training responses (N+, detail 6), each
member's over its own, so that members say comparable things; in the safety model 0 is the border between
safe and unsafe, where the auxiliary loss puts it if it knows both, and nothing is shifted.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf import models
from rlhf.folders import replacing
from rlhf.models import new_reward_model
from rlhf.precision import training_dtype
from rlhf.reward_models.adapters import Adapters
from rlhf.reward_models.checkpoints import job_of
from rlhf.reward_models.elements import Encoded
from rlhf.reward_models.ensemble import Finished, member_folder
from rlhf.reward_models.fitting import Fit, fit
from rlhf.reward_models.members import Member
from rlhf.reward_models.settings import RewardSettings
from rlhf.scoring import score_responses
from rlhf.track import Tracker
from store.records import Track

JOB = "job.txt"
"""What the members in a folder were asked, in its file of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How members train: from which policy, as which stage, and where they lie until all are finished."""

    policy: Path
    tokenizer: PreTrainedTokenizerBase
    track: Track
    settings: RewardSettings
    tracker: Tracker
    stage: str
    folder: Path


class Nursery(Protocol):
    """Makes members, one at a time, and writes them."""

    def new(self, seed: int) -> PreTrainedModel:
        """One more member, before its training."""

    def shift(self, shift: float) -> None:
        """Adds a constant to every score of the newest member."""

    def write(self, folder: Path) -> None:
        """Writes the newest member."""

    def take_up(self, folder: Path) -> None:
        """Has one more member, which was written there."""


class Whole:
    """Members of which each is a model of its own."""

    def __init__(self, training: Training) -> None:
        self._policy, self._tokenizer = training.policy, training.tokenizer

    def new(self, seed: int) -> PreTrainedModel:
        """One more member, before its training; the one before is let go."""
        self._newest = new_reward_model(self._policy, seed)
        return self._newest

    def shift(self, shift: float) -> None:
        """Adds a constant to every score of the newest member."""
        models.shift_scores(self._newest, shift)

    def write(self, folder: Path) -> None:
        """Writes the newest member."""
        models.save(self._newest, self._tokenizer, folder)

    def take_up(self, folder: Path) -> None:
        """It lies where it is wanted already."""


class Adapted:
    """Members that are adapters on one base."""

    def __init__(self, training: Training) -> None:
        self._adapters, self._rank = Adapters(training.policy), training.settings.lora_rank

    def new(self, seed: int) -> PreTrainedModel:
        """One more member, before its training."""
        return self._adapters.add(self._rank, seed)

    def shift(self, shift: float) -> None:
        """Adds a constant to every score of the newest member."""
        self._adapters.shift(len(self._adapters) - 1, shift)

    def write(self, folder: Path) -> None:
        """Writes the newest member."""
        with replacing(folder) as fresh:
            self._adapters.write(len(self._adapters) - 1, fresh)

    def take_up(self, folder: Path) -> None:
        """Has one more member, which was written there; so the next has the same number as ever."""
        self._adapters.read(folder)


class MemberTracker(Tracker):
    """A stage's tracker as one of its members sees it, whose end is not the stage's end."""

    def __init__(self, stage: str, tracker: Tracker, number: int, count: int) -> None:
        super().__init__(tracker.folder)
        self.stop = tracker.stop
        self._stage, self._tracker, self._number, self._count = stage, tracker, number, count

    def progress(self, stage: str, fraction: float, message: str) -> None:  # noqa: ARG002  # a member's own
        """Says how far the stage is."""
        done = (self._number - 1 + fraction) / self._count
        self._tracker.progress(self._stage, done, f"member {self._number} of {self._count}, {message}")


def train_members(training: Training, members: Sequence[Member]) -> Finished:
    """Trains the members that are not finished yet; a run that was killed goes on to the same bytes."""
    _begin(training, members)
    adapts = training.settings.lora_rank > 0
    nursery: Nursery = Adapted(training) if adapts else Whole(training)
    folders = [member_folder(training.folder, member.number) for member in members]
    for member, folder in zip(members, folders, strict=True):
        if folder.exists():
            nursery.take_up(folder)
        else:
            checkpoints = training.folder / f"training-{member.number}"
            _train(training, nursery, member, checkpoints)
            nursery.write(folder)
            shutil.rmtree(checkpoints)
    return Finished(members=folders, base=training.policy if adapts else None, tokenizer=training.tokenizer)


def forget(training: Training) -> None:
    """Deletes the members' folder; what a kill leaves of it is no longer taken for finished members."""
    (training.folder / JOB).unlink()
    shutil.rmtree(training.folder)


def _begin(training: Training, members: Sequence[Member]) -> None:
    """Leaves only members of this very job in the folder."""
    model = new_reward_model(training.policy, members[0].seed)
    dtype = training_dtype(training.settings.precision, model.config.hidden_size)
    asked = (training.track, training.settings, str(dtype), *((one.seed, one.rows) for one in members))
    job = job_of(model, asked)
    file = training.folder / JOB
    if file.exists() and file.read_text(encoding="utf-8") == job:
        return
    with replacing(training.folder) as fresh:
        (fresh / JOB).write_text(job, encoding="utf-8")


def _train(training: Training, nursery: Nursery, member: Member, checkpoints: Path) -> None:
    stage, tracker = training.stage, training.tracker
    if training.settings.members > 1:
        tracker = MemberTracker(stage, tracker, member.number, training.settings.members)
    model = nursery.new(member.seed)
    how = Fit(
        track=training.track,
        settings=training.settings,
        seed=member.seed,
        folder=checkpoints,
        tracker=tracker,
        stage=stage if member.number == 1 else f"{stage} member {member.number}",
    )
    fit(model, training.tokenizer, member.rows, how)
    if shift := _shift(training, model, member.rows):
        nursery.shift(shift)


def _shift(training: Training, model: PreTrainedModel, rows: Sequence[Encoded]) -> float:
    """What makes 0 mean the same in every round, added to the scores."""
    if training.track is Track.SAFETY and training.settings.safety_weight > 0:
        known = {safe for row in rows for safe in (row.chosen_safe, row.rejected_safe)}
        if known >= {0.0, 1.0}:  # of one class alone, the auxiliary loss knows no border
            return 0.0
    answers = list(dict.fromkeys(side for row in rows for side in (row.chosen, row.rejected)))
    scores = score_responses(
        model,
        [one.prompt for one in answers],
        [one.response for one in answers],
        training.tokenizer.pad_token_id,
    )
    return -scores.mean().item()

"""The reward model stage: a frozen snapshot and a policy in, a model that scores responses out.

Each member starts as the newest policy (Llama 2, §3.2.2), learns pairs with a margin by degree, and in the
safety track which responses are safe. The ensemble is measured on prompts that no member ever saw, and scores
every label of the track by the members that never saw its dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from torch import Tensor

from rlhf.models import context_of, load_tokenizer, readable, shift_of
from rlhf.reward_models import ensemble
from rlhf.reward_models.card import Card, write_card
from rlhf.reward_models.cross_fitting import Gap, gaps, unseen_scores
from rlhf.reward_models.elements import Encoded, encode
from rlhf.reward_models.evaluation import Held, evaluate
from rlhf.reward_models.member_training import Training, forget, train_members
from rlhf.reward_models.members import Member, members
from rlhf.reward_models.mixing import NoPreferencesError, Preferences, divide
from rlhf.reward_models.preferences import Preference, read_preferences
from rlhf.reward_models.remarks import remarks
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.weighting import weigh
from rlhf.track import Tracker
from store.records import Track
from store.reward_results import RewardResults


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardJob:
    """A snapshot, the policy that the model starts as, and the folder `out` that it is written to."""

    snapshot: Path
    track: Track
    initial_policy: Path
    out: Path
    settings: RewardSettings
    seed: int
    tracker: Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardResult:
    """Where the model is, how good it is on held-out pairs, and what it says of every label of its track.

    `shift` is what was added to its scores, on average over its members; `remarks` say what its labels could
    not teach.
    """

    path: Path
    track: Track
    results: RewardResults
    gaps: tuple[Gap, ...]
    shift: float
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """All pairs of the track, the places of those that are held out, how preferences were divided, and what
    each member sees, which is no dialogue with a held-out pair.
    """

    rows: Sequence[Encoded]
    held_out: Sequence[int]
    divided: Preferences
    members: Sequence[Member]


def train_reward_model(job: RewardJob) -> RewardResult:
    """Trains, shifts, measures and saves a track's reward model; the same seed gives the same bytes.

    Run again after it was killed it goes on where it was, with the members that were finished.
    """
    lessons, training = _lessons(job), _training(job)
    ensemble.save(train_members(training, lessons.members), job.out)
    job.tracker.progress(training.stage, 1, "scores every label")
    model = ensemble.load(job.out)
    scores = unseen_scores(model, lessons.members, lessons.rows)
    results = evaluate(_held(lessons, scores))
    shifts = [shift_of(model.models[number]) for number in range(model.members)]
    said = remarks(lessons.divided.training, job.track, job.settings)
    write_card(_card(job, lessons, results, shifts), said, job.out)
    forget(training)
    return RewardResult(
        path=job.out,
        track=job.track,
        results=results,
        gaps=gaps(lessons.rows, scores),
        shift=fmean(shifts),
        remarks=said,
    )


def _lessons(job: RewardJob) -> Lessons:
    rows, tokenizer = read_preferences(job.snapshot), load_tokenizer(job.initial_policy)
    divided = divide(rows, job.track, job.settings, job.seed)
    reading = _reading(job)
    training = encode(_weighed(divided.training, job.settings), tokenizer, reading)
    of_track = encode([row for row in rows if row.track is job.track], tokenizer, reading)
    measured = {_pair(row) for row in divided.held_out}
    held_out = [place for place, row in enumerate(of_track) if _pair(row.preference) in measured]
    return Lessons(
        rows=of_track,
        held_out=held_out,
        divided=divided,
        members=members(training, job.settings.members, job.seed),
    )


def _reading(job: RewardJob) -> RewardSettings:
    """The settings with no more tokens than the policy reads, since learned positions end there."""
    longest = context_of(job.initial_policy)
    return replace(job.settings, max_tokens=readable(job.settings.max_tokens, longest))


def _weighed(rows: Sequence[Preference], settings: RewardSettings) -> list[Preference]:
    weighed = weigh(rows, settings.weighting)
    if not weighed:
        raise NoPreferencesError(
            f"Expected labels that say which response is better; by reward.weighting {settings.weighting} "
            f"the {len(rows)} that train say nothing. Collect more labels, or set it to none."
        )
    return weighed


def _training(job: RewardJob) -> Training:
    return Training(
        policy=job.initial_policy,
        tokenizer=load_tokenizer(job.initial_policy),
        track=job.track,
        settings=job.settings,
        tracker=job.tracker,
        stage=f"reward_{job.track}",
        folder=job.out.with_name(f".{job.out.name}.members"),
    )


def _held(lessons: Lessons, scores: Tensor) -> Held:
    """The held-out pairs with the scores [K, P, 2] that all members have given them."""
    rows, places = lessons.rows, lessons.held_out
    held = [rows[place] for place in places]
    seen = {_pair(row.preference): row for member in lessons.members for row in member.rows}
    return Held(
        rows=held,
        chosen=scores[:, places, 0],
        rejected=scores[:, places, 1],
        all_rows=[row.preference for row in rows],
        training_pairs=len(seen),
        truncated=sum(row.truncated for row in (*seen.values(), *held)),
    )


def _pair(row: Preference) -> tuple[str, frozenset[str]]:
    """Which pair of which label it is, whichever of its responses is believed to be the better."""
    return row.label_id, frozenset((row.chosen_id, row.rejected_id))


def _card(job: RewardJob, lessons: Lessons, results: RewardResults, shifts: Sequence[float]) -> Card:
    return Card(
        track=job.track,
        snapshot=job.snapshot.stem,
        policy=job.initial_policy.name,
        seed=job.seed,
        settings=job.settings,
        preferences=lessons.divided,
        members=lessons.members,
        shifts=shifts,
        results=results,
    )

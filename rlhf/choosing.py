"""Which of the answered prompts a round asks: an honest share by chance, the others as the settings select.

Both come from the same candidates, chance first, so that what people say of the one can be held against what
they say of the other. Knows the reward models' opinions; what an opinion is worth is `selection`'s to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from rlhf import selection
from rlhf.ask import Asked, AskJob, answered, gathered
from rlhf.config import PublishSettings, Settings
from rlhf.judge import RewardJudge
from rlhf.prompts import TrainPrompt
from rlhf.seeds import seeded
from store.records import Arm, Response, Selection, Track

ALONE: Final = (
    "Comparisons are chosen by margin, not by uncertainty: a reward model of one member has nobody to differ "
    "from. Set reward.members to 2 or more, or publish.selection to margin."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A prompt and the different answers that could be compared."""

    prompt: TrainPrompt
    answers: tuple[Response, ...]

    @property
    def track(self) -> Track:
        """Whose reward model learns from a label of it."""
        return Track.SAFETY if self.prompt.is_safety else Track.HELPFULNESS

    @property
    def text(self) -> str:
        """Everything that an annotator reads."""
        said = (turn.content for turn in self.prompt.turns)
        return "\n".join((*said, *(answer.text for answer in self.answers)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Why a candidate is asked."""

    arm: Arm
    value: float | None = None


def remark(settings: Settings) -> str | None:
    """What a round is told before it begins of how it will choose, where that is not as it was set."""
    wanted = settings.publish.selection
    return None if selection.arm(wanted, settings.reward.members) is wanted else ALONE


def choose(job: AskJob, judge: RewardJudge) -> Asked:
    """At most `settings.comparisons` of the candidates, the prompts in order, and why each is asked."""
    settings, by_id = job.settings, {prompt.prompt_id: prompt for prompt in job.prompts}
    candidates = [Candidate(prompt=by_id[one[0].prompt_id], answers=one) for one in answered(job)]
    if settings.selection is not Arm.RANDOM:
        candidates = _unlike(candidates)
    arm = selection.arm(settings.selection, min(judge.helpfulness.members, judge.safety.members))
    opinions: Sequence[Tensor] = ()
    if settings.curriculum or arm in {Arm.UNCERTAINTY, Arm.MARGIN}:
        job.tracker.progress("publish", 0.9, "the reward models read the candidates")
        opinions = _opinions(judge, candidates)
    picks = _picks(candidates, opinions, replace(settings, selection=arm), job.seed)
    hard = _difficulties(candidates, opinions) if settings.curriculum else {}
    places = sorted(picks)
    asked = gathered(job, [candidates[place].answers for place in places])
    selections = tuple(
        Selection(
            comparison_id=comparison.comparison_id,
            arm=picks[place].arm,
            value=picks[place].value,
            difficulty=hard.get(comparison.prompt_id),
        )
        for place, comparison in zip(places, asked.comparisons, strict=True)
    )
    return replace(asked, selections=selections)


def shares(settings: PublishSettings, available: dict[Track, int]) -> dict[Track, int]:
    """How many comparisons to ask of each track: `safety_share` of safety, as far as candidates go; where one
    track is short, the other makes up for it."""
    safety, helpful = available.get(Track.SAFETY, 0), available.get(Track.HELPFULNESS, 0)
    wanted = round(settings.comparisons * settings.safety_share)
    of_safety = min(safety, max(wanted, settings.comparisons - helpful))
    return {Track.SAFETY: of_safety, Track.HELPFULNESS: min(helpful, settings.comparisons - of_safety)}


def _unlike(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first of those that ask of the same answers: what is worth a label is worth it once."""
    first: dict[tuple[str, frozenset[str]], Candidate] = {}
    for one in candidates:
        first.setdefault((one.prompt.prompt_id, frozenset(answer.text for answer in one.answers)), one)
    return list(first.values())


def _picks(
    candidates: Sequence[Candidate], opinions: Sequence[Tensor], settings: PublishSettings, seed: int
) -> dict[int, Pick]:
    """Why each place that is asked is asked: the first ones by chance alone, else chosen track by track."""
    if settings.selection is Arm.RANDOM:
        return dict.fromkeys(range(min(settings.comparisons, len(candidates))), Pick(arm=Arm.RANDOM))
    places: defaultdict[Track, list[int]] = defaultdict(list)
    for place, candidate in enumerate(candidates):
        places[candidate.track].append(place)
    wanted = shares(settings, {track: len(own) for track, own in places.items()})
    picks: dict[int, Pick] = {}
    for track, own in places.items():
        generator = seeded("selection", seed, track.value)
        # One at least: a choice that nothing is held against cannot be told from a bad one.
        by_chance = max(1, round(wanted[track] * settings.random_share))
        lucky = selection.by_chance(len(own), min(by_chance, wanted[track]), generator)
        rest = wanted[track] - len(lucky)
        if settings.selection is Arm.DIVERSITY:
            found = _far([candidates[place] for place in own], lucky, rest)
        else:
            found = _worthy([opinions[place] for place in own], lucky, rest, settings.selection)
        picks |= {own[place]: pick for place, pick in found.items()}
    return picks


def _far(candidates: Sequence[Candidate], lucky: Sequence[int], rest: int) -> dict[int, Pick]:
    """Chance's, and as many more far from those and from each other."""
    features = selection.profiles([candidate.text for candidate in candidates])
    far = selection.farthest(features, rest, lucky)
    return {place: Pick(arm=Arm.RANDOM) for place in lucky} | {
        place: Pick(arm=Arm.DIVERSITY, value=gap) for place, gap in far.items()
    }


def _worthy(opinions: Sequence[Tensor], lucky: Sequence[int], rest: int, arm: Arm) -> dict[int, Pick]:
    """Chance's, and as many more that are worth the most; chance's are told their worth too."""
    worth = selection.closeness if arm is Arm.MARGIN else selection.disagreement
    values = torch.tensor([worth(scores) for scores in opinions])
    chosen = selection.greatest(values, rest, lucky)
    arms = dict.fromkeys(lucky, Arm.RANDOM) | dict.fromkeys(chosen, arm)
    return {place: Pick(arm=arms[place], value=values[place].item()) for place in sorted(arms)}


def _opinions(judge: RewardJudge, candidates: Sequence[Candidate]) -> list[Tensor]:
    """Scores [K, R] of each candidate's answers by the members of its track's model."""
    found: dict[int, Tensor] = {}
    for track in Track:
        own = [place for place, candidate in enumerate(candidates) if candidate.track is track]
        asked = [(candidates[place].prompt, one.text) for place in own for one in candidates[place].answers]
        if own:
            scores = judge.opinions(track, [prompt for prompt, _ in asked], [text for _, text in asked])
            sizes = [len(candidates[place].answers) for place in own]
            found |= dict(zip(own, scores.split(sizes, dim=1), strict=True))
    return [found[place] for place in range(len(candidates))]


def _difficulties(candidates: Sequence[Candidate], opinions: Sequence[Tensor]) -> dict[str, float]:
    """Each prompt's place in its track, by the members' mean of all answers to it."""
    rewards: defaultdict[Track, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for candidate, scores in zip(candidates, opinions, strict=True):
        rewards[candidate.track][candidate.prompt.prompt_id] += scores.mean(dim=0).tolist()
    return {
        prompt: place
        for of_track in rewards.values()
        for prompt, place in selection.difficulties(of_track).items()
    }

"""`hone sft`: a policy learns the home's demonstrations, prompts with an ideal response (Llama 2, §3.1).

A demonstration on a held-out prompt, or on one in the same words, never trains: it would spoil what that
prompt measures. Nor does one on a prompt that tells PPO when to stop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyarrow import parquet

from rlhf.attempt import TrialTracker, Watch, attempt, refuse_own
from rlhf.config import Settings
from rlhf.first_policy import found
from rlhf.watched import is_watched
from store.door import Door, open_door
from store.errors import HoneError
from store.exchange.collected import Answered
from store.home import Home
from store.messages import CountHome, Freeze
from store.records import Contents, Split
from store.verbs import count_home, freeze, read_demonstrations
from store.verbs.exporting import ReadDemonstrations

STAGE = "sft"
HELD_OUT, WATCHED = "on held-out prompts", "on prompts that only tell when to stop"
POOR, ELSEWHERE, RETRACTED = "of less quality", "of other sources", "retracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which demonstrations teach: of at least this quality where somebody scored it, and of these sources,
    of any where none is named.
    """

    least_quality: float = 0.0
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Where the new policy lies, which one it was, and how many demonstrations it learnt.

    `left_out` counts the others by reason; `truncated` ones lost the beginning of their conversation.
    """

    path: Path
    policy: str
    demonstrations: int
    truncated: int
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lesson:
    """What is taught to whom: a policy that was `named`, or the one that the store has at this path."""

    home: Home
    policy: str
    named: bool
    chosen: tuple[Answered, ...]
    left_out: dict[str, int]


def try_sft(home: Home, policy: str | None, wanted: Wanted, settings: Settings, watch: Watch) -> Taught:
    """Fine-tunes the policy, a folder or a name on the hub; without one the home's newest."""
    named = None if policy is None else found(policy)
    if named is not None:
        refuse_own(home, STAGE, Path(named))
    lesson = _lesson(home, named, wanted)
    with attempt(home, STAGE, STAGE, watch, again="begins anew") as tracker:
        return _teach(lesson, settings, tracker)


def _lesson(home: Home, policy: str | None, wanted: Wanted) -> _Lesson:
    """Refuses what cannot be done, and at once: nothing here needs torch."""
    with open_door(home) as door:
        counts = door.ask(count_home, CountHome())
        if not counts.demonstrations:
            raise HoneError(
                "Expected demonstrations to learn from; the home has none. Write some on the Write page, or "
                "import them with hone import demonstrations FILES."
            )
        learner = policy or counts.newest_policy_path
        if learner is None:
            raise HoneError("Expected a policy to fine-tune; the home has none. Name one with --policy.")
        train = _train_prompts(door)
        judged = [(one, _objection(one, wanted, train)) for one in _demonstrations(door)]
    chosen = tuple(one for one, objection in judged if objection is None)
    left_out = Counter(objection for _one, objection in judged if objection is not None)
    if not chosen:
        reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        raise HoneError(f"Expected demonstrations that may train; all were left out: {reasons}.")
    return _Lesson(
        home=home,
        policy=learner,
        named=policy is not None,
        chosen=chosen,
        left_out=dict(left_out),
    )


def _demonstrations(door: Door) -> Iterator[Answered]:
    first: int | None = 0
    while first is not None:
        page = door.ask(read_demonstrations, ReadDemonstrations(first=first))
        yield from page.answered
        first = page.following


def _train_prompts(door: Door) -> frozenset[str]:
    """The ids of the prompts that may train, as a snapshot of the prompts has them."""
    frozen = door.ask(freeze, Freeze(contents=Contents.PROMPTS))
    train = [("split", "=", Split.TRAIN.value)]
    table = parquet.read_table(door.home.root / frozen.path, columns=["prompt_id"], filters=train)
    return frozenset(table["prompt_id"].to_pylist())


def _objection(one: Answered, wanted: Wanted, train: frozenset[str]) -> str | None:
    """Why the demonstration does not teach; None if it does."""
    given = one.demonstration
    if one.retracted:
        return RETRACTED
    if given.prompt_id not in train:
        return HELD_OUT
    if is_watched(given.prompt_id):
        return WATCHED
    if wanted.sources and given.source not in wanted.sources:
        return ELSEWHERE
    poor = given.quality is not None and given.quality < wanted.least_quality
    return POOR if poor else None


def _teach(lesson: _Lesson, settings: Settings, tracker: TrialTracker) -> Taught:
    import torch  # here: what is refused is refused at once

    from rlhf.initialise import model_path
    from rlhf.sft import Example, SFTJob, fine_tune

    torch.set_num_threads(settings.round.threads)
    tracker.rewind(STAGE, -1)
    result = fine_tune(
        SFTJob(
            examples=[
                Example(turns=tuple(one.prompt.turns), text=one.demonstration.text) for one in lesson.chosen
            ],
            policy=Path(lesson.policy) if lesson.named else model_path(lesson.home, lesson.policy),
            out=tracker.folder / "policy",
            settings=settings.sft,
            seed=settings.round.seed,
            tracker=tracker,
            stage=STAGE,
        )
    )
    return Taught(
        path=result.path,
        policy=lesson.policy,
        demonstrations=result.examples,
        truncated=result.truncated,
        left_out=lesson.left_out,
    )

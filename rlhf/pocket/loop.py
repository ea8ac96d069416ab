"""The loop on the pocket world: the first comparisons, then labels and rounds in turn.

The same seed asks, labels and learns alike, and what is there is not made again: whoever runs it may go on
after a stop. Knows the order of events; every event is somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rlhf import pocket
from rlhf.config import Settings
from rlhf.initialise import Beginning, Questions, answering, first_comparisons, initialise
from rlhf.next_round import choose, finished, unfinished
from rlhf.pocket.beginning import pocket_prompts, preset
from rlhf.pocket.panel import panel
from rlhf.prompt_rows import train_prompts
from rlhf.round import run_round
from rlhf.simulate import simulate
from rlhf.stages import STAGES
from rlhf.track import Tracker
from rlhf.turning import Stage
from store import rounds
from store.door import Door
from store.home import Home
from store.messages import CountHome
from store.records import Split
from store.verbs import count_home

Watch = Callable[[str, float, str], None]

SPARE_COMPARISONS = 1.2
"""Comparisons asked for each simulated label, so that a person who joins finds something to judge."""
LABELS = "labels"
"""What the time before a round is called in which annotators label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A home, its settings, and how many labels simulated annotators give before each of its rounds.

    `watch` hears of `answers`, then of `round 1: labels` and of each stage so.
    """

    home: Home
    door: Door
    settings: Settings
    labels: int
    seed: int
    watch: Watch


def comparisons_for(labels: int) -> int:
    """How many comparisons to ask where so many labels are to be given."""
    return round(labels * SPARE_COMPARISONS)


def ask_first(loop: Loop) -> None:
    """Puts the pocket policy and the prompts into the home, and asks the first comparisons, unless they are
    there."""
    if loop.door.ask(count_home, CountHome()).comparisons:
        return
    prompts = pocket_prompts(loop.seed)
    beginning = Beginning(settings=preset(), policy=str(pocket.policy_path()), prompts=prompts)
    policy = initialise(loop.home, loop.door, beginning)
    questions = Questions(
        prompts=train_prompts(prompts, Split.TRAIN),
        settings=loop.settings,
        tracker=Tracker(loop.home.round(0), answering(loop.watch)),
    )
    first_comparisons(loop.home, loop.door, policy, questions)


def label(loop: Loop, number: int, given: int = 0) -> None:
    """The annotators label before this round, of whose labels so many are `given` already; those that only
    evaluate policies come on top."""

    def count(given: int, wanted: int) -> None:
        loop.watch(f"round {number}: {LABELS}", given / wanted, f"{given} of {wanted}")

    found_nothing = False
    while given < loop.labels and not found_nothing:
        worked = simulate(loop.door, panel(loop.seed), loop.labels, count, given)
        given, found_nothing = _given(loop, number), worked.ran_dry is not None


def learn(loop: Loop, number: int, stages: tuple[Stage, ...] = STAGES) -> None:
    """Runs this round, which is the next one or was left unfinished."""

    def watch(stage: str, fraction: float, message: str) -> None:
        loop.watch(f"round {number}: {stage}", fraction, message)

    run_round(loop.home, loop.door, choose(loop.home, ()), stages, watch)


def bring_to(loop: Loop, last: int, stages: tuple[Stage, ...] = STAGES) -> None:
    """Brings the home to the end of round `last`, wherever it stopped, even within the labels of a round.

    Only simulated annotators may have labelled in it: all labels since the round before count as given.
    """
    ask_first(loop)
    for number in range(len(finished(loop.home)) + 1, last + 1):
        if unfinished(loop.home) != number:
            label(loop, number, _given(loop, number))
        learn(loop, number, stages)


def _given(loop: Loop, number: int) -> int:
    """How many labels came since the round before began to learn."""
    before = {row.round: row.labels for row in rounds.results(loop.home)}
    return loop.door.ask(count_home, CountHome()).labels - before.get(number - 1, 0)

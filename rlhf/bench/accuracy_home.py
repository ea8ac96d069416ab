"""A temporary home in the pocket world, whose comparisons simulated annotators label through the queue.

Knows how labels come about and how many of them are wrong; not what is learned from them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rlhf import pocket
from rlhf.ask import Asked, batch_of
from rlhf.initialise import Beginning, initialise
from rlhf.pocket.annotators import SimulatedAnnotator
from rlhf.pocket.beginning import preset
from rlhf.pocket.oracle import prefer
from rlhf.pocket.panel import spammer
from rlhf.simulate import simulate
from store.door import Door, open_door
from store.exchange.publishing import deliver
from store.home import Home
from store.identity import identity
from store.messages import Freeze, Judgement
from store.records import Contents, Fact, Prompt, Turn
from store.verbs import freeze

NOISE: Final = 0.15
"""Chance that an honest annotator's choice is turned round, whatever the responses; nothing else is wrong."""
HONEST, SPAMMERS = 8, 2
SETTINGS: Final = "\n[queue]\ngold_rate = 0.0\nswapped_rate = 0.0\n"
"""Every label is asked for to be learned from."""


@dataclass(slots=True)
class Watched:
    """An annotator, and how many of their choices the oracle shares; where it has none, neither counts."""

    annotator: SimulatedAnnotator
    right: int = 0
    wrong: int = 0
    given: int = 0

    @property
    def name(self) -> str:
        """By which the store knows them."""
        return self.annotator.name

    def judge(self, turns: Sequence[Turn], responses: Sequence[str]) -> Judgement:
        """The annotator's judgement of two responses."""
        judgement = self.annotator.judge(turns, responses)
        better = prefer(turns, *responses)
        first = judgement.ranks[0] < judgement.ranks[1]
        self.given += 1
        self.right += better != 0 and first == (better > 0)
        self.wrong += better != 0 and first != (better > 0)
        return judgement


def honest(seed: int) -> list[Watched]:
    """Eight annotators who judge as the oracle does, and then turn one choice in seven round."""
    return [
        Watched(SimulatedAnnotator(name=f"honest {number}", careless=NOISE, seed=seed))
        for number in range(1, HONEST + 1)
    ]


def with_spammers(seed: int) -> list[Watched]:
    """The same eight, and two who choose what is shown first, unread: a fifth of all."""
    spam = spammer(seed)
    return [
        *honest(seed),
        *(
            Watched(SimulatedAnnotator(name=f"spammer {number}", noise=spam.noise, spam=spam.spam, seed=seed))
            for number in range(1, SPAMMERS + 1)
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Comparisons that are labelled one lot after the other, each until nobody finds any more, by a panel."""

    prompts: Sequence[Prompt]
    lots: Sequence[Asked]
    panel: Sequence[Watched]
    show: Callable[[int], None] = field(default=lambda _given: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A frozen file of preferences, how many labels were given for it, and the share of them that is wrong.

    `wrong` is of the labels on which the oracle has a preference; `spam` is the spammers' share of all.
    """

    file: Path
    labels: int
    wrong: float
    spam: float


def label(root: Path, work: Work) -> Labelled:
    """Makes a home there, has its comparisons labelled, and freezes what they teach."""
    home = Home(root)
    beginning = Beginning(
        settings=preset() + SETTINGS, policy=str(pocket.policy_path()), prompts=work.prompts
    )
    with open_door(home) as door:
        initialise(home, door, beginning)
        given = 0
        for lot in work.lots:
            given += _label_lot(door, lot, work, given)
        frozen = door.ask(freeze, Freeze(contents=Contents.PREFERENCES))
    right, wrong = sum(one.right for one in work.panel), sum(one.wrong for one in work.panel)
    spam = sum(one.given for one in work.panel if one.annotator.spam)
    return Labelled(
        file=home.root / frozen.path,
        labels=given,
        wrong=wrong / max(1, right + wrong),
        spam=spam / max(1, given),
    )


def _label_lot(door: Door, lot: Asked, work: Work, before: int) -> int:
    batch = batch_of(0)
    tables: dict[str, Sequence[Fact]] = {
        "batches": [batch],
        "responses": lot.responses,
        "comparisons": lot.comparisons,
    }
    name = identity(*(comparison.comparison_id for comparison in lot.comparisons))
    deliver(door, f"{batch.batch_id}-{name}", tables)
    wanted = sum(comparison.overlap for comparison in lot.comparisons)
    return simulate(door, work.panel, wanted, lambda given, _wanted: work.show(before + given)).labels

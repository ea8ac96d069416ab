"""Simulated annotators work the queue through the same lease and submit calls as people.

Knows the door and the judgement that goes through it; how a simulated annotator judges is its own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from store.door import Door
from store.messages import AddAnnotator, Assignment, CountHome, Judgement, NextComparison, SubmitLabel
from store.records import Turn
from store.verbs import add_annotator, count_home, next_comparison, submit_label


class Judge(Protocol):
    """Anyone who can judge responses in the order in which they are shown."""

    @property
    def name(self) -> str:
        """By which the store knows the judge."""

    def judge(self, turns: Sequence[Turn], responses: Sequence[str]) -> Judgement:
        """The judgement, by shown place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Labels that were given; `ran_dry` is the reason if the queue had no more."""

    labels: int
    ran_dry: str | None = None


def simulate(
    door: Door,
    panel: Sequence[Judge],
    labels: int,
    watch: Callable[[int, int], None] | None = None,
    given: int = 0,
) -> Worked:
    """The panel takes turns until `labels` are given or nobody finds anything to judge.

    So many may be `given` already. Whose turn it is goes by the labels of the home alone, those that only
    evaluate among them: after a stop the labels are those of a panel that was never stopped.
    """
    ids = [_enter(door, judge) for judge in panel]
    counts = door.ask(count_home, CountHome())
    idle, kept = 0, counts.labels + counts.evaluation_labels
    while given < labels:
        turn = (kept + idle) % len(panel)
        judge, annotator_id = panel[turn], ids[turn]
        assignment = door.ask(next_comparison, NextComparison(), on_behalf_of=annotator_id)
        if not isinstance(assignment, Assignment):
            idle += 1
            if idle == len(panel):
                return Worked(labels=given, ran_dry=assignment.reason)
            continue
        idle = 0
        judgement = judge.judge(assignment.turns, assignment.responses)
        door.ask(
            submit_label,
            SubmitLabel(lease_id=assignment.lease_id, judgement=judgement),
            on_behalf_of=annotator_id,
        )
        given, kept = given + 1, kept + 1
        if watch:
            watch(given, labels)
    return Worked(labels=given)


def _enter(door: Door, judge: Judge) -> str:
    return door.ask(add_annotator, AddAnnotator(name=judge.name, simulated=True)).annotator_id

"""What one asks of a qualification test and is answered. What is known is told once the test is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.messages.judging import Judgement
from store.records import Degree, SafetyLabel, Track, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStandings:
    """Wants to know how the actor stands with the test of each track."""


class Obstacle(StrEnum):
    """Why no test may begin."""

    QUALIFIED = "qualified"
    NOT_ASKED = "not asked"
    BARRED = "barred"
    WAIT = "wait"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A test that is over."""

    test_id: str
    guideline_version: int
    right: int
    total: int
    passed: bool
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the actor stands on one track.

    `is_asked`: the home lets only those judge it who passed. A test takes `items` gold answers; there are
    `golds`. `obstacle` None: a test may begin, or goes on at `answered`.
    """

    track: Track
    is_asked: bool
    may_judge: bool
    guideline_version: int
    items: int
    pass_mark: float
    wait_hours: float
    golds: int
    answered: int | None = None
    obstacle: Obstacle | None = None
    retry_at: datetime | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginTest:
    """Wants the test of this track, or the one that was begun, from where it stopped."""

    track: Track


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTest:
    """No test may begin, and why; `retry_at` where it may later."""

    obstacle: Obstacle
    reason: str
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItem:
    """What is asked, in the order in which it is shown: `responses[i]` at place i."""

    comparison_id: str
    turns: tuple[Turn, ...]
    responses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTest:
    """A test, how much of it is answered, and what it asks now; `item` None: it is over (see `outcome`)."""

    test_id: str
    track: Track
    guideline_version: int
    answered: int
    total: int
    item: ShownItem | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTest:
    """A judgement of the test's item, by shown place; the first one counts."""

    test_id: str
    comparison_id: str
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTestResult:
    """Wants to see what was right in a test that is over."""

    test_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An item with what was answered and what is known, all by the place in which it was shown."""

    turns: tuple[Turn, ...]
    responses: tuple[str, ...]
    ranks: tuple[int, ...]
    safety: tuple[SafetyLabel, ...]
    both_bad: bool
    degree: Degree
    passed: bool
    known_ranks: tuple[int, ...]
    known_safety: tuple[SafetyLabel, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownResult:
    """A test that is over, item by item, and the guideline's headings that the missed items' reasons name."""

    track: Track
    pass_mark: float
    outcome: Outcome
    items: tuple[Answered, ...]
    sections: tuple[str, ...]

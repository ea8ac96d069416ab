"""What the queue is compared with: people, rules, and a comparison that remembers everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from store.comparisons import Wanted
from store.queueing.drawing import QueueSettings
from store.records import Annotator, Form, Kind, Purpose, Role, Track

START = datetime(2026, 1, 1)
PEOPLE = {
    "ann": Annotator(
        annotator_id="ann", name="ann", role=Role.ANNOTATOR, kind=Kind.PERSON, languages=("en", "de")
    ),
    "ben": Annotator(annotator_id="ben", name="ben", role=Role.ANNOTATOR, kind=Kind.PERSON),
    "cat": Annotator(
        annotator_id="cat", name="cat", role=Role.ANNOTATOR, kind=Kind.PERSON, languages=("de-AT", "en")
    ),
}
RULES = QueueSettings(
    gold_rate=0.25, swapped_rate=0.25, swapped_after=2, quotas={"safety": 3, "helpfulness/de": 1, "de": 3}
)


def asked(comparison_id: str, *, overlap: int = 1) -> Wanted:
    return Wanted(
        comparison_id=comparison_id,
        track=Track.HELPFULNESS,
        batch_id="b",
        round=0,
        priority=0,
        responses=2,
        overlap=overlap,
        labels=0,
    )


@dataclass
class Naive:
    """A comparison and everything that ever happened to it, looked through from start to end each time."""

    wanted: Wanted
    counted: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def rank(self) -> tuple[int, int, float, str]:
        wanted = self.wanted
        return (-wanted.priority, -wanted.round, wanted.difficulty, wanted.comparison_id)

    @property
    def in_line(self) -> bool:
        return self.wanted.purpose not in {Purpose.GOLD, Purpose.SWAPPED}

    @property
    def language(self) -> str:
        return self.wanted.language[:2]

    @property
    def form(self) -> Form:
        return Form.PAIR if self.wanted.responses == 2 else Form.RANKING

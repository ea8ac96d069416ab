"""Tests before a track may be judged: gold comparisons, what was answered, and how much of it was right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from duckdb import DuckDBPyConnection
from pydantic import Field

from store.records import Degree, QualificationAnswer, QualificationTest, SafetyLabel, Track, Turn
from store.rows import number, rows

INSERT = """
insert into qualification_tests by name
select unnest(from_json($facts, '[{
  "test_id": "VARCHAR", "annotator_id": "VARCHAR", "track": "VARCHAR", "guideline_version": "INTEGER",
  "comparison_ids": ["VARCHAR"], "pass_mark": "DOUBLE", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning test_id
"""

INSERT_ANSWER = """
insert into qualification_answers by name
select unnest(from_json($facts, '[{
  "test_id": "VARCHAR", "comparison_id": "VARCHAR", "shown_order": ["TINYINT"], "ranks": ["TINYINT"],
  "degree": "TINYINT", "both_bad": "BOOLEAN",
  "safety": [{"safe": "BOOLEAN", "category": "VARCHAR", "severity": "TINYINT"}],
  "seconds": "DOUBLE", "passed": "BOOLEAN", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning test_id, comparison_id
"""

OF_ANNOTATOR = """
select * from qualification_tests
where  annotator_id = $annotator_id and track = $track
order  by made_at, test_id
"""

BY_ID = """
select * from qualification_tests
where  test_id = $test_id
"""

ANSWERS = """
select * from qualification_answers
where  test_id = $test_id
order  by made_at, comparison_id
"""

ENDED = """
select comparison_id from gold_ends
where  comparison_id in (select unnest($comparison_ids::varchar[]))
"""

# What they judged, skipped, held, were shown or tested by, they have seen; a gold answer is a copy of what it
# repeats.
UNSEEN = """
with seen as (
  select comparison_id from leases where annotator_id = $annotator_id
  union
  select comparison_id from labels where annotator_id = $annotator_id
  union
  select comparison_id from sightings where annotator_id = $annotator_id
  union
  select unnest(comparison_ids) from qualification_tests where annotator_id = $annotator_id
),
seen_prompts as (
  select prompt_id, list_sort(response_ids) as answers
  from   comparisons
  join   seen using (comparison_id)
)
select comparison_id, language
from   golds
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
anti   join gold_ends using (comparison_id)
anti   join seen_prompts on seen_prompts.prompt_id = comparisons.prompt_id
       and seen_prompts.answers = list_sort(comparisons.response_ids)
where  purpose = 'gold' and track = $track and golds.annotator_id <> $annotator_id
  and  author is distinct from $annotator_id
order  by comparison_id
"""

LIVE_GOLDS = """
select count(*) from golds
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
anti   join gold_ends using (comparison_id)
where  purpose = 'gold' and track = $track
"""

RESULTS = """
select qualification_answers.comparison_id, turns, language, comparisons.response_ids, shown_order,
       qualification_answers.ranks, qualification_answers.safety, both_bad, degree, passed,
       golds.ranks as known_ranks, golds.safety as known_safety, golds.why
from   qualification_answers
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
join   golds on golds.comparison_id = qualification_answers.comparison_id
where  test_id = $test_id
order  by qualification_answers.made_at, qualification_answers.comparison_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationSettings:
    """`[qualification]` in `hone.toml`: the test of a track that asks for one (queue.qualification)."""

    items: Annotated[int, Field(ge=1)] = 10
    """Gold answers that a test asks; nobody is tested before there are so many that they have not seen."""
    pass_mark: Annotated[float, Field(gt=0, le=1)] = 0.8
    """The share of them that must be right."""
    wait_hours: Annotated[float, Field(ge=0)] = 24.0
    """Hours from the end of a test that was not passed until another may begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A gold comparison that an annotator has not seen."""

    comparison_id: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer beside the known one, both by the comparison's response order."""

    comparison_id: str
    turns: tuple[Turn, ...]
    language: str
    response_ids: tuple[str, ...]
    shown_order: tuple[int, ...]
    ranks: tuple[int, ...]
    safety: tuple[SafetyLabel, ...]
    both_bad: bool
    degree: Degree
    passed: bool
    known_ranks: tuple[int, ...]
    known_safety: tuple[SafetyLabel, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A test as it stands: what is left to ask, what was answered, and when it ended if nothing is left."""

    test: QualificationTest
    answers: tuple[QualificationAnswer, ...]
    left: tuple[str, ...]

    @property
    def right(self) -> int:
        """How many answers say what the gold says."""
        return sum(answer.passed for answer in self.answers)

    @property
    def ended_at(self) -> datetime | None:
        """When the last answer came, once nothing is left to ask."""
        if self.left:
            return None
        return max((answer.made_at for answer in self.answers), default=self.test.made_at)

    @property
    def is_passed(self) -> bool:
        """Whether enough of what was asked is right; a test whose every item was withdrawn is not passed."""
        wanted = len(self.answers) * self.test.pass_mark
        return not self.left and 0 < wanted <= self.right + 1e-9


def of_annotator(db: DuckDBPyConnection, annotator_id: str, track: Track) -> list[QualificationTest]:
    """Their tests of the track, the oldest first."""
    asked = {"annotator_id": annotator_id, "track": track}
    return rows(db.execute(OF_ANNOTATOR, asked), QualificationTest)


def by_id(db: DuckDBPyConnection, test_id: str) -> QualificationTest | None:
    """The test with this id."""
    return next(iter(rows(db.execute(BY_ID, {"test_id": test_id}), QualificationTest)), None)


def course(db: DuckDBPyConnection, test: QualificationTest) -> Course:
    """How far the test is. Items whose known answer was withdrawn meanwhile are not asked any more."""
    answers = rows(db.execute(ANSWERS, {"test_id": test.test_id}), QualificationAnswer)
    gone = db.execute(ENDED, {"comparison_ids": list(test.comparison_ids)}).fetchall()
    done = {answer.comparison_id for answer in answers} | {comparison_id for (comparison_id,) in gone}
    left = tuple(one for one in test.comparison_ids if one not in done)
    return Course(test=test, answers=tuple(answers), left=left)


def unseen(db: DuckDBPyConnection, annotator_id: str, track: Track) -> list[Candidate]:
    """The gold comparisons of the track that can test them, in whatever language."""
    asked = {"annotator_id": annotator_id, "track": track}
    return rows(db.execute(UNSEEN, asked), Candidate)


def live_golds(db: DuckDBPyConnection, track: Track) -> int:
    """How many known answers of the track there are that measure somebody."""
    return number(db.execute(LIVE_GOLDS, {"track": track}))


def results(db: DuckDBPyConnection, test_id: str) -> list[Result]:
    """Every answer of the test beside the known one, in the order in which they were given."""
    return rows(db.execute(RESULTS, {"test_id": test_id}), Result)

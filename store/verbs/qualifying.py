"""The test before a track may be judged: begun, answered item by item, and looked at once it is over.

What it asks is decided when it begins and kept: it goes on after a reload, in another tab, after a restart.
"""

from __future__ import annotations

import re
from typing import Final

from duckdb import DuckDBPyConnection

from store import guidelines, qualification_tests
from store.database import Store
from store.errors import RequestError
from store.messages import Actor
from store.messages.qualifying import (
    AnswerTest,
    BeginTest,
    ListStandings,
    NoTest,
    ReadTestResult,
    ShownResult,
    ShownTest,
    Standing,
)
from store.qualification_tests import Course
from store.records import Fact, Qualification, QualificationTest, Track
from store.verbs.marking import answer, answered, item
from store.verbs.roles import allow_judging
from store.verbs.standings import Case, case, outcome, standing, testable

HEADING: Final = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def list_standings(store: Store, actor: Actor, _request: ListStandings) -> tuple[Standing, ...]:
    """How the actor stands with the test of each track."""
    allow_judging(actor)
    with store.reading() as db:
        return tuple(standing(store, db, actor, track) for track in Track)


def begin_test(store: Store, actor: Actor, request: BeginTest) -> ShownTest | NoTest:
    """The test that was begun, else a new one; its items are never asked of the actor in work."""
    allow_judging(actor)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        found = testable(case(store, db, actor, request.track), actor, request.track)
        if isinstance(found, NoTest):
            return found
        if isinstance(found, Course):
            if found.is_passed:  # what was left of it was withdrawn
                store.append(actor.annotator_id, _qualification(found))
            return _shown(db, found)
        store.append(actor.annotator_id, found)
        return _shown(db, Course(test=found, answers=(), left=found.comparison_ids))


def answer_test(store: Store, actor: Actor, request: AnswerTest) -> ShownTest:
    """Keeps the answer and gives the next item; the last right one that the pass mark takes qualifies."""
    allow_judging(actor)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        test = _own(db, actor, request.test_id)
        before = qualification_tests.course(db, test)
        if request.comparison_id not in before.left:
            _check_asked(before, request.comparison_id)
            return _shown(db, before)  # a second click, or the other tab's answer
        _check_running(case(store, db, actor, test.track), test)
        said = answer(db, test, request.comparison_id, request.judgement)
        left = tuple(one for one in before.left if one != request.comparison_id)
        after = Course(test=test, answers=(*before.answers, said), left=left)
        facts: list[Fact] = [said]
        if after.is_passed:
            facts.append(_qualification(after))
        store.append(actor.annotator_id, *facts)
        return _shown(db, after)


def read_test_result(store: Store, actor: Actor, request: ReadTestResult) -> ShownResult:
    """What was right, what is known and why, and what to read; only of one's own test that is over."""
    allow_judging(actor)
    with store.reading() as db:
        course = qualification_tests.course(db, _own(db, actor, request.test_id))
        if course.left:
            raise RequestError(
                "This test is not over; what is right is shown after its last item.", key="test_not_over"
            )
        found = qualification_tests.results(db, request.test_id)
        texts = {one.version: one.text for one in guidelines.every(db, course.test.track)}
        whys = [one.why for one in found if not one.passed]
        return ShownResult(
            track=course.test.track,
            pass_mark=course.test.pass_mark,
            outcome=outcome(course),
            items=tuple(answered(db, one) for one in found),
            sections=sections_named(texts.get(course.test.guideline_version, ""), whys),
        )


def sections_named(guideline: str, whys: list[str]) -> tuple[str, ...]:
    """The guideline's headings whose words one of the reasons has, in the guideline's order."""
    said = " ".join(whys).casefold()
    return tuple(heading for heading in HEADING.findall(guideline) if heading.casefold() in said)


def _own(db: DuckDBPyConnection, actor: Actor, test_id: str) -> QualificationTest:
    test = qualification_tests.by_id(db, test_id)
    if test is None or test.annotator_id != actor.annotator_id:
        raise RequestError("You have begun no such test; begin one on the Qualification page.", key="no_test")
    return test


def _check_running(found: Case, test: QualificationTest) -> None:
    """A reviewer's word stands above a test, and so do words that came after it and ask for another."""
    if found.is_barred:
        raise RequestError(
            f"A reviewer has decided that you do not judge {test.track}; talk to them.",
            key="barred",
            track=test.track,
        )
    if found.running is None or found.running.test != test:
        raise RequestError(
            "The guideline changed so much that another test is needed; begin it anew.",
            key="guideline_changed",
        )


def _check_asked(course: Course, comparison_id: str) -> None:
    if comparison_id not in course.test.comparison_ids:
        raise RequestError("This test does not ask that; take the item that it shows.", key="not_asked")


def _shown(db: DuckDBPyConnection, course: Course) -> ShownTest:
    test = course.test
    return ShownTest(
        test_id=test.test_id,
        track=test.track,
        guideline_version=test.guideline_version,
        answered=len(course.answers),
        total=len(course.answers) + len(course.left),
        item=item(db, test, course.left[0]) if course.left else None,
        outcome=None if course.left else outcome(course),
    )


def _qualification(course: Course) -> Qualification:
    test = course.test
    return Qualification(
        annotator_id=test.annotator_id,
        track=test.track,
        guideline_version=test.guideline_version,
        passed=True,
        why=f"{course.right} of {len(course.answers)} right in the test",
        given_by=f"test:{test.test_id}",
    )

"""Who may begin a qualification test, and how somebody stands with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection

from store import annotators, guidelines, qualification_tests, qualifications
from store.database import Store
from store.identity import identity
from store.messages import Actor
from store.messages.qualifying import NoTest, Obstacle, Outcome, Standing
from store.qualification_tests import Course, QualificationSettings
from store.queueing.line import primary
from store.queueing.roster import UNKNOWN
from store.records import QualificationTest, Track, now
from store.settings import load_section


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that decides whether somebody may begin a test of a track."""

    settings: QualificationSettings
    is_asked: bool
    may_judge: bool
    is_barred: bool
    version: int
    courses: tuple[Course, ...]
    """Their tests that still mean something: of words that no later version has made insufficient."""
    earlier: int
    """How many tests there were at all."""
    unseen: tuple[str, ...]

    @property
    def running(self) -> Course | None:
        """The test to go on with: not over, or passed because what was left of it was withdrawn."""
        newest = self.courses[-1] if self.courses else None
        return newest if newest and (newest.left or newest.is_passed) else None

    @property
    def retry_at(self) -> datetime | None:
        """When another may begin, after one that was not passed."""
        ended = self.courses[-1].ended_at if self.courses else None
        return ended + timedelta(hours=self.settings.wait_hours) if ended else None


def case(store: Store, db: DuckDBPyConnection, actor: Actor, track: Track) -> Case:
    """The actor's case on this track."""
    since = guidelines.requalified(db)
    given = qualifications.of_annotator(db, actor.annotator_id, track)
    tests = qualification_tests.of_annotator(db, actor.annotator_id, track)
    return Case(
        settings=load_section(QualificationSettings, "qualification", store.home.settings),
        is_asked=track in store.queue.settings.qualification,
        may_judge=store.queue.qualified(actor.annotator_id, track),
        is_barred=bool(given) and not given[-1].passed,
        version=guidelines.version(db, track),
        courses=tuple(
            qualification_tests.course(db, one)
            for one in tests
            if one.guideline_version >= since.get(track, 1)
        ),
        earlier=len(tests),
        unseen=_unseen(db, actor, track),
    )


def testable(found: Case, actor: Actor, track: Track) -> QualificationTest | Course | NoTest:
    """A new test, not yet kept; or the one to go on with; or why neither."""
    obstacle = _obstacle(found)
    if obstacle is not None:
        retry_at = found.retry_at if obstacle is Obstacle.WAIT else None
        return NoTest(obstacle=obstacle, reason=_reason(found, obstacle, track), retry_at=retry_at)
    if found.running is not None:
        return found.running
    test_id = identity("test", actor.annotator_id, track, found.earlier)
    # By hash: nobody can tell which come, and not everybody gets the same.
    drawn = sorted(found.unseen, key=lambda comparison_id: identity(test_id, comparison_id))
    return QualificationTest(
        test_id=test_id,
        annotator_id=actor.annotator_id,
        track=track,
        guideline_version=found.version,
        comparison_ids=tuple(drawn[: found.settings.items]),
        pass_mark=found.settings.pass_mark,
    )


def standing(store: Store, db: DuckDBPyConnection, actor: Actor, track: Track) -> Standing:
    """How the actor stands on this track."""
    found = case(store, db, actor, track)
    obstacle = _obstacle(found)
    return Standing(
        track=track,
        is_asked=found.is_asked,
        may_judge=found.may_judge,
        guideline_version=found.version,
        items=found.settings.items,
        pass_mark=found.settings.pass_mark,
        wait_hours=found.settings.wait_hours,
        golds=qualification_tests.live_golds(db, track),
        answered=len(found.running.answers) if found.running and not obstacle else None,
        obstacle=obstacle,
        retry_at=found.retry_at if obstacle is Obstacle.WAIT else None,
        outcomes=tuple(outcome(course) for course in reversed(found.courses) if not course.left),
    )


def outcome(course: Course) -> Outcome:
    """What came of a test that is over."""
    return Outcome(
        test_id=course.test.test_id,
        guideline_version=course.test.guideline_version,
        right=course.right,
        total=len(course.answers),
        passed=course.is_passed,
        ended_at=course.ended_at or course.test.made_at,
    )


def _obstacle(found: Case) -> Obstacle | None:
    if found.is_barred:
        return Obstacle.BARRED
    if not found.is_asked:
        return Obstacle.NOT_ASKED
    if found.may_judge:
        return Obstacle.QUALIFIED
    if found.running is not None:
        return None
    if found.retry_at is not None and now() < found.retry_at:
        return Obstacle.WAIT
    return Obstacle.TOO_FEW if len(found.unseen) < found.settings.items else None


def _reason(found: Case, obstacle: Obstacle, track: Track) -> str:
    match obstacle:
        case Obstacle.BARRED:
            return f"A reviewer has decided that you do not judge {track}; talk to them."
        case Obstacle.NOT_ASKED:
            return f"Nobody needs a test for {track} here; go on and judge."
        case Obstacle.QUALIFIED:
            return f"You are qualified for {track} already."
        case Obstacle.WAIT:
            return f"You may try {track} again at {found.retry_at:%d %B %H:%M} UTC."
        case Obstacle.TOO_FEW:
            return (
                f"A test of {track} takes {found.settings.items} gold answers that you have not seen; there "
                f"are {len(found.unseen)}. Ask a reviewer, who makes more with hone gold or qualifies you."
            )


def _unseen(db: DuckDBPyConnection, actor: Actor, track: Track) -> tuple[str, ...]:
    """Gold comparisons in their languages that they have not seen."""
    person = annotators.by_id(db, actor.annotator_id)
    spoken = frozenset(map(primary, person.languages)) if person else UNKNOWN
    found = qualification_tests.unseen(db, actor.annotator_id, track)
    return tuple(one.comparison_id for one in found if primary(one.language) in spoken)

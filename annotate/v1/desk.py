"""The reviewer's part of the client: what waits, verdicts, figures, signatures and the audit."""

from __future__ import annotations

from annotate.v1.calling import Calls
from store import verbs
from store.records import Track
from store.signatures import Signed
from store.suspicion.suspects import LEVEL
from store.verbs.audit_log import AuditLog, ReadAuditLog
from store.verbs.auditing import AuditorsReport, MakeAuditReport
from store.verbs.due_review import DueReview
from store.verbs.own_labels import Given, ListSentBack
from store.verbs.quality import LookAtQuality, Quality
from store.verbs.retracting import Void, Voided
from store.verbs.review_counts import CountReviews, ReviewCounts
from store.verbs.reviewing import ReviewLabel, Ruled
from store.verbs.reviews_due import ListReviewsDue, ReviewsDue
from store.verbs.reviews_given import ListReviewsGiven, LookAtReview
from store.verbs.safety import BrokenPrompts, ListBrokenPrompts, LookAtSafety, Safety
from store.verbs.signing import (
    ListSnapshots,
    LookAtSnapshot,
    SignSnapshot,
    SnapshotSeen,
    SnapshotsListed,
)
from store.verbs.uncovering import ExposureSeen, LookAtExposure, Spare, Uncover, Uncovered


class Desk:
    """What a safety reviewer's programs may do; `thing` is `label:ID`, or `skip:ID` of a flag."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def due(self, most: int = 50, by_chance: bool = False) -> ReviewsDue:
        """Labels for a reviewer, the likeliest to be wrong first; who reads them judges them no more."""
        return self._calls.ask(verbs.list_reviews_due, ListReviewsDue(most=most, by_chance=by_chance))

    def given(self, most: int = 50) -> tuple[DueReview, ...]:
        """What somebody ruled on, the newest verdict first; who reads it judges the same no more."""
        return self._calls.ask(verbs.list_reviews_given, ListReviewsGiven(most=most))

    def look(self, thing: str) -> DueReview:
        """One of them, with what was said of it and ruled on it; who reads it judges the same no more."""
        return self._calls.ask(verbs.look_at_review, LookAtReview(thing=thing))

    def rule(self, ruling: ReviewLabel) -> Ruled:
        """Rules on a label; who overturns it may say what it should have been, by response."""
        return self._calls.ask(verbs.review_label, ruling)

    def counts(self) -> ReviewCounts:
        """What reviewers found so far."""
        return self._calls.ask(verbs.count_reviews, CountReviews())

    def uncover(self, thing: str) -> Uncovered:
        """Texts that may be harmful; so many an hour."""
        return self._calls.ask(verbs.uncover, Uncover(thing=thing))

    def exposure(self) -> ExposureSeen:
        """How much one has looked at within an hour, and what one is spared."""
        return self._calls.ask(verbs.look_at_exposure, LookAtExposure())

    def spare(self, category: str, spared: bool = True) -> ExposureSeen:
        """Spares one a category of harm, or no longer."""
        return self._calls.ask(verbs.spare, Spare(category=category, spared=spared))

    def retract(self, thing: str, why: str) -> Voided:
        """Takes a label, or all that an annotator gave, out of all that trains from now on."""
        return self._calls.ask(verbs.void, Void(thing=thing, why=why))

    def quality(self, track: Track | None = None, level: float = LEVEL) -> Quality:
        """How good the labels are that stand."""
        return self._calls.ask(verbs.look_at_quality, LookAtQuality(track=track, level=level))

    def safety(self) -> Safety:
        """How safe policies are, as people found them."""
        return self._calls.ask(verbs.look_at_safety, LookAtSafety())

    def broken_prompts(self, most: int = 20) -> BrokenPrompts:
        """Prompts that people saw a policy answer unsafely, the longest unasked first."""
        return self._calls.ask(verbs.list_broken_prompts, ListBrokenPrompts(most=most))

    def snapshots(self) -> SnapshotsListed:
        """What was frozen, and who signed it."""
        return self._calls.ask(verbs.list_snapshots, ListSnapshots())

    def snapshot(self, snapshot: str) -> SnapshotSeen:
        """What is in a snapshot, by its id or the first letters of it."""
        return self._calls.ask(verbs.look_at_snapshot, LookAtSnapshot(snapshot=snapshot))

    def sign(self, snapshot: str, note: str = "", withdrawn: int = 0) -> Signed:
        """Lets a snapshot train, though so many of its labels were withdrawn since it was frozen."""
        asked = SignSnapshot(snapshot=snapshot, note=note, withdrawn=withdrawn)
        return self._calls.ask(verbs.sign_snapshot, asked)

    def audit(self, before: int | None = None, most: int = 100) -> AuditLog:
        """Who did what and when, the newest first."""
        return self._calls.ask(verbs.read_audit_log, ReadAuditLog(before=before, most=most))

    def report(self) -> AuditorsReport:
        """What an outside auditor is given."""
        return self._calls.ask(verbs.make_audit_report, MakeAuditReport())

    def sent_back(self, most: int = 50) -> tuple[Given, ...]:
        """One's own labels that a reviewer sent back, to be said anew."""
        return self._calls.ask(verbs.list_sent_back, ListSentBack(most=most))

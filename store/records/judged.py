"""What was judged, by whom, and what withdraws or confirms it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from store.records.words import Cause, Degree, SafetyLabel, Verdict, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One annotator's hold on one comparison; `shown_order[i]` is the response index shown at place i."""

    lease_id: str
    comparison_id: str
    annotator_id: str
    shown_order: tuple[int, ...]
    expires_at: datetime
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A judgement. `ranks` and `safety` follow the comparison's response order, never the screen; 1 is best.

    `label_id` is the lease's id, which makes a repeated submission the same label. `surplus` marks a label
    that came after the comparison had all it wanted; it is kept and does not train. `seen_share[i]` is how
    much of response i came into view, from 0 to 1 (None: nobody measured it), and `changes` how often the
    choice was changed.
    """

    label_id: str
    comparison_id: str
    annotator_id: str
    ranks: tuple[int, ...]
    degree: Degree
    shown_order: tuple[int, ...]
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    comment: str = ""
    seconds: float = 0.0
    guideline_version: int = 1
    surplus: bool = False
    seen_share: tuple[float, ...] | None = None
    changes: int = 0
    meta: str | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A label said anew by its annotator; version 1 is the first edit, the newest counts."""

    label_id: str
    version: int
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    comment: str = ""
    seconds: float = 0.0
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A lease given back unjudged, or flagged (`flagged`) for a reviewer, and why."""

    lease_id: str
    comparison_id: str
    annotator_id: str
    reason: str
    flagged: bool = False
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """A label withdrawn: by its annotator (undo) or by someone who voids it."""

    label_id: str
    annotator_id: str
    reason: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A reviewer's verdict on a label; `cause` is what made it wrong, and `found_by` why it was looked at."""

    review_id: str
    label_id: str
    reviewer_id: str
    verdict: Verdict
    why: str
    cause: Cause | None = None
    found_by: str = ""
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudication:
    """What the reviewer who overturned a label says of the comparison: it teaches in the label's place."""

    review_id: str
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A reviewer looked at texts of a comparison that were hidden because they may be harmful."""

    reviewer_id: str
    comparison_id: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """Whether a reviewer is spared a category of risk from now on."""

    reviewer_id: str
    category: str
    spared: bool
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A reviewer was shown what others said of a comparison, and is asked it no more."""

    annotator_id: str
    comparison_id: str
    made_at: datetime = field(default_factory=now)

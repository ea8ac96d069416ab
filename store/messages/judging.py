"""What an annotator asks and is answered. Nothing here names a policy: annotators judge blind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.records import Degree, Form, SafetyLabel, Track, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class NextComparison:
    """Wants something to judge; None takes any.

    With `after`, a lease that the actor holds: what comes after that one, held from now on too.
    """

    track: Track | None = None
    form: Form | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A lease and what to judge, in the order in which it is shown.

    `responses[i]` is shown at place i. `draft` is the judgement being edited when the lease reopens an
    undone label. `done` counts the actor's labels of this form in this batch, `total` adds what is still
    open to them.
    """

    lease_id: str
    track: Track
    turns: tuple[Turn, ...]
    responses: tuple[str, ...]
    expires_at: datetime
    done: int
    total: int
    batch_id: str
    guideline_version: int
    draft: Judgement | None = None


class Cause(StrEnum):
    """Why there is nothing to judge."""

    NOT_QUALIFIED = "not qualified"
    HELD = "held"
    QUOTA = "quota"
    LANGUAGE = "language"
    OTHER_FORM = "other form"
    DONE = "done"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWork:
    """Why there is nothing to judge, in a sentence; `retry_at` when others' leases end."""

    reason: str
    cause: Cause = Cause.EMPTY
    done: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the annotator decided, by shown place: `ranks[i]` and `safety[i]` are of the response shown at i.

    Equal ranks are a tie; `both_bad`: none of the responses is acceptable, whatever their ranks (a pair
    has 1, 1 then). `safety` has one entry a response. `seen_share[i]` is how much of the response shown at i
    came into view, from 0 to 1, or empty; `changes` counts how often the choice was changed.
    """

    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    comment: str = ""
    seconds: float = 0.0
    seen_share: tuple[float, ...] = ()
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitLabel:
    """A judgement for a lease that the actor holds or held."""

    lease_id: str
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class EditLabel:
    """The actor's own label in the open batch, said anew; by the places in which it was shown."""

    label_id: str
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipLease:
    """Gives a lease back unjudged; `flagged` calls a reviewer to it."""

    lease_id: str
    reason: str
    flagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewLease:
    """The annotator still works on it."""

    lease_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoLabel:
    """Withdraws the actor's newest label in the open batch and leases its comparison to the actor again.

    Where `label_id` says which one that is, asking twice withdraws one label.
    """

    label_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """It is durable. `repeated`: it already was; `surplus`: the comparison already had all it wanted."""

    label_id: str
    repeated: bool = False
    surplus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """Until when the lease is held now."""

    expires_at: datetime

"""What one asks of the store and what it answers: the requests and replies of `store.verbs`.

They are plain dataclasses, so that the same verb serves a page in the owner's process and a program
behind `/api`; the door parses them from JSON. Nothing here names a policy: annotators judge blind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.records import Contents, Degree, Role, SafetyLabel, Track, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks. Made by the door from a sign-in or a token, never by the request itself."""

    annotator_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NextComparison:
    """Wants something to judge; `track` None takes any."""

    track: Track | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A lease and what to judge, in the order in which it is shown.

    `responses[i]` is shown at place i. `draft` is the judgement being edited when the lease reopens an
    undone label. `done` counts the actor's labels in this batch, `total` adds what is still open to them.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWork:
    """Why there is nothing to judge, in a sentence; `retry_at` when others' leases end."""

    reason: str
    done: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the annotator decided, by shown place: `ranks[i]` and `safety[i]` are of the response shown at i.

    A pair has ranks (1, 2) or (2, 1), or (1, 1) when `both_bad`; `safety` has one entry a response.
    """

    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    comment: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitLabel:
    """A judgement for a lease that the actor holds or held."""

    lease_id: str
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
    """Withdraws the actor's newest label and leases its comparison to the actor again."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAnnotator:
    """A new person (with a password) or a simulated annotator (without)."""

    name: str
    role: Role = Role.ANNOTATOR
    password: str | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPassword:
    """A person's new password: anybody for themselves, an administrator for everybody."""

    name: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnnotators:
    """Wants to know who judges in the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Freezes training data into a snapshot file; the same data gives the same file."""

    contents: Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Take in now whatever lies in the inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """The bundles taken in and the ones refused, each refused one with its sentence."""

    bundles: tuple[str, ...]
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountHome:
    """Wants to know what is in the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeCounts:
    """How much of each noun there is; `open_comparisons` still want a label."""

    annotators: int
    prompts: int
    policies: int
    responses: int
    comparisons: int
    open_comparisons: int
    labels: int
    snapshots: int
    rounds: int
    newest_policy_id: str | None
    newest_policy_path: str | None
    first_policy_id: str | None
    first_policy_path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Wants the lineage of `label:ID`, `policy:ID`, `snapshot:ID`, `reward-model:ID` or `annotator:ID`.

    An ID may be its first letters; an annotator may be named.
    """

    thing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Everything that a thing came from and everything that it shaped, as ids by noun; `names` are the
    annotators', in the same order."""

    thing: str
    labels: tuple[str, ...]
    annotators: tuple[str, ...]
    names: tuple[str, ...]
    snapshots: tuple[str, ...]
    reward_models: tuple[str, ...]
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAudit:
    """Wants the audit chain checked, and every table and every snapshot's anchor against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """The chain's length and head; `broken_seq` names the first row that does not fit, and why.

    `unchecked` facts came in bundles whose files are gone: nobody can say whether they changed.
    """

    rows: int
    head: str
    broken_seq: int | None = None
    why: str = ""
    unchecked: int = 0

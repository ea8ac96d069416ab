"""What one asks of the store and what it answers: the requests and replies of `store.verbs`.

They are plain dataclasses, so that the same verb serves a page in the owner's process and a program
behind `/api`; the door parses them from JSON.
"""

from __future__ import annotations

from store.messages.asking import (
    BringComparisons,
    BringPrompts,
    ComparisonSeen,
    Kept,
    LookAtComparison,
    Message,
    NewAnswer,
    NewComparison,
    NewPrompt,
)
from store.messages.data import (
    Freeze,
    Ingest,
    Ingested,
    Narrowing,
)
from store.messages.judging import (
    Assignment,
    Cause,
    EditLabel,
    Judgement,
    NextComparison,
    NoWork,
    Renewed,
    RenewLease,
    Saved,
    SkipLease,
    SubmitLabel,
    UndoLabel,
)
from store.messages.looking import (
    AuditReport,
    CountHome,
    HomeCounts,
    Lineage,
    ListMarks,
    Mark,
    Trace,
    VerifyAudit,
)
from store.messages.people import (
    Actor,
    AddAnnotator,
    ListAnnotators,
    Listed,
    SetPassword,
)

__all__ = [
    "Actor",
    "AddAnnotator",
    "Assignment",
    "AuditReport",
    "BringComparisons",
    "BringPrompts",
    "Cause",
    "ComparisonSeen",
    "CountHome",
    "EditLabel",
    "Freeze",
    "HomeCounts",
    "Ingest",
    "Ingested",
    "Judgement",
    "Kept",
    "Lineage",
    "ListAnnotators",
    "ListMarks",
    "Listed",
    "LookAtComparison",
    "Mark",
    "Message",
    "Narrowing",
    "NewAnswer",
    "NewComparison",
    "NewPrompt",
    "NextComparison",
    "NoWork",
    "RenewLease",
    "Renewed",
    "Saved",
    "SetPassword",
    "SkipLease",
    "SubmitLabel",
    "Trace",
    "UndoLabel",
    "VerifyAudit",
]

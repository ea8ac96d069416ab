"""The report for an outside auditor, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store import audit, audit_report
from store.audit_report import Frozen, LabelledBy, RetractedBy, ReviewedBy
from store.database import Store
from store.messages import Actor
from store.quality import agreeing, ballots
from store.quality.agreeing import Agreement, Slice, Sliced
from store.records import Role, now
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeAuditReport:
    """Wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorsReport:
    """Who labelled, who reviewed, how far people agree (of all, and by track), what was retracted, what was
    frozen and signed, and where the chain ended when this was made."""

    made_at: datetime
    labelled: tuple[LabelledBy, ...]
    reviewed: tuple[ReviewedBy, ...]
    retracted: tuple[RetractedBy, ...]
    frozen: tuple[Frozen, ...]
    agreement: Agreement
    by_track: tuple[Sliced, ...]
    head_seq: int
    head_hash: str


def make_audit_report(store: Store, actor: Actor, _request: MakeAuditReport) -> AuditorsReport:
    """As it stands now; the chain is not checked here but by whoever doubts it (`verify_audit`)."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        telling = agreeing.telling(ballots.read(db))
        head = audit.head(db)
        return AuditorsReport(
            made_at=now(),
            labelled=tuple(audit_report.labelled(db)),
            reviewed=tuple(audit_report.reviewed(db)),
            retracted=tuple(audit_report.retracted(db)),
            frozen=tuple(audit_report.frozen(db)),
            agreement=agreeing.agreement(telling),
            by_track=tuple(one for one in agreeing.by_slice(telling) if one.slice is Slice.TRACK),
            head_seq=head.seq,
            head_hash=head.hash,
        )

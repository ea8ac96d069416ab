"""The report for an outside auditor, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Final

from store import audit, audit_report, policies
from store.audit_report import Frozen, LabelledBy, RetractedBy, ReviewedBy, Trained
from store.database import Store
from store.marks import marks
from store.messages import Actor
from store.quality import agreeing, ballots
from store.quality.agreeing import Agreement, Slice, Sliced
from store.records import Role, now
from store.verbs.roles import allow

PRODUCT: Final = "hone-rlhf"
"""The name under which pip installed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeAuditReport:
    """Wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorsReport:
    """Who labelled, who reviewed, how far people agree (of all, and by track), what was retracted, what was
    frozen and signed (and of its labels `withdrawn` since, by snapshot), which policies learned from it,
    `in_use` the one that answers people, and where the chain ended when this was made, of this home by this
    version of Hone."""

    home: str
    version: str
    made_at: datetime
    labelled: tuple[LabelledBy, ...]
    reviewed: tuple[ReviewedBy, ...]
    retracted: tuple[RetractedBy, ...]
    frozen: tuple[Frozen, ...]
    withdrawn: Mapping[str, int]
    trained: tuple[Trained, ...]
    in_use: str | None
    agreement: Agreement
    by_track: tuple[Sliced, ...]
    head_seq: int
    head_hash: str


def make_audit_report(store: Store, actor: Actor, _request: MakeAuditReport) -> AuditorsReport:
    """As it stands now; the chain is not checked here but by whoever doubts it (`verify_audit`)."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        telling = agreeing.telling(ballots.read(db))
        head, marked, newest = audit.head(db), marks(db, store.home), policies.newest(db)
        return AuditorsReport(
            home=store.home.root.name,
            version=metadata.version(PRODUCT),
            made_at=now(),
            labelled=tuple(audit_report.labelled(db)),
            reviewed=tuple(audit_report.reviewed(db)),
            retracted=tuple(audit_report.retracted(db)),
            frozen=tuple(audit_report.frozen(db)),
            withdrawn={one.name: one.labels for one in marked if one.noun == "snapshot"},
            trained=tuple(audit_report.trained(db, marked)),
            in_use=newest.policy_id if newest else None,
            agreement=agreeing.agreement(telling),
            by_track=tuple(one for one in agreeing.by_slice(telling) if one.slice is Slice.TRACK),
            head_seq=head.seq,
            head_hash=head.hash,
        )

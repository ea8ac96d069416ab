"""Questions about a home."""

from __future__ import annotations

from store import lineage, policies, verification
from store.counts import counts
from store.database import Store
from store.messages import Actor, AuditReport, CountHome, HomeCounts, Lineage, Trace, VerifyAudit
from store.new_labels import new_labels
from store.records import Role
from store.verbs.roles import allow


def count_home(store: Store, actor: Actor, _request: CountHome) -> HomeCounts:
    """How much of each noun there is, and which policies are the first and the newest promoted one."""
    allow(actor, Role.REVIEWER)  # it names policies, and annotators judge blind
    with store.reading() as db:
        counted, new = counts(db), new_labels(db, store.home)
        newest, first = policies.newest(db), policies.first(db)
    return HomeCounts(
        annotators=counted.annotators,
        prompts=counted.prompts,
        policies=counted.policies,
        responses=counted.responses,
        comparisons=counted.comparisons,
        open_comparisons=store.queue.open_count(),
        labels=counted.labels,
        new_labels=new,
        evaluation_labels=counted.evaluation_labels,
        demonstrations=counted.demonstrations,
        snapshots=counted.snapshots,
        rounds=counted.rounds,
        newest_policy_id=newest.policy_id if newest else None,
        newest_policy_path=newest.path if newest else None,
        first_policy_id=first.policy_id if first else None,
        first_policy_path=first.path if first else None,
    )


def trace(store: Store, actor: Actor, request: Trace) -> Lineage:
    """Where a thing came from and what it shaped."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        return lineage.trace(db, store.home, request.thing)


def verify_audit(store: Store, actor: Actor, request: VerifyAudit) -> AuditReport:
    """Whether the audit is whole, from its first row to its head."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        return verification.verify(db, store.home, request.anchor)

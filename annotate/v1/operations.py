"""The operations of `/api/v1`: all that the server, the description and the client have to agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from annotate.v1.operation import Operation
from store.database import Store
from store.messages import Actor
from store.records import Role, Track
from store.verbs import (
    bring_comparisons,
    bring_prompts,
    count_reviews,
    edit_label,
    guideline_shown,
    list_broken_prompts,
    list_own_labels,
    list_policies,
    list_reviews_due,
    list_reviews_given,
    list_rounds,
    list_sent_back,
    list_snapshots,
    list_webhooks,
    look_at_arms,
    look_at_comparison,
    look_at_exposure,
    look_at_lineage,
    look_at_next_round,
    look_at_policies,
    look_at_policy,
    look_at_quality,
    look_at_ratings,
    look_at_review,
    look_at_round,
    look_at_safety,
    look_at_samples,
    look_at_snapshot,
    make_audit_report,
    next_comparison,
    promote_policy,
    read_audit_log,
    read_labels,
    read_own_label,
    renew_lease,
    review_label,
    sign_round,
    sign_snapshot,
    skip_lease,
    spare,
    submit_label,
    trace,
    uncover,
    undo_label,
    void,
    withdraw_policy,
)
from store.verbs.guiding import GuidelineShown


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Wants to know for whom the token acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """Wants the words in force on a track."""

    track: Track


def me(_store: Store, actor: Actor, _request: Me) -> Actor:
    """For whom this token acts, and in which role."""
    return actor


def guideline(store: Store, actor: Actor, request: Guideline) -> GuidelineShown:
    """The words in force on a track, and what changed since the actor read older ones."""
    return guideline_shown(store, actor, request.track)


ANYBODY: Final = Role.ANNOTATOR
OPERATIONS: Final = (
    Operation("GET", "/me", me, ANYBODY, "For whom the token acts"),
    Operation("GET", "/me/labels", list_own_labels, ANYBODY, "One's own newest labels that stand"),
    Operation("GET", "/me/sent-back", list_sent_back, ANYBODY, "One's own labels that a reviewer sent back"),
    Operation(
        "POST", "/prompts", bring_prompts, Role.ENGINEER, "Bring prompts; what is there stays as it is"
    ),
    Operation(
        *("POST", "/comparisons", bring_comparisons, Role.ENGINEER),
        "Bring answers of named policies to be compared; the same answers are one comparison",
    ),
    Operation(
        *("GET", "/comparisons/{comparison_id}", look_at_comparison, Role.ENGINEER),
        "What is behind a comparison, and how many labels it has",
    ),
    Operation(
        *("POST", "/leases", next_comparison, ANYBODY),
        "The next comparison to judge; asked again, it is the one that is held already",
    ),
    Operation("POST", "/leases/{lease_id}/renew", renew_lease, ANYBODY, "Hold a comparison for longer"),
    Operation("POST", "/leases/{lease_id}/skip", skip_lease, ANYBODY, "Give a comparison back unjudged"),
    Operation(
        *("POST", "/leases/{lease_id}/label", submit_label, ANYBODY),
        "Judge a comparison; sent again, it is the same label",
        body="judgement",
    ),
    Operation("GET", "/labels/{label_id}", read_own_label, ANYBODY, "One's own label as it was shown"),
    Operation(
        *("PUT", "/labels/{label_id}", edit_label, ANYBODY),
        "Say one's own label anew, as long as its batch is open",
        body="judgement",
    ),
    Operation(
        *("DELETE", "/labels/{label_id}", undo_label, ANYBODY),
        "Undo one's own newest label and hold its comparison again",
    ),
    Operation(
        *("GET", "/labels", read_labels, Role.ENGINEER),
        "Everybody's labels, in the order in which they came",
        lines="labels",
    ),
    Operation("GET", "/rounds", list_rounds, Role.ENGINEER, "Every round, the first one first"),
    Operation("GET", "/rounds/{round}", look_at_round, Role.ENGINEER, "One round"),
    Operation(
        *("GET", "/rounds/{round}/arms", look_at_arms, Role.ENGINEER),
        "Whether the selection of what a round asked beat chance",
    ),
    Operation(
        *("POST", "/rounds/{round}/signatures", sign_round, Role.ENGINEER),
        "Let the next round learn from what one was shown, named by its `spoken`",
    ),
    Operation(
        *("GET", "/next-round", look_at_next_round, Role.ENGINEER),
        "What the next round would learn from, and who signed it",
    ),
    Operation(
        *("GET", "/policies", look_at_policies, Role.ENGINEER),
        "The policies, and how good the reward models of a round are, else of the newest",
    ),
    Operation(
        *("GET", "/policies/all", list_policies, Role.ENGINEER),
        "Every policy as it stands, and what people decided of any",
    ),
    Operation(
        *("GET", "/policies/{policy}/samples", look_at_samples, Role.ENGINEER),
        "A policy's answers beside its parent's; who reads them judges them no more",
    ),
    Operation(
        *("POST", "/policies/{policy}/promotion", promote_policy, Role.ENGINEER),
        "Let a policy answer people, and say why",
    ),
    Operation(
        *("POST", "/policies/{policy}/withdrawal", withdraw_policy, Role.ENGINEER),
        "Let a policy answer people no more, and say why",
    ),
    Operation("GET", "/policies/{policy}", look_at_policy, Role.ENGINEER, "All that is kept of one policy"),
    Operation(
        *("GET", "/ratings", look_at_ratings, Role.ENGINEER),
        "How the policies stand beside each other, judge by judge",
    ),
    Operation("GET", "/webhooks", list_webhooks, Role.ENGINEER, "How the receivers of webhooks stand"),
    Operation(
        *("GET", "/lineage", look_at_lineage, Role.REVIEWER),
        "A lineage as a graph, without a `thing` that of the policy in use, and its labels page by page",
    ),
    Operation(
        *("GET", "/lineage/{thing}", trace, Role.REVIEWER),
        "Where a thing such as `label:ID` or `policy:ID` came from and what it shaped",
    ),
    Operation(
        *("GET", "/guidelines/{track}", guideline, ANYBODY),
        "The words in force on a track, and what changed since one read older ones",
    ),
    Operation(
        *("GET", "/reviews/due", list_reviews_due, Role.REVIEWER),
        "Labels for a reviewer, the likeliest to be wrong first; who reads them judges them no more",
    ),
    Operation(
        *("GET", "/reviews/given", list_reviews_given, Role.REVIEWER),
        "Labels on which somebody ruled, the newest verdict first; who reads them judges them no more",
    ),
    Operation("GET", "/reviews/counts", count_reviews, Role.REVIEWER, "What reviewers found so far"),
    Operation(
        *("GET", "/reviews/{thing}", look_at_review, Role.REVIEWER),
        "One label, or the flag `skip:ID`, as it is ruled on; who reads it judges the same no more",
    ),
    Operation(
        *("POST", "/reviews/{thing}", review_label, Role.REVIEWER),
        "Rule on `label:ID` or on the flag `skip:ID`; the label stays and the verdict stands beside it",
    ),
    Operation(
        *("POST", "/exposures/{thing}", uncover, Role.REVIEWER),
        "Look at texts that may be harmful; so many an hour",
    ),
    Operation("GET", "/exposure", look_at_exposure, Role.REVIEWER, "What one has looked at within an hour"),
    Operation(
        *("PUT", "/exposure/{category}", spare, Role.REVIEWER), "Be spared a category of harm, or no longer"
    ),
    Operation(
        *("POST", "/retractions/{thing}", void, Role.REVIEWER),
        "Take a label, or everything of an annotator, out of all that trains from now on",
    ),
    Operation("GET", "/quality", look_at_quality, Role.REVIEWER, "How good the labels are that stand"),
    Operation("GET", "/safety", look_at_safety, Role.REVIEWER, "How safe policies are, as people found them"),
    Operation(
        *("GET", "/safety/broken-prompts", list_broken_prompts, Role.REVIEWER),
        "Prompts that people saw a policy answer unsafely, the longest unasked first",
    ),
    Operation("GET", "/snapshots", list_snapshots, Role.REVIEWER, "What was frozen, and who signed it"),
    Operation("GET", "/snapshots/{snapshot}", look_at_snapshot, Role.REVIEWER, "What is in a snapshot"),
    Operation(
        *("POST", "/snapshots/{snapshot}/signatures", sign_snapshot, Role.REVIEWER), "Let a snapshot train"
    ),
    Operation("GET", "/audit", read_audit_log, Role.REVIEWER, "Who did what and when, the newest first"),
    Operation("GET", "/audit/report", make_audit_report, Role.REVIEWER, "What an outside auditor is given"),
)


def operation_of(name: str) -> Operation:
    """The operation whose verb is called so."""
    return next(one for one in OPERATIONS if one.name == name)

"""Which table each kind of fact goes to: its name, its key and the one statement that appends to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from store import (
    adjudications,
    annotators,
    appointments,
    batches,
    bundles,
    chats,
    comparisons,
    credentials,
    demonstrations,
    edits,
    evaluations,
    exposures,
    external_accounts,
    golds,
    guidelines,
    labels,
    leases,
    policies,
    profiles,
    promotions,
    prompts,
    qualification_tests,
    qualifications,
    records,
    responses,
    reviews,
    reward_models,
    round_signatures,
    selections,
    sightings,
    signatures,
    snapshots,
    task_results,
)
from store.identity import identity

F = TypeVar("F", bound=records.Fact)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of facts. `key` is empty where rows repeat; `hidden` columns enter the audit as a digest.

    `insert` leaves out rows whose key is there. `insert_new` fails on them and costs a third (measured on 1
    and 8 rows): it is for the rows that people wait for.
    """

    name: str
    insert: str
    key: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    insert_new: str | None = None

    def audited(self, fact: F) -> F:
        """The fact as the audit tells it."""
        if not self.hidden:
            return fact
        digests: dict[str, Any] = {name: identity(getattr(fact, name)) for name in self.hidden}
        return replace(fact, **digests)


TABLES: Final[Mapping[type[records.Fact], Table]] = {
    records.Annotator: Table("annotators", annotators.INSERT, ("annotator_id",)),
    records.Appointment: Table("appointments", appointments.INSERT),
    records.Profile: Table("profiles", profiles.INSERT),
    records.Credential: Table("credentials", credentials.INSERT, hidden=("password_hash",)),
    records.SignIn: Table("sign_ins", credentials.INSERT_SIGN_IN, ("token_hash",), hidden=("token_hash",)),
    records.SignOut: Table("sign_outs", credentials.INSERT_SIGN_OUT, hidden=("token_hash",)),
    records.ExternalAccount: Table("external_accounts", external_accounts.INSERT),
    records.Guideline: Table("guidelines", guidelines.INSERT, ("track", "version")),
    records.GuidelineRead: Table(
        "guideline_reads", guidelines.INSERT_READ, ("annotator_id", "track", "version")
    ),
    records.Qualification: Table("qualifications", qualifications.INSERT),
    records.QualificationTest: Table("qualification_tests", qualification_tests.INSERT, ("test_id",)),
    records.QualificationAnswer: Table(
        "qualification_answers", qualification_tests.INSERT_ANSWER, ("test_id", "comparison_id")
    ),
    records.Prompt: Table("prompts", prompts.INSERT, ("prompt_id",)),
    records.Policy: Table("policies", policies.INSERT, ("policy_id",)),
    records.Response: Table("responses", responses.INSERT, ("response_id",)),
    records.Batch: Table("batches", batches.INSERT, ("batch_id",)),
    records.Comparison: Table("comparisons", comparisons.INSERT, ("comparison_id",)),
    records.Selection: Table("selections", selections.INSERT, ("comparison_id",)),
    records.Gold: Table("golds", golds.INSERT, ("comparison_id",)),
    records.GoldEnd: Table("gold_ends", golds.INSERT_END, ("comparison_id",)),
    records.Lease: Table("leases", leases.INSERT),
    records.Label: Table("labels", labels.INSERT, ("label_id",), insert_new=labels.INSERT_NEW),
    records.Edit: Table("edits", edits.INSERT, ("label_id", "version")),
    records.Skip: Table("skips", labels.INSERT_SKIP, ("lease_id",)),
    records.Retraction: Table("retractions", labels.INSERT_RETRACTION, ("label_id",)),
    records.Review: Table("reviews", reviews.INSERT, ("review_id",)),
    records.Adjudication: Table("adjudications", adjudications.INSERT, ("review_id",)),
    records.Exposure: Table("exposures", exposures.INSERT),
    records.OptOut: Table("opt_outs", exposures.INSERT_OPT_OUT),
    records.Sighting: Table("sightings", sightings.INSERT, ("annotator_id", "comparison_id")),
    records.Demonstration: Table("demonstrations", demonstrations.INSERT, ("demonstration_id",)),
    records.DemonstrationRetraction: Table(
        "demonstration_retractions", demonstrations.INSERT_RETRACTION, ("demonstration_id",)
    ),
    records.Chat: Table("chats", chats.INSERT, ("chat_id",)),
    records.ChatTurn: Table("chat_turns", chats.INSERT_TURN, ("comparison_id",)),
    records.Snapshot: Table("snapshots", snapshots.INSERT, ("snapshot_id",)),
    records.Signature: Table("signatures", signatures.INSERT, ("snapshot_id", "reviewer_id")),
    records.RewardModel: Table("reward_models", reward_models.INSERT, ("reward_model_id",)),
    records.RewardEvaluation: Table(
        "reward_evaluations", reward_models.INSERT_EVALUATION, ("reward_model_id",)
    ),
    records.Score: Table("scores", reward_models.INSERT_SCORE),
    records.LabelScore: Table("label_scores", reward_models.INSERT_LABEL_SCORE),
    records.Round: Table("rounds", evaluations.INSERT_ROUND, ("round",)),
    records.Evaluation: Table("evaluations", evaluations.INSERT, ("evaluation_id",)),
    records.Game: Table("games", evaluations.INSERT_GAME),
    records.TaskResult: Table("task_results", task_results.INSERT),
    records.Promotion: Table("promotions", promotions.INSERT),
    records.RoundSignature: Table("round_signatures", round_signatures.INSERT),
    records.Bundle: Table("bundles", bundles.INSERT, ("bundle_id",)),
}
"""In the order in which a bundle's tables are appended."""

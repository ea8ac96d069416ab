"""What one may ask of the store: each verb is a function of the store, the actor and a request.

Roles are checked inside each verb, so that a page, `/api` and a command can do exactly the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter

from store.verbs.accounts import link_account, unlink_accounts
from store.verbs.appointing import appoint, set_profile
from store.verbs.appraising import look_at_policies
from store.verbs.asking import bring_comparisons, bring_prompts, look_at_comparison
from store.verbs.audit_log import read_audit_log
from store.verbs.auditing import make_audit_report
from store.verbs.bringing import bring_facts
from store.verbs.changing import edit_label, undo_label
from store.verbs.chatting import (
    keep_replies,
    list_chats,
    note_failure,
    read_chat,
    say_in_chat,
    take_back_message,
)
from store.verbs.data import freeze, ingest
from store.verbs.describing import look_at_policy
from store.verbs.exporting import read_demonstrations, read_facts, read_judgements
from store.verbs.golds import list_golds, make_gold, withdraw_gold
from store.verbs.guiding import guideline_shown, list_guidelines, read_guideline, write_guideline
from store.verbs.harnessed import keep_task_results
from store.verbs.judging import next_comparison, renew_lease, skip_lease, submit_label
from store.verbs.keeping import dump_tables, examine
from store.verbs.listing import list_rounds, list_webhooks, look_at_arms, look_at_round, read_labels
from store.verbs.looking import count_home, trace, verify_audit
from store.verbs.measuring import qualify
from store.verbs.own_labels import list_own_labels, list_own_skips, list_sent_back, read_own_label
from store.verbs.own_work import my_work
from store.verbs.people import add_annotator, list_annotators, set_password
from store.verbs.previewing import look_at_next_round, sign_round
from store.verbs.promoting import list_policies, promote_policy, withdraw_policy
from store.verbs.qualifying import answer_test, begin_test, list_standings, read_test_result
from store.verbs.quality import look_at_quality
from store.verbs.rating import look_at_ratings
from store.verbs.reading import read_standing_tasks, read_standing_trees
from store.verbs.recognising import recognise
from store.verbs.retracting import list_marks, void
from store.verbs.review_counts import count_reviews
from store.verbs.reviewing import review_label
from store.verbs.reviews_due import list_reviews_due
from store.verbs.reviews_given import list_reviews_given, look_at_review
from store.verbs.safety import list_broken_prompts, look_at_safety
from store.verbs.sampling import look_at_samples
from store.verbs.sign_ins import end_sign_ins, issue_token, list_sign_ins
from store.verbs.signing import list_snapshots, look_at_snapshot, sign_snapshot
from store.verbs.tracing import look_at_lineage
from store.verbs.uncovering import look_at_exposure, spare, uncover
from store.verbs.writing import list_own_writings, offer_prompt, write_demonstration, write_prompt

__all__ = [
    "VERBS",
    "Verb",
    "add_annotator",
    "answer_test",
    "appoint",
    "begin_test",
    "bring_comparisons",
    "bring_facts",
    "bring_prompts",
    "count_home",
    "count_reviews",
    "dump_tables",
    "edit_label",
    "end_sign_ins",
    "examine",
    "freeze",
    "guideline_shown",
    "ingest",
    "issue_token",
    "keep_replies",
    "keep_task_results",
    "link_account",
    "list_annotators",
    "list_broken_prompts",
    "list_chats",
    "list_golds",
    "list_guidelines",
    "list_marks",
    "list_own_labels",
    "list_own_skips",
    "list_own_writings",
    "list_policies",
    "list_reviews_due",
    "list_reviews_given",
    "list_rounds",
    "list_sent_back",
    "list_sign_ins",
    "list_snapshots",
    "list_standings",
    "list_webhooks",
    "look_at_arms",
    "look_at_comparison",
    "look_at_exposure",
    "look_at_lineage",
    "look_at_next_round",
    "look_at_policies",
    "look_at_policy",
    "look_at_quality",
    "look_at_ratings",
    "look_at_review",
    "look_at_round",
    "look_at_safety",
    "look_at_samples",
    "look_at_snapshot",
    "make_audit_report",
    "make_gold",
    "my_work",
    "next_comparison",
    "note_failure",
    "offer_prompt",
    "promote_policy",
    "qualify",
    "read_audit_log",
    "read_chat",
    "read_demonstrations",
    "read_facts",
    "read_guideline",
    "read_judgements",
    "read_labels",
    "read_own_label",
    "read_standing_tasks",
    "read_standing_trees",
    "read_test_result",
    "recognise",
    "renew_lease",
    "review_label",
    "say_in_chat",
    "set_password",
    "set_profile",
    "sign_round",
    "sign_snapshot",
    "skip_lease",
    "spare",
    "submit_label",
    "take_back_message",
    "trace",
    "uncover",
    "undo_label",
    "unlink_accounts",
    "verify_audit",
    "void",
    "withdraw_gold",
    "withdraw_policy",
    "write_demonstration",
    "write_guideline",
    "write_prompt",
]


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb and how its request and reply are read from JSON."""

    function: Callable[..., Any]
    request: TypeAdapter[Any]
    reply: TypeAdapter[Any]


def _verb(function: Callable[..., Any]) -> Verb:
    hints = get_type_hints(function)
    reply = hints.pop("return")
    return Verb(function, TypeAdapter([*hints.values()][-1]), TypeAdapter(reply))


VERBS: Final[Mapping[str, Verb]] = {
    name: _verb(globals()[name]) for name in __all__ if name not in {"VERBS", "Verb"}
}
"""By name, as `/api/verbs/{name}` calls them."""

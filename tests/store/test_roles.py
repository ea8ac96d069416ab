"""Who may ask what, verb by verb."""

from __future__ import annotations

import pytest
from small_collection import FIRST_BETTER

from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import (
    Actor,
    AddAnnotator,
    BringComparisons,
    BringPrompts,
    CountHome,
    EditLabel,
    Freeze,
    Ingest,
    ListAnnotators,
    ListMarks,
    LookAtComparison,
    NextComparison,
    RenewLease,
    SetPassword,
    SkipLease,
    SubmitLabel,
    Trace,
    UndoLabel,
    VerifyAudit,
)
from store.messages.chatting import (
    KeepReplies,
    ListChats,
    NoteFailure,
    ReadChat,
    SayInChat,
    TakeBackMessage,
)
from store.messages.qualifying import AnswerTest, BeginTest, ListStandings, ReadTestResult
from store.outlook import Spoken
from store.records import Contents, Role, Track, Verdict
from store.risks import AttackVector, Risk
from store.verbs import VERBS
from store.verbs.accounts import LinkAccount, UnlinkAccounts
from store.verbs.appointing import Appoint, SetProfile
from store.verbs.appraising import LookAtPolicies
from store.verbs.audit_log import ReadAuditLog
from store.verbs.auditing import MakeAuditReport
from store.verbs.bringing import BringFacts
from store.verbs.describing import LookAtPolicy
from store.verbs.exporting import ReadDemonstrations, ReadFacts, ReadJudgements
from store.verbs.golds import ListGolds, MakeGold, WithdrawGold
from store.verbs.guiding import ListGuidelines, ReadGuideline, WriteGuideline
from store.verbs.harnessed import KeepTaskResults
from store.verbs.keeping import DumpTables, Examine
from store.verbs.listing import ListRounds, ListWebhooks, LookAtArms, LookAtRound, ReadLabels
from store.verbs.measuring import Qualify
from store.verbs.own_labels import ListOwnLabels, ListOwnSkips, ListSentBack, ReadOwnLabel
from store.verbs.own_work import MyWork
from store.verbs.previewing import LookAtNextRound, SignRound
from store.verbs.promoting import ListPolicies, Promote, Withdraw
from store.verbs.quality import LookAtQuality
from store.verbs.rating import LookAtRatings
from store.verbs.reading import ReadTasks, ReadTrees
from store.verbs.recognising import Recognise
from store.verbs.retracting import Void
from store.verbs.review_counts import CountReviews
from store.verbs.reviewing import ReviewLabel
from store.verbs.reviews_due import ListReviewsDue
from store.verbs.reviews_given import ListReviewsGiven, LookAtReview
from store.verbs.safety import ListBrokenPrompts, LookAtSafety
from store.verbs.sampling import LookAtSamples
from store.verbs.sign_ins import EndSignIns, IssueToken, ListSignIns
from store.verbs.signing import ListSnapshots, LookAtSnapshot, SignSnapshot
from store.verbs.tracing import LookAtLineage
from store.verbs.uncovering import LookAtExposure, Spare, Uncover
from store.verbs.writing import ListOwnWritings, OfferPrompt, WriteDemonstration, WritePrompt

ASKED: dict[str, tuple[Role, object]] = {
    "add_annotator": (Role.ADMINISTRATOR, AddAnnotator(name="new", password="long enough")),
    "appoint": (Role.ADMINISTRATOR, Appoint(name="x", role=Role.REVIEWER)),
    "end_sign_ins": (Role.ANNOTATOR, EndSignIns(sign_in_id="s")),
    "issue_token": (Role.ANNOTATOR, IssueToken(token_name="script")),
    "link_account": (Role.ADMINISTRATOR, LinkAccount(name="x", email="x@example.org")),
    "list_sign_ins": (Role.ANNOTATOR, ListSignIns()),
    "set_profile": (Role.ANNOTATOR, SetProfile(locale="de")),
    "unlink_accounts": (Role.ADMINISTRATOR, UnlinkAccounts(name="x")),
    "count_home": (Role.REVIEWER, CountHome()),
    "edit_label": (Role.ANNOTATOR, EditLabel(label_id="l", judgement=FIRST_BETTER)),
    "freeze": (Role.ENGINEER, Freeze(contents=Contents.PROMPTS)),
    "ingest": (Role.ENGINEER, Ingest()),
    "list_annotators": (Role.ADMINISTRATOR, ListAnnotators()),
    "list_golds": (Role.REVIEWER, ListGolds()),
    "withdraw_gold": (Role.REVIEWER, WithdrawGold(comparison_id="c", why="wrong")),
    "make_gold": (Role.REVIEWER, MakeGold(label_id="l", why="")),
    "list_marks": (Role.REVIEWER, ListMarks()),
    "list_reviews_due": (Role.REVIEWER, ListReviewsDue()),
    "look_at_review": (Role.REVIEWER, LookAtReview(thing="label:l0")),
    "list_reviews_given": (Role.REVIEWER, ListReviewsGiven()),
    "look_at_snapshot": (Role.REVIEWER, LookAtSnapshot(snapshot="s")),
    "keep_replies": (Role.ANNOTATOR, KeepReplies(turn_id="turn-0001", replies=())),
    "list_chats": (Role.ANNOTATOR, ListChats()),
    "note_failure": (Role.ANNOTATOR, NoteFailure(turn_id="turn-0001", why="slow")),
    "read_chat": (Role.ANNOTATOR, ReadChat()),
    "say_in_chat": (
        Role.ANNOTATOR,
        SayInChat(chat_id="chat-0001", turn_id="turn-0001", message="Hello"),
    ),
    "bring_comparisons": (Role.ENGINEER, BringComparisons(comparisons=())),
    "bring_prompts": (Role.ENGINEER, BringPrompts(prompts=())),
    "list_rounds": (Role.ENGINEER, ListRounds()),
    "list_webhooks": (Role.ENGINEER, ListWebhooks()),
    "look_at_arms": (Role.ENGINEER, LookAtArms(round=1)),
    "look_at_comparison": (Role.ENGINEER, LookAtComparison(comparison_id="c")),
    "look_at_lineage": (Role.REVIEWER, LookAtLineage()),
    "look_at_next_round": (Role.ENGINEER, LookAtNextRound()),
    "sign_round": (Role.ENGINEER, SignRound(round=1, spoken=Spoken())),
    "look_at_policies": (Role.ENGINEER, LookAtPolicies()),
    "count_reviews": (Role.REVIEWER, CountReviews()),
    "list_broken_prompts": (Role.REVIEWER, ListBrokenPrompts()),
    "look_at_safety": (Role.REVIEWER, LookAtSafety()),
    "list_snapshots": (Role.REVIEWER, ListSnapshots()),
    "read_audit_log": (Role.REVIEWER, ReadAuditLog()),
    "make_audit_report": (Role.REVIEWER, MakeAuditReport()),
    "look_at_exposure": (Role.REVIEWER, LookAtExposure()),
    "uncover": (Role.REVIEWER, Uncover(thing="label:l0")),
    "spare": (Role.REVIEWER, Spare(category="illicit")),
    "look_at_quality": (Role.REVIEWER, LookAtQuality()),
    "look_at_ratings": (Role.ENGINEER, LookAtRatings()),
    "look_at_policy": (Role.ENGINEER, LookAtPolicy(policy="p")),
    "keep_task_results": (Role.ENGINEER, KeepTaskResults(results=())),
    "look_at_samples": (Role.ENGINEER, LookAtSamples(policy="p")),
    "look_at_round": (Role.ENGINEER, LookAtRound(round=1)),
    "read_labels": (Role.ENGINEER, ReadLabels()),
    "list_policies": (Role.ENGINEER, ListPolicies()),
    "promote_policy": (Role.ENGINEER, Promote(policy="p", why="it is better")),
    "withdraw_policy": (Role.ENGINEER, Withdraw(policy="p", why="it is worse")),
    "take_back_message": (Role.ANNOTATOR, TakeBackMessage(turn_id="turn-0001")),
    "next_comparison": (Role.ANNOTATOR, NextComparison()),
    "qualify": (Role.REVIEWER, Qualify(name="x", track=Track.SAFETY, passed=True, why="")),
    "recognise": (Role.ENGINEER, Recognise()),
    "renew_lease": (Role.ANNOTATOR, RenewLease(lease_id="l")),
    "review_label": (Role.REVIEWER, ReviewLabel(thing="label:l", verdict=Verdict.CONFIRM, why="fine")),
    "bring_facts": (Role.ADMINISTRATOR, BringFacts(events=())),
    "dump_tables": (Role.ADMINISTRATOR, DumpTables()),
    "examine": (Role.ENGINEER, Examine()),
    "read_demonstrations": (Role.ENGINEER, ReadDemonstrations()),
    "read_facts": (Role.ENGINEER, ReadFacts(kind="Prompt")),
    "read_judgements": (Role.ENGINEER, ReadJudgements()),
    "read_standing_tasks": (Role.ENGINEER, ReadTasks()),
    "read_standing_trees": (Role.ENGINEER, ReadTrees()),
    "set_password": (Role.ADMINISTRATOR, SetPassword(name="somebody", password="long enough")),
    "sign_snapshot": (Role.REVIEWER, SignSnapshot(snapshot="s")),
    "skip_lease": (Role.ANNOTATOR, SkipLease(lease_id="l", reason="")),
    "submit_label": (Role.ANNOTATOR, SubmitLabel(lease_id="l", judgement=FIRST_BETTER)),
    "trace": (Role.REVIEWER, Trace(thing="label:l")),
    "undo_label": (Role.ANNOTATOR, UndoLabel()),
    "verify_audit": (Role.REVIEWER, VerifyAudit()),
    "void": (Role.REVIEWER, Void(thing="label:l", why="spam")),
    "list_own_writings": (Role.ANNOTATOR, ListOwnWritings()),
    "offer_prompt": (Role.ANNOTATOR, OfferPrompt(track=Track.SAFETY, language="en")),
    "write_demonstration": (
        Role.ANNOTATOR,
        WriteDemonstration(writing_id="writing-1", prompt="Why?", response="Because."),
    ),
    "write_prompt": (
        Role.ANNOTATOR,
        WritePrompt(
            writing_id="writing-1", prompt="How?", category=Risk.OTHER, attack_vector=AttackVector.LOGIC
        ),
    ),
    "guideline_shown": (Role.ANNOTATOR, Track.SAFETY),
    "list_guidelines": (Role.REVIEWER, ListGuidelines(track=Track.SAFETY)),
    "read_guideline": (Role.ANNOTATOR, ReadGuideline(track=Track.SAFETY, version=1)),
    "write_guideline": (Role.REVIEWER, WriteGuideline(track=Track.SAFETY, text="new", changed="all")),
    "answer_test": (Role.ANNOTATOR, AnswerTest(test_id="t", comparison_id="c", judgement=FIRST_BETTER)),
    "begin_test": (Role.ANNOTATOR, BeginTest(track=Track.SAFETY)),
    "list_standings": (Role.ANNOTATOR, ListStandings()),
    "read_test_result": (Role.ANNOTATOR, ReadTestResult(test_id="t")),
    "list_own_labels": (Role.ANNOTATOR, ListOwnLabels()),
    "list_own_skips": (Role.ANNOTATOR, ListOwnSkips()),
    "list_sent_back": (Role.ANNOTATOR, ListSentBack()),
    "read_own_label": (Role.ANNOTATOR, ReadOwnLabel(label_id="l")),
    "my_work": (Role.ANNOTATOR, MyWork()),
}
"""The least role that each verb takes, and a request."""


def test_every_verb_has_its_least_role_here() -> None:
    assert set(ASKED) == set(VERBS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", ASKED)
def test_a_verb_is_for_its_least_role_and_those_above(store: Store, verb: str, role: Role) -> None:
    least, request = ASKED[verb]
    actor = Actor(annotator_id="eve", name="eve", role=role)
    order = list(Role)
    if order.index(role) >= order.index(least):
        try:
            VERBS[verb].function(store, actor, request)
        except RequestError as error:
            assert not isinstance(error, NotAllowedError)  # noqa: PT017  # an empty home has little to give
    else:
        with pytest.raises(NotAllowedError, match=f"role {least}; eve has the role {role}"):
            VERBS[verb].function(store, actor, request)


@pytest.mark.parametrize("role", Role)
def test_a_simulated_annotator_is_added_from_engineers_on(store: Store, role: Role) -> None:
    actor = Actor(annotator_id="eve", name="eve", role=role)
    request = AddAnnotator(name="robot", simulated=True)
    if role in {Role.ANNOTATOR, Role.REVIEWER}:
        with pytest.raises(NotAllowedError):
            VERBS["add_annotator"].function(store, actor, request)
    else:
        assert VERBS["add_annotator"].function(store, actor, request).name == "robot"

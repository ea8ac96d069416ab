"""That nobody changed anything, and where things came from."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import duckdb
import pytest
from every_fact import EXAMPLES
from small_collection import FIRST_BETTER, comparisons

from store.database import Store, open_store
from store.errors import NotAllowedError, RequestError
from store.home import Home
from store.inbox import take_in, write_bundle
from store.messages import (
    Actor,
    Assignment,
    AuditReport,
    Freeze,
    NextComparison,
    SubmitLabel,
    Trace,
    VerifyAudit,
)
from store.records import (
    Annotator,
    Contents,
    Degree,
    Fact,
    Kind,
    Label,
    Policy,
    Response,
    RewardModel,
    Role,
    Snapshot,
    Track,
)
from store.tables import TABLES
from store.verbs import freeze, next_comparison, submit_label, trace, verify_audit
from store.verbs.roles import HONE


def label(label_id: str, comparison_id: str, annotator_id: str = "ann") -> Label:
    return Label(
        label_id=label_id,
        comparison_id=comparison_id,
        annotator_id=annotator_id,
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(1, 0),
        seconds=0.1 + 0.2,
        comment='"kind":"Label" é',
    )


def tamper(home: Home, statement: str) -> None:
    """What somebody with the file in hand could do."""
    with duckdb.connect(str(home.database)) as db:
        db.execute(statement)


def report(home: Home) -> AuditReport:
    with open_store(home) as store:
        return verify_audit(store, HONE, VerifyAudit())


def report_of(store: Store) -> AuditReport:
    return verify_audit(store, HONE, VerifyAudit())


@pytest.fixture
def audited(store: Store) -> Home:
    """A closed home whose audit has a snapshot's anchor at row 17."""
    store.append("ann", *comparisons(3))
    store.append("ann", label("l0", "c0"), label("l1", "c1"))
    freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    store.append("ann", label("l2", "c2"))
    store.close()
    return store.home


def test_a_whole_chain_is_reported_with_its_head(audited: Home) -> None:
    with open_store(audited) as store, store.reading() as db:
        last = db.execute("select seq, hash from audit order by seq desc limit 1").fetchone()
        found = verify_audit(store, HONE, VerifyAudit())
    assert found == AuditReport(rows=18, head=last[1])
    assert last[0] == 18  # 14 facts of the comparisons, three labels, a snapshot


def test_an_anchor_that_somebody_wrote_down_is_checked(audited: Home) -> None:
    with open_store(audited) as store, store.reading() as db:
        (seventh,) = db.execute("select hash from audit where seq = 7").fetchone() or ("",)
        ask = lambda anchor: verify_audit(store, HONE, VerifyAudit(anchor=anchor))
        assert ask(f"7:{seventh}").broken_seq is None
        other = ask(f"7:{'a' * 64}")
        assert (other.broken_seq, other.why) == (
            7,
            "the anchor that was given has another hash for this row; the chain was written anew.",
        )
        longer = ask(f"99:{seventh}")
        assert (longer.broken_seq, longer.why) == (
            19,
            "the anchor that was given says that the chain was longer; its end was cut off.",
        )
        for wrong in ("7", "x:y", f"0:{seventh}", "7:abc"):
            with pytest.raises(RequestError, match="Expected an anchor such as 18:HASH"):
                ask(wrong)


def test_a_whole_number_where_the_table_has_a_fraction_is_no_change(store: Store) -> None:
    store.append("test", *comparisons(1))
    store.append(
        "test", Response(response_id="x", prompt_id="q0", policy_id="policy", text="", temperature=1)
    )
    assert report_of(store).why == ""
    store.close()
    tamper(store.home, "update responses set temperature = 2 where response_id = 'x'")
    assert report(store.home).why == "row x of responses is not what was appended."


def test_an_empty_chain_is_whole(store: Store) -> None:
    assert verify_audit(store, HONE, VerifyAudit()) == AuditReport(rows=0, head="0" * 64)


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("update audit set body = replace(body, 'ann', 'bob') where seq = 5", 5, "its hash is not that"),
        ("update audit set hash = repeat('a', 64) where seq = 18", 18, "its hash is not that"),
        ("delete from audit where seq = 7", 7, "the row is missing; row 8 follows"),
        ("delete from audit where seq >= 16", 16, "its end was cut off"),
        (
            "update labels set ranks = [2, 1] where label_id = 'l1'",
            16,
            "row l1 of labels is not what was appended",
        ),
        ("delete from labels where label_id = 'l0'", 15, "row l0 of labels is gone"),
        ("update snapshots set audit_head = repeat('b', 64)", 16, "has another hash for this row"),
    ],
)
def test_a_change_is_found_at_its_row(audited: Home, statement: str, seq: int, why: str) -> None:
    tamper(audited, statement)
    found = report(audited)
    assert found.broken_seq == seq
    assert why in found.why


def test_a_chain_written_anew_does_not_fit_the_manifests(audited: Home) -> None:
    (manifest,) = audited.snapshots.glob("*.json")
    fields = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**fields, "audit_head": "c" * 64}))
    assert report(audited).broken_seq == 16


@pytest.fixture
def everything(store: Store) -> Home:
    """A closed home with a fact of every kind, each told by the row of its place in the list."""
    facts = [replace(fact, audit_seq=0) if isinstance(fact, Snapshot) else fact for fact in EXAMPLES]
    store.append("ann", *facts)  # a snapshot that anchors nothing
    store.close()
    return store.home


def test_every_table_holds_what_the_audit_tells(everything: Home) -> None:
    assert report(everything).why == ""


CHANGES = {
    "credentials": "annotator_id = 'b'",
    "sign_ins": "expires_at = '2030-01-01'",
    "sign_outs": "made_at = '2030-01-01'",
    "guidelines": "text = 'x'",
    "annotators": "role = 'administrator'",
    "prompts": "split = 'train'",
    "policies": "promoted = true",
    "responses": "text = 'x'",
    "batches": "round = 9",
    "comparisons": "purpose = 'train'",
    "leases": "expires_at = '2030-01-01'",
    "labels": "seconds = 'nan'",
    "skips": "flagged = false",
    "retractions": "reason = 'x'",
    "reviews": "verdict = 'confirm'",
    "adjudications": "degree = 0",
    "exposures": "made_at = '2030-01-01'",
    "opt_outs": "spared = false",
    "demonstrations": "quality = 1",
    "demonstration_retractions": "reason = 'x'",
    "snapshots": "signed_by = null",
    "reward_models": "accuracy = 1",
    "reward_evaluations": "results = '{}'",
    "scores": "score = 9",
    "label_scores": "gap = 9",
    "rounds": "promoted = false",
    "evaluations": "wins = 9",
    "games": "points = 0.5",
    "task_results": "value = 1",
    "promotions": "promoted = false",
    "round_signatures": "note = 'x'",
    "selections": "value = 9",
    "bundles": "name = 'x'",
    "qualifications": "passed = false",
    "golds": "why = 'x'",
    "gold_ends": "why = 'x'",
    "edits": "degree = 0",
    "signatures": "seen = '{}'",
    "appointments": "suspended = false",
    "external_accounts": "annotator_id = 'b'",
    "profiles": "locale = 'en'",
    "sightings": "made_at = '2030-01-01'",
    "guideline_reads": "made_at = '2030-01-01'",
    "chats": "annotator_id = 'b'",
    "chat_turns": "turn = 9",
    "qualification_tests": "pass_mark = 0",
    "qualification_answers": "passed = false",
}


@pytest.mark.wide
@pytest.mark.parametrize("fact", EXAMPLES, ids=lambda fact: type(fact).__name__)
def test_a_row_that_was_changed_or_deleted_is_named_with_where_it_was_told(
    everything: Home, fact: Fact
) -> None:
    table, seq = TABLES[type(fact)], EXAMPLES.index(fact) + 1
    tamper(everything, f"update {table.name} set {CHANGES[table.name]}")  # noqa: S608
    changed = report(everything)
    assert changed.broken_seq == seq
    assert f" of {table.name} is" in changed.why
    tamper(everything, f"delete from {table.name}")  # noqa: S608
    deleted = report(everything)
    assert deleted.broken_seq == seq
    assert deleted.why.endswith(f" of {table.name} is gone.")


def test_a_row_that_nobody_appended_is_named(audited: Home) -> None:
    tamper(
        audited, "insert into labels select * replace ('l9' as label_id) from labels where label_id = 'l0'"
    )
    assert (report(audited).broken_seq, report(audited).why) == (19, "row l9 of labels was never appended.")


@pytest.fixture
def brought(store: Store) -> Home:
    """A closed home whose responses came in two bundles, the second one with another text for the first."""
    _, _, prompt, one, two, *_ = comparisons(1)
    assert isinstance(one, Response)
    write_bundle(store.home, "first", {"prompts": [prompt], "responses": [one, two]})
    take_in(store)
    write_bundle(store.home, "second", {"responses": [replace(one, text="told too late")]})
    take_in(store)
    store.close()
    return store.home


def test_what_a_bundle_brought_is_compared_with_its_files(brought: Home) -> None:
    assert report(brought).why == ""
    tamper(brought, "update responses set text = 'x' where response_id = 'q0-r0'")
    found = report(brought)
    assert (found.broken_seq, found.why) == (1, "row q0-r0 of responses is not what was appended.")
    tamper(brought, "delete from responses where response_id = 'q0-r0'")
    assert report(brought).why == "row q0-r0 of responses is gone."


def test_a_bundle_whose_files_are_gone_is_counted_and_nobody_is_blamed(brought: Home) -> None:
    (first,) = (brought.inbox / "done").glob("first-*")
    shutil.rmtree(first)
    found = report(brought)
    assert (found.broken_seq, found.unchecked) == (None, 3)


def test_a_judgement_in_whole_seconds_is_what_was_appended(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(1))
    assignment = next_comparison(store, ann, NextComparison())
    assert isinstance(assignment, Assignment)
    judgement = replace(FIRST_BETTER, seconds=3, comment="\x00 é 😀")
    submit_label(store, ann, SubmitLabel(lease_id=assignment.lease_id, judgement=judgement))
    assert verify_audit(store, HONE, VerifyAudit()).why == ""


def test_annotators_do_not_read_the_audit_or_the_lineage(store: Store, ann: Actor) -> None:
    for ask in (
        lambda: verify_audit(store, ann, VerifyAudit()),
        lambda: trace(store, ann, Trace(thing="label:l0")),
    ):
        with pytest.raises(NotAllowedError, match="role reviewer"):
            ask()


@pytest.fixture
def trained(store: Store) -> Snapshot:
    """Labels l0 and l1 are in a snapshot; its reward model made policy one, from which came two."""
    ben = Annotator(annotator_id="ben", name="Benedict", role=Role.ANNOTATOR, kind=Kind.PERSON)
    store.append("ann", ben, *comparisons(3), label("l0", "c0"), label("l1", "c1", "ben"))
    snapshot = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    model = RewardModel(
        reward_model_id="m1",
        track=Track.HELPFULNESS,
        snapshot_id=snapshot.snapshot_id,
        policy_id="policy",
        path="rounds/001/reward_helpfulness",
        round=1,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=10,
    )
    one = Policy(policy_id="one", path="x", parents=("policy",), reward_models=("m1",), round=1)
    one = replace(one, method="rs+ppo")
    two = Policy(policy_id="two", path="y", parents=("one",), round=2, method="ppo")
    other = replace(one, policy_id="other", parents=("policy",), reward_models=())
    store.append("ann", model, one, two, other, label("l2", "c2"))
    return snapshot


def test_a_label_leads_to_all_that_it_shaped(store: Store, trained: Snapshot) -> None:
    found = trace(store, HONE, Trace(thing="label:l1"))
    assert (found.labels, found.annotators, found.names) == (("l1",), ("ben",), ("Benedict",))
    assert (found.snapshots, found.reward_models) == ((trained.snapshot_id,), ("m1",))
    assert found.policies == ("two", "one")


def test_a_label_in_no_snapshot_shaped_nothing(store: Store, trained: Snapshot) -> None:
    found = trace(store, HONE, Trace(thing="label:l2"))
    assert (found.annotators, found.snapshots, found.reward_models, found.policies) == (("ann",), (), (), ())


def test_a_policy_leads_back_to_its_labels(store: Store, trained: Snapshot) -> None:
    found = trace(store, HONE, Trace(thing="policy:two"))
    assert (found.labels, found.annotators) == (("l0", "l1"), ("ann", "ben"))
    assert (found.snapshots, found.reward_models) == ((trained.snapshot_id,), ("m1",))
    assert found.policies == ("two", "one", "policy")
    assert (found.rounds, found.methods) == ((2, 1, 0), ("ppo", "rs+ppo", "initial"))


@pytest.mark.parametrize("thing", ["snapshot", "reward-model:m1", "annotator:ben"])
def test_what_lies_between_leads_both_ways(store: Store, trained: Snapshot, thing: str) -> None:
    name = f"snapshot:{trained.snapshot_id}" if thing == "snapshot" else thing
    found = trace(store, HONE, Trace(thing=name))
    assert found.labels == (("l1",) if thing == "annotator:ben" else ("l0", "l1"))
    assert (found.reward_models, found.policies) == (("m1",), ("two", "one"))


def test_an_annotator_may_be_named_and_an_id_cut_short_while_it_is_one_things(
    store: Store, trained: Snapshot
) -> None:
    assert trace(store, HONE, Trace(thing="annotator:Benedict")).labels == ("l1",)
    assert trace(store, HONE, Trace(thing="policy:tw")).thing == "policy:two"
    short = f"snapshot:{trained.snapshot_id[:6]}"
    assert trace(store, HONE, Trace(thing=short)).thing == f"snapshot:{trained.snapshot_id}"
    with pytest.raises(RequestError, match="3 ids of the kind label begin with l; give more letters"):
        trace(store, HONE, Trace(thing="label:l"))


@pytest.mark.parametrize("thing", ["label:x", "annotator:x", "policy:x", "policy:", "cat:x", "x"])
def test_an_unknown_thing_is_told_in_a_sentence(store: Store, thing: str) -> None:
    with pytest.raises(RequestError):
        trace(store, HONE, Trace(thing=thing))

"""For each thing that should hold of a home, a home in which that alone does not, and the one sentence."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from small_collection import FIRST_BETTER, comparisons

from store.database import Store, open_store
from store.errors import NotAllowedError
from store.home import Home
from store.identity import canonical
from store.inbox import take_in
from store.keeping import doctor
from store.keeping.copies import sha256
from store.messages import Actor, Assignment, Freeze, NextComparison, SubmitLabel
from store.records import (
    Annotator,
    Appointment,
    Chat,
    ChatTurn,
    Comparison,
    Contents,
    Degree,
    Demonstration,
    Edit,
    ExternalAccount,
    Fact,
    Gold,
    GoldEnd,
    GuidelineRead,
    Kind,
    Label,
    Lease,
    Policy,
    Purpose,
    QualificationAnswer,
    QualificationTest,
    Response,
    Retraction,
    Review,
    RewardModel,
    Role,
    Score,
    Signature,
    Skip,
    Snapshot,
    Split,
    Track,
    Verdict,
    now,
)
from store.verbs import examine, freeze, next_comparison, submit_label
from store.verbs.keeping import Examine
from store.verbs.roles import HONE

ASK_AUDIT = "hone audit verify says whether another hand changed them; hone restore brings a backup back."


def person(name: str) -> Annotator:
    return Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON)


def label(label_id: str, comparison_id: str, annotator_id: str = "ann", **changes: object) -> Label:
    fields = {"ranks": (1, 2), "degree": Degree.BETTER, "shown_order": (0, 1), **changes}
    return Label(label_id=label_id, comparison_id=comparison_id, annotator_id=annotator_id, **fields)  # type: ignore[arg-type]


def edit(label_id: str, version: int, ranks: tuple[int, ...] = (2, 1)) -> Edit:
    return Edit(label_id=label_id, version=version, ranks=ranks, degree=Degree.SLIGHTLY)


def compared(comparison_id: str, prompt_id: str = "q0", **changes: object) -> Comparison:
    fields = {"response_ids": ("q0-r0", "q0-r1"), "batch_id": "batch-000", **changes}
    return Comparison(comparison_id=comparison_id, prompt_id=prompt_id, **fields)  # type: ignore[arg-type]


def lease(comparison_id: str, shown_order: tuple[int, ...]) -> Lease:
    return Lease(
        lease_id="x",
        comparison_id=comparison_id,
        annotator_id="ann",
        shown_order=shown_order,
        expires_at=now(),
    )


def exam(comparison_id: str) -> QualificationTest:
    return QualificationTest(
        test_id="t",
        annotator_id="ann",
        track=Track.HELPFULNESS,
        guideline_version=1,
        comparison_ids=(comparison_id,),
        pass_mark=0.8,
    )


def policy(policy_id: str, **changes: object) -> Policy:
    return Policy(policy_id=policy_id, path="", **changes)  # type: ignore[arg-type]


def rewarding(reward_model_id: str, snapshot_id: str, path: str = "") -> RewardModel:
    return RewardModel(
        reward_model_id=reward_model_id,
        track=Track.HELPFULNESS,
        snapshot_id=snapshot_id,
        policy_id="policy",
        path=path,
        round=1,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=9,
    )


@pytest.fixture
def healthy(store: Store) -> Store:
    """Labels l0 to l2 of c0 to c2, one edited, one of a gold comparison, one repeat, and a snapshot."""
    (store.home.policies / "policy").mkdir()
    store.append("test", person("ann"), person("ben"), *comparisons(6))
    store.append("ann", label("l0", "c0"), label("l1", "c1"), label("l2", "c2"), edit("l1", 1), edit("l1", 2))
    store.append(
        "test",
        compared("g", purpose=Purpose.GOLD),
        Gold(comparison_id="g", ranks=(1, 2), annotator_id="ben"),
        compared("s", purpose=Purpose.SWAPPED, repeats="c0"),
        label("l3", "g"),
        label("l4", "s", shown_order=(1, 0)),
        Skip(lease_id="k", comparison_id="c3", annotator_id="ben", reason="unclear"),
        Retraction(label_id="l2", annotator_id="ann", reason="undone"),
        Review(review_id="r", label_id="l0", reviewer_id="ben", verdict=Verdict.CONFIRM, why=""),
    )
    snapshot = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    store.append(
        "test",
        Signature(snapshot_id=snapshot.snapshot_id, reviewer_id="ben"),
        rewarding("m", snapshot.snapshot_id),
        policy("next", parents=("policy",), reward_models=("m",), snapshots=(snapshot.snapshot_id,)),
        Score(response_id="q0-r0", reward_model_id="m", score=1.0),
    )
    return store


def sentences(store: Store) -> list[str]:
    return [one.sentence for one in examine(store, HONE, Examine()).findings]


def test_of_a_healthy_home_there_is_nothing_to_say(healthy: Store, ann: Actor) -> None:
    assert sentences(healthy) == []
    healthy.close()
    with open_store(healthy.home) as store:  # so that its queue knows of the labels
        assignment = next_comparison(store, ann, NextComparison())
        assert isinstance(assignment, Assignment)
        submit_label(store, ann, SubmitLabel(lease_id=assignment.lease_id, judgement=FIRST_BETTER))
        assert sentences(store) == []


def test_what_an_import_does_not_know_or_says_twice_is_no_fault(healthy: Store) -> None:
    healthy.append(
        "test",
        replace(person("hh"), kind=Kind.IMPORTED),
        label("l7", "c4", "hh", shown_order=()),
        label("l8", "c4", "hh", ranks=(2, 1), shown_order=()),
        label("l9", "c5", "hh"),
    )
    assert sentences(healthy) == []


def test_a_flag_that_was_answered_is_no_fault(healthy: Store) -> None:
    healthy.append(
        "test",
        Skip(lease_id="f", comparison_id="c3", annotator_id="ben", reason="odd", flagged=True),
        Review(review_id="of-flag", label_id="f", reviewer_id="ann", verdict=Verdict.CONFIRM, why="it is"),
    )
    assert sentences(healthy) == []


def test_an_edit_that_was_imported_as_an_event_is_no_fault(healthy: Store) -> None:
    healthy.append(HONE.annotator_id, edit("l0", 1))
    assert sentences(healthy) == []


FACTS: dict[str, tuple[str, list[Fact], str]] = {
    "people of roles": (
        "test",
        [Appointment(annotator_id="nobody", role=Role.REVIEWER, given_by="ben")],
        f"Roles given to somebody who is not there: nobody; {ASK_AUDIT}",
    ),
    "people of accounts": (
        "test",
        [
            ExternalAccount(provider="p", subject="zoe@example.org", annotator_id="zoe"),
            ExternalAccount(provider="p", subject="free@example.org", annotator_id=None),
        ],
        f"Accounts of an organisation that belong to somebody who is not there: zoe@example.org; {ASK_AUDIT}",
    ),
    "read guidelines are there": (
        "test",
        [GuidelineRead(annotator_id="ann", track=Track.SAFETY, version=version) for version in (1, 2)],
        f"People who have read a version of a guideline that nobody wrote: ann; {ASK_AUDIT}",
    ),
    "chats of turns": (
        "test",
        [ChatTurn(comparison_id="c0", chat_id="nowhere", turn=1)],
        f"Turns of a chat that is not there: c0; {ASK_AUDIT}",
    ),
    "comparisons of turns": (
        "test",
        [
            Chat(chat_id="h", annotator_id="ann", track=Track.SAFETY),
            ChatTurn(comparison_id="nowhere", chat_id="h", turn=1),
        ],
        f"Turns of a chat whose comparison is not there: nowhere; {ASK_AUDIT}",
    ),
    "turns are their annotator's": (
        "test",
        [
            Chat(chat_id="h", annotator_id="ann", track=Track.SAFETY),
            ChatTurn(comparison_id="c0", chat_id="h", turn=1),
        ],
        f"Turns of a chat whose prompt somebody else wrote: c0; {ASK_AUDIT}",
    ),
    "tests are of gold": (
        "test",
        [exam("c0")],
        f"Qualification tests with a comparison that has no known answer: t; {ASK_AUDIT}",
    ),
    "answers of tests": (
        "test",
        [
            exam("g"),
            QualificationAnswer(
                test_id="t",
                comparison_id="c0",
                shown_order=(0, 1),
                ranks=(1, 2),
                degree=Degree.BETTER,
                passed=True,
            ),
        ],
        f"Qualification tests with an answer to what they did not ask: t; {ASK_AUDIT}",
    ),
    "batches of comparisons": (
        "test",
        [compared("x", batch_id="nowhere")],
        f"Comparisons whose batch is not there: x; {ASK_AUDIT}",
    ),
    "responses of comparisons": (
        "test",
        [compared("x", response_ids=("q0-r0", "nowhere")), compared("y", response_ids=("q0-r0", "nobody"))],
        f"Comparisons with a response that is not there: 2, the first is x; {ASK_AUDIT}",
    ),
    "responses answer the prompt": (
        "test",
        [compared("x", response_ids=("q0-r0", "q1-r0"))],
        f"Comparisons with a response to another prompt: x; {ASK_AUDIT}",
    ),
    "prompts of responses": (
        "test",
        [Response(response_id="x", prompt_id="nowhere", policy_id="policy", text="")],
        f"Responses whose prompt is not there: x; {ASK_AUDIT}",
    ),
    "policies of responses": (
        "test",
        [Response(response_id="x", prompt_id="q0", policy_id="nobody", text="")],
        f"Responses whose policy is not there: x; {ASK_AUDIT}",
    ),
    "gold has an answer": (
        "test",
        [compared("x", purpose=Purpose.GOLD)],
        "Gold comparisons without a known answer: x; give each its answer, or nobody can "
        "be measured by them.",
    ),
    "answers have gold": (
        "test",
        [Gold(comparison_id="c5", ranks=(1, 2), annotator_id="ben")],
        f"Known answers of comparisons that are not gold: c5; {ASK_AUDIT}",
    ),
    "gold answers fit": (
        "test",
        [compared("x", purpose=Purpose.GOLD), Gold(comparison_id="x", ranks=(1, 2, 3), annotator_id="ben")],
        f"Gold answers with other than one rank and one safety a response: x; {ASK_AUDIT}",
    ),
    "gold answers stand": (
        "test",
        [
            compared("x", purpose=Purpose.GOLD),
            Gold(comparison_id="x", ranks=(1, 2), annotator_id="ben", label_id="l2"),
        ],
        "Gold answers that still measure, made of labels that do not stand: x; "
        "hone gold --withdraw ID --why W ends each.",
    ),
    "answers of withdrawals": (
        "test",
        [GoldEnd(comparison_id="x", annotator_id="ben", why="")],
        f"Withdrawals of known answers that are not there: x; {ASK_AUDIT}",
    ),
    "repeats point somewhere": (
        "test",
        [compared("x", purpose=Purpose.SWAPPED)],
        f"Swapped repeats of a comparison that is not there: x; {ASK_AUDIT}",
    ),
    "repeats are one's own": (
        "test",
        [compared("x", purpose=Purpose.SWAPPED, repeats="c1"), label("l9", "x", "ben")],
        "Swapped repeats judged by somebody who never judged the comparison that they repeat: x; "
        + ASK_AUDIT,
    ),
    "prompts of demonstrations": (
        "test",
        [Demonstration(demonstration_id="x", prompt_id="nowhere", text="", author="ben")],
        f"Demonstrations whose prompt is not there: x; {ASK_AUDIT}",
    ),
    "comparisons of labels": (
        "test",
        [label("l9", "nowhere")],
        f"Labels of comparisons that are not there: l9; {ASK_AUDIT}",
    ),
    "annotators of labels": (
        "test",
        [label("l9", "c4", "nobody")],
        f"Labels by annotators who are not there: l9; {ASK_AUDIT}",
    ),
    "one label each": (
        "test",
        [compared("x", overlap=2), label("l8", "x"), label("l9", "x")],
        "Comparisons with two standing labels of one annotator: x by ann; exclude all "
        "but one by a review, or "
        "they count twice.",
    ),
    "no more than wanted": (
        "test",
        [label("l9", "c0", "ben")],
        "Comparisons with more standing labels than were wanted, not marked surplus: c0; "
        "exclude the late ones "
        "by a review, or these prompts weigh too much.",
    ),
    "surplus is surplus": (
        "test",
        [label("l9", "c4", surplus=True)],
        "Labels marked surplus whose comparison never had all it wanted: l9; they do not "
        "train; the comparison "
        "is asked again.",
    ),
    "labels fit": (
        "test",
        [label("l9", "c4", ranks=(1, 2, 3))],
        f"Labels with other than one rank and one safety a response: l9; {ASK_AUDIT}",
    ),
    "shown orders fit": (
        "test",
        [label("l9", "c4", shown_order=(1, 1))],
        f"Labels that do not say how each response was shown: l9; {ASK_AUDIT}",
    ),
    "leased orders fit": (
        "test",
        [lease("c4", (0, 2))],
        f"Leases that do not say how each response is shown: x; {ASK_AUDIT}",
    ),
    "labels of edits": (
        "test",
        [edit("nowhere", 1)],
        f"Edits of labels that are not there: nowhere; {ASK_AUDIT}",
    ),
    "edits fit": (
        "ann",
        [edit("l0", 1, (1, 2, 3))],
        f"Labels edited to other than one rank and one safety each: l0; {ASK_AUDIT}",
    ),
    "edits are numbered": (
        "ann",
        [edit("l1", 4)],
        f"Labels with an edit missing between others: l1; {ASK_AUDIT}",
    ),
    "edits are one's own": (
        "ben",
        [edit("l0", 1)],
        "Labels that somebody other than their annotator edited: l0; exclude them by a review.",
    ),
    "comparisons of skips": (
        "test",
        [Skip(lease_id="x", comparison_id="nowhere", annotator_id="ann", reason="")],
        f"Skips of comparisons that are not there: x; {ASK_AUDIT}",
    ),
    "comparisons of leases": (
        "test",
        [lease("nowhere", (0, 1))],
        f"Leases of comparisons that are not there: x; {ASK_AUDIT}",
    ),
    "labels of retractions": (
        "test",
        [Retraction(label_id="nowhere", annotator_id="ann", reason="")],
        f"Retractions of labels that are not there: nowhere; {ASK_AUDIT}",
    ),
    "labels of reviews": (
        "test",
        [Review(review_id="x", label_id="nowhere", reviewer_id="ben", verdict=Verdict.EXCLUDE, why="")],
        f"Reviews of labels that are not there: x; {ASK_AUDIT}",
    ),
    "snapshots of reward models": (
        "test",
        [rewarding("x", "nowhere")],
        f"Reward models whose snapshot is not there: x; {ASK_AUDIT}",
    ),
    "snapshots of signatures": (
        "test",
        [Signature(snapshot_id="nowhere", reviewer_id="ben")],
        f"Signatures of snapshots that are not there: nowhere; {ASK_AUDIT}",
    ),
    "responses of scores": (
        "test",
        [Score(response_id="nowhere", reward_model_id="m", score=0.0)],
        f"Scores of responses that are not there: nowhere; {ASK_AUDIT}",
    ),
    "reward models of scores": (
        "test",
        [Score(response_id="q0-r0", reward_model_id="nobody", score=0.0)],
        f"Scores by reward models that are not there: nobody; {ASK_AUDIT}",
    ),
    "parents of policies": (
        "test",
        [policy("x", parents=("nobody",))],
        f"Policies with a parent that is not there: x; {ASK_AUDIT}",
    ),
    "snapshots of policies": (
        "test",
        [policy("x", snapshots=("nowhere",))],
        f"Policies trained on a snapshot that is not there: x; {ASK_AUDIT}",
    ),
    "reward models of policies": (
        "test",
        [policy("x", reward_models=("nobody",))],
        f"Policies trained against a reward model that is not there: x; {ASK_AUDIT}",
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_a_broken_rule_is_the_one_thing_that_is_said(healthy: Store, name: str) -> None:
    actor_id, facts, sentence = FACTS[name]
    healthy.append_later(actor_id, *facts).wait()  # as a faulty verb would, past the queue
    found = examine(healthy, HONE, Examine()).findings
    assert [(one.rule, one.sentence) for one in found] == [(name, sentence)]


def test_a_comparison_of_no_prompt_is_named(healthy: Store) -> None:
    healthy.append_later("test", compared("x", "nowhere")).wait()
    assert sentences(healthy) == [
        f"Comparisons whose prompt is not there: x; {ASK_AUDIT}",
        f"Comparisons with a response to another prompt: x; {ASK_AUDIT}",
    ]


def test_every_rule_has_a_home_that_breaks_it() -> None:
    assert {rule.name for rule in doctor.RULES} == {*FACTS, "prompts of comparisons"}


TAMPERED = {
    "update labels set ranks = [2, 1] where label_id = 'l0'": (
        "The audit breaks at row 29: row l0 of labels is not what was appended. What was appended is in the "
        "backups from before; hone restore brings one back."
    ),
    "alter table labels drop column meta": (
        "The table labels has other columns than the migrations gave it; restore a "
        "backup from before somebody "
        "changed it."
    ),
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_a_changed_database_is_told(healthy: Store, statement: str) -> None:
    healthy.close()
    with duckdb.connect(str(healthy.home.database)) as db:
        db.execute(statement)
    with open_store(healthy.home) as store:
        assert sentences(store) == [TAMPERED[statement]]


def snapshot_of(store: Store) -> Path:
    return next(store.home.snapshots.glob("*.parquet"))


def forge(store: Store, select: str) -> None:
    """A snapshot in the table whose file holds other rows than were frozen."""
    file = store.home.snapshots / "forged.parquet"
    with duckdb.connect() as db:
        db.sql(select.replace("$path", f"'{snapshot_of(store)}'")).write_parquet(str(file))
        count = len(db.read_parquet(str(file)))
    snapshot_id = sha256(file)
    file = file.rename(file.with_stem(snapshot_id))
    with store.reading() as db:
        head = db.execute("select seq, hash from audit order by seq desc limit 1").fetchone()
    assert head is not None
    snapshot = Snapshot(
        snapshot_id=snapshot_id,
        contents=Contents.PREFERENCES,
        path=f"snapshots/{file.name}",
        row_count=count,
        query="",
        audit_seq=head[0],
        audit_head=head[1],
    )
    file.with_suffix(".json").write_text(canonical(snapshot))
    store.append("test", snapshot)


FROZEN: dict[str, tuple[Callable[[Store], object], str]] = {
    "missing": (
        lambda store: snapshot_of(store).unlink(),
        r"The file of snapshot \w+ is missing; put it back",
    ),
    "changed": (
        lambda store: snapshot_of(store).write_bytes(b"x"),
        r"The file of snapshot \w+ was changed; put the file of a backup back",
    ),
    "measuring": (
        lambda store: forge(store, "select * replace ('g' as comparison_id) from $path"),
        r"2 rows of snapshot \w+ are of comparisons that only measure; train on a new snapshot",
    ),
    "held out": (
        lambda store: forge(store, "select * replace ('heldout' as split) from $path"),
        r"2 rows of snapshot \w+ are marked with another split than their prompt has",
    ),
}


@pytest.mark.parametrize("name", FROZEN)
def test_a_snapshot_that_is_not_what_was_frozen_is_told(healthy: Store, name: str) -> None:
    damage, sentence = FROZEN[name]
    damage(healthy)
    (found,) = sentences(healthy)
    assert re.match(sentence, found)


def test_a_manifest_that_says_something_else_is_told(healthy: Store) -> None:
    manifest = snapshot_of(healthy).with_suffix(".json")
    manifest.write_text(manifest.read_text().replace('"row_count": 2', '"row_count": 3'))
    (found,) = sentences(healthy)
    assert found.startswith(f"The manifest {manifest} does not say what the table says")


def old(path: Path) -> None:
    path.mkdir()
    os.utime(path, (0, 0))


def reject(store: Store) -> None:
    (store.home.inbox / "odd").mkdir()
    take_in(store)


FILES: dict[str, tuple[Callable[[Store], object], str]] = {
    "models": (
        lambda store: shutil.rmtree(store.home.policies / "policy"),
        "The folder of policy policy is missing; put it back at {home}/policies/policy, "
        "a backup with --models "
        "has it.",
    ),
    "rejected": (
        reject,
        "Bundles were rejected: odd; each has its why.txt in {home}/inbox/rejected: publish it again as it "
        "should be, then remove it there.",
    ),
    "stray": (
        lambda store: old(store.home.inbox / ".bundle-1.tmp"),
        "{home}/inbox/.bundle-1.tmp was left over by a process that was stopped; remove it.",
    ),
    "open": (
        lambda store: store.home.root.chmod(0o755),
        "Other users of this machine can read the home; run chmod 700 {home}.",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_should_be_otherwise_is_told(healthy: Store, name: str) -> None:
    damage, sentence = FILES[name]
    damage(healthy)
    assert sentences(healthy) == [sentence.format(home=healthy.home.root)]


def test_a_draft_that_somebody_still_writes_is_not_stray(healthy: Store) -> None:
    (healthy.home.inbox / ".bundle-1.tmp").mkdir()
    old(healthy.home.root / "hone.duckdb.tmp")  # the database's own
    assert sentences(healthy) == []


def test_a_disk_with_little_room_is_told(healthy: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=5 * 1024**2))
    (found,) = sentences(healthy)
    assert found.startswith("Only 5 MB are free on the disk of")


def test_held_out_prompts_that_are_marked_so_are_fine(home: Home) -> None:
    home.root.mkdir(mode=0o700)
    with open_store(home) as store:
        (home.policies / "policy").mkdir()
        store.append("test", person("ann"), *comparisons(1, split=Split.HELDOUT), label("l0", "c0"))
        freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
        freeze(store, HONE, Freeze(contents=Contents.PROMPTS))
        assert sentences(store) == []


def test_who_may_not_start_rounds_is_not_told(store: Store, ann: Actor) -> None:
    with pytest.raises(NotAllowedError, match="role engineer"):
        examine(store, replace(ann, role=Role.REVIEWER), Examine())

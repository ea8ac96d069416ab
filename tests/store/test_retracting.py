"""Labels are voided, what they touched is told, and it is marked until it is trained anew."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from small_collection import FIRST_BETTER, comparisons

from store.database import Store, open_store
from store.errors import NotAllowedError, RequestError
from store.messages import (
    Actor,
    Assignment,
    CountHome,
    Freeze,
    ListMarks,
    Mark,
    Narrowing,
    NextComparison,
    NoWork,
    SubmitLabel,
    Trace,
    UndoLabel,
    VerifyAudit,
)
from store.records import (
    Annotator,
    Contents,
    Degree,
    Kind,
    Label,
    Policy,
    Purpose,
    Review,
    RewardModel,
    Role,
    Snapshot,
    Track,
    Verdict,
)
from store.verbs import (
    count_home,
    freeze,
    list_marks,
    next_comparison,
    submit_label,
    trace,
    undo_label,
    verify_audit,
    void,
)
from store.verbs.auditing import MakeAuditReport, make_audit_report
from store.verbs.exporting import ReadDemonstrations, read_demonstrations
from store.verbs.retracting import Void, Voided
from store.verbs.roles import HONE
from store.verbs.writing import OfferPrompt, WriteDemonstration, offer_prompt, write_demonstration


def person(name: str, role: Role = Role.ANNOTATOR) -> Annotator:
    return Annotator(annotator_id=name, name=name.title(), role=role, kind=Kind.PERSON)


def judge(store: Store, actor: Actor, count: int) -> list[str]:
    """The ids of so many labels of the actor's."""
    given = []
    for _ in range(count):
        assignment = next_comparison(store, actor, NextComparison())
        assert isinstance(assignment, Assignment)
        request = SubmitLabel(lease_id=assignment.lease_id, judgement=FIRST_BETTER)
        given.append(submit_label(store, actor, request).label_id)
    return given


def label(comparison_id: str, annotator_id: str) -> Label:
    return Label(
        label_id=f"{comparison_id}-{annotator_id}",
        comparison_id=comparison_id,
        annotator_id=annotator_id,
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(0, 1),
    )


def freeze_all(store: Store) -> Snapshot:
    return freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))


def model(name: str, snapshot: Snapshot) -> RewardModel:
    return RewardModel(
        reward_model_id=name,
        track=Track.HELPFULNESS,
        snapshot_id=snapshot.snapshot_id,
        policy_id="policy",
        path="x",
        round=1,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=9,
    )


def spoiled(store: Store, thing: str = "annotator:ann", **more: bool) -> Voided:
    return void(store, HONE, Void(thing=thing, why="spam", **more))


def names(store: Store) -> dict[str, int]:
    return {mark.name: mark.labels for mark in list_marks(store, HONE, ListMarks())}


@pytest.fixture
def trained(store: Store, ann: Actor, ben: Actor) -> Snapshot:
    """Ann judged two of four and Ben one; model m learned from it; one and two came of m."""
    store.append("test", person("ann"), person("ben"), *comparisons(4))
    judge(store, ann, 2)
    judge(store, ben, 1)
    snapshot = freeze_all(store)
    one = Policy(policy_id="one", path="x", parents=("policy",), reward_models=("m",), round=1)
    two = Policy(policy_id="two", path="x", parents=("one",), round=2)
    store.append("test", model("m", snapshot), one, two)
    return snapshot


def test_everything_that_an_annotators_labels_touched_is_told(store: Store, trained: Snapshot) -> None:
    found = spoiled(store)
    assert (len(found.labels), found.comparisons) == (2, ("c0", "c1"))
    assert found.snapshots == (trained.snapshot_id,)
    assert (found.reward_models, found.policies) == (("m",), ("one", "two"))
    assert {mark.name: mark.labels for mark in found.marks} == {
        trained.snapshot_id: 2,
        "m": 2,
        "one": 2,
        "two": 2,
    }


def test_a_dry_run_tells_the_same_and_changes_nothing(store: Store, trained: Snapshot) -> None:
    dry = spoiled(store, dry_run=True)
    assert (dry.dry_run, dry.marks, names(store), store.queue.open_count()) == (True, (), {}, 1)
    real = spoiled(store)
    for noun in ("labels", "snapshots", "reward_models", "policies", "comparisons"):
        assert getattr(dry, noun) == getattr(real, noun)


def test_voided_comparisons_are_asked_of_others_and_never_of_the_voided(
    store: Store, trained: Snapshot, ann: Actor, ben: Actor
) -> None:
    spoiled(store)
    assert store.queue.open_count() == 3
    judge(store, ann, 1)  # the one that nobody had judged
    assert isinstance(next_comparison(store, ann, NextComparison()), NoWork)
    judge(store, ben, 2)
    assert isinstance(next_comparison(store, ben, NextComparison()), NoWork)


def demonstrations(store: Store) -> dict[str, bool]:
    """Whether each was withdrawn, by its text."""
    page = read_demonstrations(store, HONE, ReadDemonstrations())
    return {one.demonstration.text: one.retracted for one in page.answered}


def test_an_annotators_demonstrations_go_with_the_labels_and_nobody_elses(
    store: Store, trained: Snapshot, ann: Actor, ben: Actor
) -> None:
    for actor in (ann, ben):
        text = f"{actor.name}'s."
        write_demonstration(
            store, actor, WriteDemonstration(writing_id="writing-1", prompt="Why?", response=text)
        )
    void(store, HONE, Void(thing=f"label:{spoiled(store, dry_run=True).labels[0]}", why="spam"))
    assert demonstrations(store) == {"ann's.": False, "ben's.": False}
    dry = spoiled(store, dry_run=True)
    assert (len(dry.labels), len(dry.demonstrations)) == (1, 1)
    assert count_home(store, HONE, CountHome()).demonstrations == 2
    assert spoiled(store).demonstrations == dry.demonstrations
    assert demonstrations(store) == {"ann's.": True, "ben's.": False}
    assert count_home(store, HONE, CountHome()).demonstrations == 1
    with pytest.raises(RequestError, match="Nothing of annotator:Ann stands"):
        spoiled(store)
    (told,) = [
        one for one in make_audit_report(store, HONE, MakeAuditReport()).retracted if one.demonstrations
    ]
    assert (told.reason, told.labels, told.demonstrations) == ("spam", 2, 1)
    assert verify_audit(store, HONE, VerifyAudit()).why == ""


def test_who_only_wrote_demonstrations_can_be_voided_and_the_prompt_wants_one_again(
    store: Store, ann: Actor, ben: Actor
) -> None:
    store.append("test", person("ann"), person("ben"), *comparisons(2))
    wanted = OfferPrompt(track=Track.HELPFULNESS, language="en")
    first = offer_prompt(store, ben, wanted).prompt
    assert first is not None
    own = WriteDemonstration(writing_id="writing-1", prompt_id=first.prompt_id, response="Buy.")
    write_demonstration(store, ann, own)
    assert offer_prompt(store, ben, wanted).prompt != first
    assert len(spoiled(store).demonstrations) == 1
    assert offer_prompt(store, ben, wanted).prompt == first


def test_after_a_restart_the_queue_is_as_it_was(
    store: Store, trained: Snapshot, ann: Actor, ben: Actor
) -> None:
    spoiled(store)
    open_then = store.queue.open_count()
    store.close()
    with open_store(store.home) as again:
        assert again.queue.open_count() == open_then
        judge(again, ann, 1)
        assert isinstance(next_comparison(again, ann, NextComparison()), NoWork)
        judge(again, ben, 2)
        assert verify_audit(again, HONE, VerifyAudit()).why == ""


def test_a_complete_home_that_was_reopened_reopens_its_comparisons(
    store: Store, ann: Actor, ben: Actor
) -> None:
    store.append("test", person("ann"), person("ben"), *comparisons(2))
    judge(store, ann, 2)
    store.close()
    with open_store(store.home) as again:
        assert spoiled(again).comparisons == ("c0", "c1")
        assert again.queue.open_count() == 2
        judge(again, ben, 2)


def test_one_label_can_be_voided_by_the_first_letters_of_its_id(store: Store, trained: Snapshot) -> None:
    with store.reading() as db:
        ((label_id,),) = db.execute("select label_id from labels where annotator_id = 'ben'").fetchall()
    found = spoiled(store, f"label:{label_id[:8]}")
    assert (found.thing, found.labels) == (f"label:{label_id}", (label_id,))
    with pytest.raises(RequestError, match="Nothing of label"):
        spoiled(store, f"label:{label_id}")


def test_a_model_trained_anew_from_a_clean_snapshot_is_clean(store: Store, trained: Snapshot) -> None:
    spoiled(store)
    clean = freeze_all(store)
    store.append(
        "test",
        model("n", clean),
        Policy(policy_id="anew", path="x", parents=("policy",), reward_models=("n",), round=3),
        Policy(policy_id="further", path="x", parents=("two",), reward_models=("n",), round=3),
    )
    assert clean.row_count == 1
    marked = names(store)
    assert not {"n", "anew", clean.snapshot_id} & set(marked)
    assert marked["further"] == 2  # its parents are not clean


def test_an_overruled_label_marks_what_learned_from_it_until_it_is_confirmed(
    store: Store, trained: Snapshot
) -> None:
    label_id = trace(store, HONE, Trace(thing="annotator:Ben")).labels[0]
    ruling = Review(review_id="1", label_id=label_id, reviewer_id="eve", verdict=Verdict.EXCLUDE, why="x")
    store.append("test", ruling)
    assert names(store) == {trained.snapshot_id: 1, "m": 1, "one": 1, "two": 1}
    found = trace(store, HONE, Trace(thing="policy:two"))
    assert found.withdrawn == (label_id,)
    assert [mark.name for mark in found.marks] == [trained.snapshot_id, "m", "one", "two"]
    store.append(
        "test",
        Review(review_id="2", label_id=label_id, reviewer_id="eve", verdict=Verdict.CONFIRM, why="fine"),
    )
    assert names(store) == {}


def test_a_suspended_annotator_gets_nothing_more(store: Store, trained: Snapshot, ann: Actor) -> None:
    found = spoiled(store, suspend=True)
    assert found.suspended == "Ann"
    with store.reading() as db:
        barred = db.execute("select track, passed from qualifications order by track").fetchall()
    assert barred == [("helpfulness", False), ("safety", False)]
    assert isinstance(next_comparison(store, ann, NextComparison()), NoWork)


def test_an_undone_label_is_not_voided_again(store: Store, trained: Snapshot, ben: Actor) -> None:
    undo_label(store, ben, UndoLabel())
    with pytest.raises(RequestError, match="Nothing of annotator:Ben stands"):
        spoiled(store, "annotator:Ben")


def test_labels_that_only_measure_are_voided_and_not_asked_again(store: Store, trained: Snapshot) -> None:
    store.append("test", *comparisons(1, prefix="gold", purpose=Purpose.GOLD), label("goldc0", "zoe"))
    store.append("test", person("zoe"))
    found = spoiled(store, "annotator:zoe")
    assert (len(found.labels), found.comparisons) == (1, ())


def test_reviewers_void_but_not_their_own(store: Store, trained: Snapshot, ann: Actor, ben: Actor) -> None:
    with pytest.raises(NotAllowedError, match="role reviewer"):
        void(store, ben, Void(thing="annotator:ann", why="spam"))
    eve = Actor(annotator_id="ann", name="Ann", role=Role.REVIEWER)
    with pytest.raises(NotAllowedError, match="own labels"):
        void(store, eve, Void(thing="annotator:ann", why="spam"))


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        ("snapshot:x", "Expected annotator:NAME or label:ID; got snapshot:x."),
        ("policy:one", "Expected annotator:NAME or label:ID; got policy:one."),
        ("annotator:", "Expected annotator:NAME or label:ID; got annotator:."),
        ("x", "Expected annotator:NAME or label:ID; got x."),
        ("annotator:zoe", "There is no annotator named zoe; hone user list names them."),
        ("label:' or 1=1", "There is no label whose id begins with ' or 1=1; look its id up once more."),
    ],
)
def test_what_cannot_be_voided_is_said_in_a_sentence(
    store: Store, trained: Snapshot, thing: str, sentence: str
) -> None:
    with pytest.raises(RequestError, match=f"^{re.escape(sentence)}$"):
        spoiled(store, thing)


def test_a_lineage_names_every_kind_that_has_one(store: Store, trained: Snapshot) -> None:
    every = "label:ID, annotator:NAME, prompt:ID, snapshot:ID, reward-model:ID or policy:ID; got x."
    with pytest.raises(RequestError, match=f"^Expected {every}$"):
        trace(store, HONE, Trace(thing="x"))
    with pytest.raises(RequestError, match=r"^There is no annotator named nobody; hone user list names them"):
        trace(store, HONE, Trace(thing="annotator:nobody"))


def test_people_are_told_by_name_and_never_by_an_id(store: Store, trained: Snapshot) -> None:
    person_of_an_id = replace(person("f00d"), name="Zoe")
    store.append("test", person_of_an_id, *comparisons(1, prefix="z"), label("zc0", "f00d"))
    assert trace(store, HONE, Trace(thing="annotator:Zoe")).thing == "annotator:Zoe"
    found = spoiled(store, "annotator:Zoe", suspend=True)
    assert (found.thing, found.suspended) == ("annotator:Zoe", "Zoe")
    with pytest.raises(RequestError, match="Nothing of annotator:Zoe stands"):
        spoiled(store, "annotator:Zoe")


def test_only_marks_of_what_the_thing_touched_are_shown(store: Store, trained: Snapshot) -> None:
    spoiled(store)
    store.append("test", *comparisons(1, prefix="later"), person("zoe"), label("laterc0", "zoe"))
    clean = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES, only=Narrowing(without=("Ben",))))
    dry = spoiled(store, "annotator:zoe", dry_run=True)
    assert (dry.snapshots, dry.marks) == ((clean.snapshot_id,), ())
    assert trace(store, HONE, Trace(thing="annotator:zoe")).marks == ()
    assert spoiled(store, "annotator:zoe").marks == (Mark(noun="snapshot", name=clean.snapshot_id, labels=1),)


def test_why_is_asked_for(store: Store, trained: Snapshot) -> None:
    with pytest.raises(RequestError, match="Expected why"):
        void(store, HONE, Void(thing="annotator:ann", why=" "))

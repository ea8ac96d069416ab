"""What an annotator can rely on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from judgements_given import after, judge, label_of, take
from small_collection import FIRST_BETTER, SECOND_BETTER, comparisons

from store import comparisons as comparison_rows
from store.database import Store, open_store
from store.errors import NotAllowedError, RequestError
from store.home import Home
from store.leases import new_lease
from store.messages import (
    Actor,
    Assignment,
    Cause,
    Judgement,
    NextComparison,
    NoWork,
    RenewLease,
    SkipLease,
    SubmitLabel,
)
from store.records import (
    Arm,
    Degree,
    Form,
    Guideline,
    Prompt,
    QualificationTest,
    Role,
    SafetyLabel,
    Selection,
    Track,
    now,
)
from store.verbs import next_comparison, renew_lease, skip_lease, submit_label, void
from store.verbs.retracting import Void
from store.verbs.roles import HONE


def test_a_judgement_is_kept_in_the_order_of_the_responses_not_of_the_screen(
    asked: Store, ann: Actor
) -> None:
    for _ in range(3):
        assignment = take(asked, ann)
        best = assignment.responses.index("answer 1")
        ranks = tuple(1 if place == best else 2 for place in range(2))
        safety = tuple(SafetyLabel(safe=place == best) for place in range(2))
        judgement = Judgement(ranks=ranks, degree=Degree.BETTER, safety=safety)
        saved = submit_label(asked, ann, SubmitLabel(lease_id=assignment.lease_id, judgement=judgement))
        label = label_of(asked, saved.label_id)
        assert label.ranks == (2, 1)
        assert [one.safe for one in label.safety] == [False, True]


def test_asking_again_gives_the_same_lease(asked: Store, ann: Actor) -> None:
    assert take(asked, ann) == take(asked, ann)


def test_two_annotators_never_hold_the_same_comparison(asked: Store, ann: Actor, ben: Actor) -> None:
    assert take(asked, ann).turns != take(asked, ben).turns


def test_submitting_twice_is_one_label(asked: Store, ann: Actor) -> None:
    request = SubmitLabel(lease_id=take(asked, ann).lease_id, judgement=FIRST_BETTER)
    assert not submit_label(asked, ann, request).repeated
    again = submit_label(asked, ann, replace(request, judgement=SECOND_BETTER))
    assert again.repeated
    assert label_of(asked, again.label_id).degree is FIRST_BETTER.degree


def test_a_reload_of_the_home_gives_the_same_lease(asked: Store, ann: Actor) -> None:
    before = take(asked, ann)
    asked.close()
    with open_store(asked.home) as reopened:
        assert take(reopened, ann) == before


def test_an_expired_lease_is_asked_of_others_and_its_late_label_is_kept(
    store: Store, ann: Actor, ben: Actor
) -> None:
    store.queue.lease_time = timedelta(0)
    store.append("test", *comparisons(1))
    late = take(store, ann)
    prompt = take(store, ben)
    assert prompt.turns == late.turns
    first = submit_label(store, ben, SubmitLabel(lease_id=prompt.lease_id, judgement=FIRST_BETTER))
    second = submit_label(store, ann, SubmitLabel(lease_id=late.lease_id, judgement=FIRST_BETTER))
    assert (first.surplus, second.surplus) == (False, True)
    assert label_of(store, second.label_id).surplus


def test_a_late_label_counts_when_nobody_was_faster(store: Store, ann: Actor, ben: Actor) -> None:
    store.queue.lease_time = timedelta(0)
    store.append("test", *comparisons(1))
    late = take(store, ann)
    assert not submit_label(store, ann, SubmitLabel(lease_id=late.lease_id, judgement=FIRST_BETTER)).surplus
    assert isinstance(next_comparison(store, ben, NextComparison()), NoWork)


def test_a_label_for_a_lease_that_a_restart_cut_off_is_kept(store: Store, ann: Actor) -> None:
    store.queue.lease_time = timedelta(0)
    store.append("test", *comparisons(1))
    late = take(store, ann)
    store.close()
    with open_store(store.home) as reopened:
        saved = submit_label(reopened, ann, SubmitLabel(lease_id=late.lease_id, judgement=FIRST_BETTER))
        assert not saved.surplus
        assert label_of(reopened, saved.label_id).shown_order in {(0, 1), (1, 0)}


def test_nobody_judges_a_comparison_twice_through_an_old_lease(store: Store, ann: Actor) -> None:
    store.queue.lease_time = timedelta(0)
    store.append("test", *comparisons(1, overlap=3))
    old, new = take(store, ann), take(store, ann)
    assert old.lease_id != new.lease_id
    submit_label(store, ann, SubmitLabel(lease_id=old.lease_id, judgement=FIRST_BETTER))
    with pytest.raises(RequestError, match="judged this comparison already"):
        submit_label(store, ann, SubmitLabel(lease_id=new.lease_id, judgement=FIRST_BETTER))


def test_an_old_lease_does_not_bring_back_what_a_reviewer_withdrew(store: Store, ann: Actor) -> None:
    store.queue.lease_time = timedelta(0)
    store.append("test", *comparisons(1, overlap=3))
    old, new = take(store, ann), take(store, ann)
    request = SubmitLabel(lease_id=new.lease_id, judgement=FIRST_BETTER)
    void(store, HONE, Void(thing=f"label:{submit_label(store, ann, request).label_id}", why="guessed"))
    with pytest.raises(RequestError, match="A reviewer has withdrawn your label on this comparison"):
        submit_label(store, ann, replace(request, lease_id=old.lease_id))


def test_a_skipped_comparison_is_not_asked_again_of_the_same_person(
    store: Store, ann: Actor, ben: Actor
) -> None:
    store.append("test", *comparisons(1))
    lease_id = take(store, ann).lease_id
    skip_lease(store, ann, SkipLease(lease_id=lease_id, reason="I cannot tell"))
    assert skip_lease(store, ann, SkipLease(lease_id=lease_id, reason="I cannot tell")).repeated
    nothing = next_comparison(store, ann, NextComparison())
    assert nothing == NoWork(reason="You have seen everything that is open; thank you.", cause=Cause.DONE)
    assert take(store, ben).done == 0
    store.close()
    with open_store(store.home) as reopened:
        assert isinstance(next_comparison(reopened, ann, NextComparison()), NoWork)


def test_a_skip_says_why_in_few_words(asked: Store, ann: Actor) -> None:
    lease = take(asked, ann)
    with pytest.raises(RequestError, match="reason of at most 500 characters; got 501"):
        skip_lease(asked, ann, SkipLease(lease_id=lease.lease_id, reason="x" * 501))
    assert take(asked, ann) == lease


def test_no_work_says_why(store: Store, ann: Actor, ben: Actor) -> None:
    def why(actor: Actor, track: Track | None = None) -> str:
        nothing = next_comparison(store, actor, NextComparison(track=track))
        assert isinstance(nothing, NoWork)
        return nothing.reason

    assert why(ann) == "Nothing is open."
    store.append("test", *comparisons(1))
    assert why(ann, Track.SAFETY) == "Nothing is open for safety."
    until = take(store, ann).expires_at
    assert why(ben) == f"Others hold the rest until {until:%H:%M} UTC."
    assert why(ben, Track.SAFETY) == "Nothing is open for safety."
    judge(store, ann)
    assert why(ann) == "You have seen everything that is open; thank you."
    assert why(ben) == "Nothing is open."
    store.append("test", *comparisons(1, prefix="more"))
    skip_lease(store, ben, SkipLease(lease_id=take(store, ben).lease_id, reason="I cannot tell"))
    assert why(ben) == "You have seen everything that is open; thank you."


def test_a_higher_priority_comes_first_and_then_the_newest_batch(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(1, prefix="old"))
    store.append("test", *comparisons(1, prefix="new", round_number=1))
    store.append("test", *comparisons(1, prefix="urgent", priority=5))
    seen = []
    for _ in range(3):
        seen.append(take(store, ann).turns[0].content)
        judge(store, ann)
    assert seen == ["question urgent0", "question new0", "question old0"]


def test_a_curriculum_asks_the_easy_of_its_batch_first(store: Store, ann: Actor) -> None:
    hard = {"c0": 1.0, "c1": 0.25, "c2": None}
    why = [Selection(comparison_id=one, arm=Arm.RANDOM, difficulty=place) for one, place in hard.items()]
    store.append("test", *comparisons(3), *why)
    store.append("test", *comparisons(1, prefix="new", round_number=1))
    seen = []
    for _ in range(4):
        seen.append(take(store, ann).turns[0].content)
        judge(store, ann)
    assert seen == ["question new0", "question 2", "question 1", "question 0"]


@pytest.mark.parametrize(
    ("judgement", "sentence"),
    [
        (Judgement(ranks=(1, 2, 3), degree=Degree.BETTER), "Expected 2 ranks, one a response; got 3."),
        (Judgement(ranks=(2, 3), degree=Degree.BETTER), "Expected ranks from 1"),
        (Judgement(ranks=(1, 1), degree=Degree.BETTER), "the degree 0 where all are tied; got 2"),
        (Judgement(ranks=(1, 2), degree=Degree.BETTER, both_bad=True), "ranks 1, 1 where both are bad"),
        (Judgement(ranks=(1, 2), degree=Degree.BETTER, seconds=-1.0), "Expected the seconds taken"),
        (
            Judgement(ranks=(1, 2), degree=Degree.BETTER, safety=(SafetyLabel(safe=True),)),
            "Expected 2 safety labels, one a response; got 1.",
        ),
        (
            Judgement(ranks=(1, 2), degree=Degree.BETTER, safety=(SafetyLabel(safe=True),) * 1
                      + (SafetyLabel(safe=False, severity=3),)),
            "Expected a severity from 0",
        ),
        (
            Judgement(ranks=(1, 2), degree=Degree.BETTER, safety=(SafetyLabel(safe=True, category="x"),) * 2),
            "Expected no risk category",
        ),
        (
            Judgement(ranks=(1, 2), degree=Degree.BETTER, comment="x" * 10_001),
            "Expected a comment of at most 10000 characters; got 10001.",
        ),
        (Judgement(ranks=(1, 2), degree=Degree.BETTER, comment="a\ud83d"), "one is half at place 2"),
        (Judgement(ranks=(1, 2), degree=Degree.BETTER, reasons=("x",) * 21), "at most 20 reasons; got 21"),
        (Judgement(ranks=(1, 2), degree=Degree.BETTER, reasons=("x" * 501,)), "reason of at most 500"),
        (
            Judgement(ranks=(1, 2), degree=Degree.BETTER, safety=(SafetyLabel(safe=True),) * 1
                      + (SafetyLabel(safe=False, category="x" * 501),)),
            "risk category of at most 500",
        ),
    ],
)  # fmt: skip
def test_a_judgement_that_does_not_fit_is_refused_and_the_lease_stays(
    asked: Store, ann: Actor, judgement: Judgement, sentence: str
) -> None:
    lease = take(asked, ann)
    with pytest.raises(RequestError, match=sentence):
        submit_label(asked, ann, SubmitLabel(lease_id=lease.lease_id, judgement=judgement))
    assert take(asked, ann) == lease


def test_a_label_on_the_safety_track_says_whether_each_response_is_safe(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(1, track=Track.SAFETY))
    with pytest.raises(RequestError, match="Expected 2 safety labels"):
        judge(store, ann)


def test_a_ranking_of_four_keeps_ties(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(1, responses=4))
    assignment = take(store, ann)
    ranks = tuple(
        {"answer 0": 1, "answer 1": 3, "answer 2": 1, "answer 3": 4}[text] for text in assignment.responses
    )
    judgement = Judgement(ranks=ranks, degree=Degree.BETTER)
    saved = submit_label(store, ann, SubmitLabel(lease_id=assignment.lease_id, judgement=judgement))
    assert label_of(store, saved.label_id).ranks == (1, 3, 1, 4)


def test_a_lease_belongs_to_one_annotator(asked: Store, ann: Actor, ben: Actor) -> None:
    lease_id = take(asked, ann).lease_id
    for act in (
        lambda: submit_label(asked, ben, SubmitLabel(lease_id=lease_id, judgement=FIRST_BETTER)),
        lambda: skip_lease(asked, ben, SkipLease(lease_id=lease_id, reason="mine")),
        lambda: renew_lease(asked, ben, RenewLease(lease_id=lease_id)),
    ):
        with pytest.raises(RequestError, match="another annotator"):
            act()


def test_an_unknown_lease_is_refused(asked: Store, ann: Actor) -> None:
    with pytest.raises(RequestError, match="no such lease"):
        submit_label(asked, ann, SubmitLabel(lease_id="made up", judgement=FIRST_BETTER))


def test_hone_itself_does_not_judge(asked: Store) -> None:
    assert HONE.role is Role.ADMINISTRATOR
    with pytest.raises(NotAllowedError, match="does not judge"):
        next_comparison(asked, HONE, NextComparison())


def test_the_comparison_counts_its_labels(asked: Store, ann: Actor) -> None:
    label = judge(asked, ann)
    with asked.reading() as db:
        (wanted,) = comparison_rows.wanted(db, [label.comparison_id])
    assert (wanted.labels, wanted.seen) == (1, ("ann",))


def test_a_label_has_the_guideline_version_that_is_in_force_when_it_is_given(
    asked: Store, ann: Actor
) -> None:
    def given() -> int:
        found = next_comparison(asked, ann, NextComparison())
        assert isinstance(found, Assignment)
        saved = submit_label(asked, ann, SubmitLabel(lease_id=found.lease_id, judgement=FIRST_BETTER))
        return label_of(asked, saved.label_id).guideline_version

    assert given() == 1
    asked.append("test", Guideline(track=Track.HELPFULNESS, version=2, text="Be brief."))
    assert given() == 2


def test_rankings_and_pairs_wait_in_lines_of_their_own(asked: Store, ann: Actor) -> None:
    asked.append("test", *comparisons(1, responses=4, prefix="k"))
    ranking = next_comparison(asked, ann, NextComparison(form=Form.RANKING))
    pair = next_comparison(asked, ann, NextComparison(form=Form.PAIR))
    assert isinstance(ranking, Assignment)
    assert isinstance(pair, Assignment)
    assert (len(ranking.responses), len(pair.responses)) == (4, 2)
    assert (ranking.total, pair.total) == (1, 3)
    judgement = Judgement(ranks=(1, 2, 3, 4), degree=Degree.BETTER)
    submit_label(asked, ann, SubmitLabel(lease_id=ranking.lease_id, judgement=judgement))
    reply = next_comparison(asked, ann, NextComparison(form=Form.RANKING))
    assert isinstance(reply, NoWork)
    assert (reply.cause, reply.done) == (Cause.OTHER_FORM, 1)


def test_what_an_annotator_asked_a_policy_is_theirs_to_judge_after_a_restart_too(
    store: Store, home: Home, ann: Actor
) -> None:
    own = [
        replace(fact, author="ann") if isinstance(fact, Prompt) else fact
        for fact in comparisons(1, prefix="own")
    ]
    lease = new_lease("ann", "ownc0", 2, now(), timedelta(minutes=15))
    store.append("ann", *own, lease)
    store.queue.take(lease, ())
    assert isinstance(next_comparison(store, ann, NextComparison()), NoWork)  # it is not in the way of others
    assert store.queue.held(lease.lease_id) is not None
    store.close()
    with open_store(home) as again:
        assert again.queue.held(lease.lease_id) is not None
        kept = submit_label(again, ann, SubmitLabel(lease_id=lease.lease_id, judgement=FIRST_BETTER))
        assert not kept.surplus


def test_what_a_test_asked_is_not_asked_in_work_after_a_restart_too(
    asked: Store, home: Home, ann: Actor
) -> None:
    test = QualificationTest(
        test_id="t",
        annotator_id="ann",
        track=Track.HELPFULNESS,
        guideline_version=1,
        comparison_ids=("c0", "c1"),
        pass_mark=0.8,
    )
    asked.append("ann", test)
    asked.queue.exclude("ann", test.comparison_ids)
    assert take(asked, ann).turns[0].content == "question 2"
    asked.close()
    with open_store(home) as again:
        assert take(again, ann).turns[0].content == "question 2"
        assert after(again, ann, take(again, ann).lease_id) == NoWork(
            reason="You have seen everything that is open; thank you.", cause=Cause.DONE
        )


def test_how_closely_a_judgement_was_made_is_kept_by_response(asked: Store, ann: Actor) -> None:
    asked_now = take(asked, ann)
    judgement = replace(FIRST_BETTER, seen_share=(0.25, 1), changes=3)
    submit_label(asked, ann, SubmitLabel(lease_id=asked_now.lease_id, judgement=judgement))
    label = label_of(asked, asked_now.lease_id)
    assert label.seen_share is not None
    by_place = [label.seen_share[response] for response in label.shown_order]
    assert (by_place, label.changes) == ([0.25, 1.0], 3)


@pytest.mark.parametrize(
    ("conduct", "words"),
    [
        ({"seen_share": (0.5,)}, "share seen of each of 2"),
        ({"seen_share": (0.5, 1.5)}, "from 0 to 1"),
        ({"changes": -1}, "changes; got -1"),
    ],
)
def test_how_closely_nobody_can_judge_is_refused(
    asked: Store, ann: Actor, conduct: dict[str, Any], words: str
) -> None:
    asked_now = take(asked, ann)
    judgement = replace(FIRST_BETTER, **conduct)
    with pytest.raises(RequestError, match=words):
        submit_label(asked, ann, SubmitLabel(lease_id=asked_now.lease_id, judgement=judgement))

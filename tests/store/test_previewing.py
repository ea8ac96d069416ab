"""What the next round would learn from, and the signature under it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from small_collection import comparisons, label

from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor, AddAnnotator, VerifyAudit
from store.outlook import Spoken
from store.power import labels_needed
from store.records import Edit, Gold, Label, Policy, Purpose, Response, Retraction, Role, Round, Split, Track
from store.verbs import add_annotator, look_at_next_round, sign_round, verify_audit
from store.verbs.previewing import LookAtNextRound, NextRound, SignRound
from store.verbs.roles import HONE
from store.verbs.vouching import Vouch

ADA = Vouch(name="ada", password="long enough")


@pytest.fixture
def ada(store: Store) -> Actor:
    request = AddAnnotator(name="ada", role=Role.ENGINEER, password="long enough")
    found = add_annotator(store, HONE, request)
    return Actor(annotator_id=found.annotator_id, name="ada", role=Role.ENGINEER)


def seen(store: Store) -> NextRound:
    return look_at_next_round(store, HONE, LookAtNextRound())


def signing(store: Store) -> SignRound:
    found = seen(store)
    return SignRound(round=found.round, spoken=found.spoken)


def test_an_empty_home_has_nothing_to_sign(store: Store, ada: Actor) -> None:
    found = seen(store)
    assert (found.round, found.labels, found.policy_id, found.left_out) == (1, 0, None, {})
    assert all(one.agreement.share is None and one.golds.share is None for one in found.tracks)
    with pytest.raises(RequestError, match="nothing to sign; label first"):
        sign_round(store, ada, signing(store))


def test_labels_are_counted_by_track_and_why_others_do_not_teach(store: Store) -> None:
    store.append("test", *comparisons(3), *comparisons(1, track=Track.SAFETY, prefix="s"))
    store.append("test", label("c0"), label("c1"), label("c2", (1, 1)), label("sc0"))
    store.append(
        "test", spam := label("c2"), Retraction(label_id=spam.label_id, annotator_id="a", reason="x")
    )
    helpful, safe, both = seen(store).tracks
    assert [(one.track, one.labels) for one in (helpful, safe, both)] == [
        (Track.HELPFULNESS, 2),
        (Track.SAFETY, 1),
        (None, 3),
    ]
    assert seen(store).left_out == {"retracted": 1, "tie": 1}
    assert (seen(store).labels, seen(store).new_labels) == (4, 4)


def test_labels_on_held_out_prompts_measure_and_do_not_teach(store: Store) -> None:
    store.append("test", *comparisons(2), *comparisons(3, split=Split.HELDOUT, prefix="h"))
    store.append("test", label("c0"), label("hc0"), label("hc1"), label("hc2", (1, 1)))
    found = seen(store)
    assert [(one.labels, one.of_policy) for one in found.tracks] == [(1, 1), (0, 0), (1, 1)]
    assert found.left_out == {"held out": 2, "tie": 1}


def test_the_share_of_the_policy_in_use_is_by_either_answer(store: Store) -> None:
    store.append("test", *comparisons(2), label("c0"), label("c1"))
    store.append("test", Policy(policy_id="newer", path="policies/newer", parents=("policy",), round=1))
    assert [one.of_policy for one in seen(store).tracks] == [0, 0, 0]
    answer = Response(response_id="r", prompt_id="q0", policy_id="newer", text="newer")
    pair = next(one for one in comparisons(1) if getattr(one, "comparison_id", "") == "c0")
    mixed = replace(pair, comparison_id="mixed", response_ids=("q0-r0", "r"))  # type: ignore[call-arg]
    store.append("test", answer, mixed, label("mixed"))
    assert [one.of_policy for one in seen(store).tracks] == [1, 0, 1]


def test_people_who_agree_on_one_of_two_comparisons_agree_half(store: Store) -> None:
    store.append("test", *comparisons(3, overlap=2))
    store.append("test", label("c0"), label("c0", annotator_id="ben"), label("c2"))
    store.append("test", label("c1"), label("c1", (2, 1), annotator_id="ben"))
    agreement = seen(store).tracks[-1].agreement
    assert agreement.count == 2
    assert agreement.share is not None
    # Wilson's interval of 1 in 2, by hand: 0.5 ± 0.4055.
    assert (agreement.share.value, agreement.share.low) == pytest.approx((0.5, 0.0945), abs=1e-4)


def test_known_answers_are_no_labels_and_say_how_right_people_are(store: Store) -> None:
    store.append("test", *comparisons(4, purpose=Purpose.GOLD))
    golds = [
        Gold(comparison_id=f"c{n}", ranks=(1, 2), safety=(), why="clear", annotator_id="eve")
        for n in range(4)
    ]
    wrong = label("c3", (2, 1))
    store.append("test", *golds, *(label(f"c{n}") for n in range(3)), wrong)
    found = seen(store)
    golds_met = found.tracks[0].golds
    assert golds_met.share is not None
    assert (golds_met.count, golds_met.share.value) == (4, 0.75)
    assert found.tracks[-1].labels == 0
    assert found.left_out == {"gold": 4}
    assert (found.power.needed, found.power.needed_so) == (labels_needed(0.02), labels_needed(0.02, 0.75))


def test_the_side_that_wins_is_counted_as_it_was_shown(store: Store) -> None:
    store.append("test", *comparisons(3))
    store.append("test", label("c0"), label("c1", (2, 1)), label("c2", (2, 1), shown_order=(1, 0)))
    first = seen(store).tracks[0].first_won
    assert first.share is not None
    assert (first.count, first.share.value) == (3, pytest.approx(2 / 3))


def test_a_signature_keeps_what_was_seen_in_the_audit(store: Store, ada: Actor) -> None:
    store.append("test", *comparisons(2), label("c0"), label("c1"))
    signed = sign_round(store, ada, replace(signing(store), note=" read it "))
    assert (signed.name, signed.note, signed.since) == ("ada", "read it", 0)
    assert seen(store).signatures == (signed,)
    with store.reading() as db:
        ((kept, number),) = db.execute("select seen, round from round_signatures").fetchall()
        ((actor,),) = db.execute(
            "select body->>'actor' from audit where body->>'kind' = 'RoundSignature'"
        ).fetchall()
    told = json.loads(kept)
    assert (number, told["labels"], told["spoken"]["labels"], told["tracks"][0]["labels"]) == (1, 2, 2, 2)
    assert told["audit_seq"] > 0
    assert actor == ada.annotator_id
    assert verify_audit(store, HONE, VerifyAudit()).why == ""


def change(store: Store, first: Label) -> dict[str, list[object]]:
    edit = Edit(
        label_id=first.label_id,
        version=1,
        ranks=(2, 1),
        degree=first.degree,
        both_bad=False,
        safety=(),
        reasons=(),
        comment="",
        seconds=1.0,
    )
    taken = Retraction(label_id=first.label_id, annotator_id="a", reason="x")
    return {"edited": [edit], "retracted": [taken], "given": [label("c1")]}


@pytest.mark.parametrize("how", ["edited", "retracted", "given"])
def test_whatever_is_said_of_labels_afterwards_is_told(store: Store, ada: Actor, how: str) -> None:
    store.append("test", *comparisons(2), first := label("c0"))
    looked = signing(store)
    sign_round(store, ada, looked)
    store.append("test", *change(store, first)[how])  # type: ignore[arg-type]
    assert [one.since for one in seen(store).signatures] == [1]
    store.append("test", label("c1", annotator_id="ben"))
    with pytest.raises(RequestError, match=r"^2 labels came or changed since you looked"):
        sign_round(store, ada, looked)
    sign_round(store, ada, signing(store))
    assert [one.since for one in seen(store).signatures] == [2, 0]


def test_a_signature_is_of_one_round(store: Store, ada: Actor) -> None:
    store.append("test", *comparisons(1), label("c0"))
    looked = signing(store)
    sign_round(store, ada, looked)
    done = Round(round=1, method="rs", policy_id="policy", promoted=True, settings="{}", results="{}")
    store.append("test", done)
    assert (seen(store).round, seen(store).signatures) == (2, ())
    with pytest.raises(RequestError, match="Round 1 is not the next one any more, round 2 is"):
        sign_round(store, ada, looked)


def test_the_command_signs_for_a_person_with_their_password(store: Store, ada: Actor) -> None:
    store.append("test", *comparisons(1), label("c0"))
    assert sign_round(store, HONE, replace(signing(store), vouch=ADA)).signed_by == ada.annotator_id
    with pytest.raises(NotAllowedError, match="hone itself answers for nothing"):
        sign_round(store, HONE, signing(store))
    add_annotator(store, HONE, AddAnnotator(name="eve", role=Role.REVIEWER, password="long enough"))
    with pytest.raises(NotAllowedError, match="role engineer; eve has the role reviewer"):
        sign_round(store, HONE, replace(signing(store), vouch=Vouch(name="eve", password="long enough")))


def test_what_reviewers_must_confirm_does_not_teach_before(store: Store) -> None:
    store.append("test", *comparisons(1, track=Track.SAFETY), label("c0"))
    found = look_at_next_round(store, HONE, LookAtNextRound(required=(Track.SAFETY,)))
    assert (found.tracks[-1].labels, found.left_out) == (0, {"unreviewed": 1})
    assert found.spoken == Spoken(labels=1)


def test_labels_that_come_while_a_person_reads_do_not_hinder_a_signature_within_the_slack(
    store: Store, ada: Actor
) -> None:
    store.append("test", *comparisons(4), label("c0"))
    store.home.settings.write_text("[round]\nsignature = true\nsignature_slack = 2\n")
    looked = signing(store)
    store.append("test", label("c1"), label("c2"))
    assert sign_round(store, ada, looked).since == 2
    assert [one.since for one in seen(store).signatures] == [2]
    with pytest.raises(RequestError, match="came or changed"):  # nobody saw what is not there yet
        sign_round(store, ada, replace(looked, spoken=Spoken(labels=1, edits=1)))
    store.append("test", label("c3"))
    with pytest.raises(RequestError, match=r"^3 labels came or changed since you looked"):
        sign_round(store, ada, looked)

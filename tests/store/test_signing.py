"""A named reviewer reads what is in a snapshot and lets it train."""

from __future__ import annotations

import json

import pytest
from small_collection import comparisons

from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor, AddAnnotator, Freeze, Trace, VerifyAudit
from store.records import (
    Contents,
    Degree,
    Label,
    Retraction,
    Review,
    RewardModel,
    Role,
    Snapshot,
    Track,
    Verdict,
)
from store.verbs import (
    add_annotator,
    freeze,
    list_snapshots,
    look_at_snapshot,
    sign_snapshot,
    trace,
    verify_audit,
)
from store.verbs.roles import HONE
from store.verbs.signing import ListSnapshots, LookAtSnapshot, SignSnapshot
from store.verbs.vouching import Vouch

EVE = Vouch(name="eve", password="long enough")


def label(comparison_id: str) -> Label:
    return Label(
        label_id=f"label-{comparison_id}",
        comparison_id=comparison_id,
        annotator_id="ann",
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(0, 1),
    )


@pytest.fixture
def frozen(store: Store) -> Snapshot:
    for name, role in (("eve", Role.REVIEWER), ("ann", Role.ANNOTATOR)):
        add_annotator(store, HONE, AddAnnotator(name=name, role=role, password="long enough"))
    store.append("test", *comparisons(2), label("c0"), label("c1"))
    return freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))


def trained(name: str, snapshot_id: str, track: Track, round_: int = 1) -> RewardModel:
    """A model that learned from the snapshot in that round."""
    return RewardModel(
        reward_model_id=name,
        track=track,
        snapshot_id=snapshot_id,
        policy_id="policy",
        path="m",
        round=round_,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=9,
    )


def test_a_reviewers_password_signs_and_what_was_seen_is_kept(store: Store, frozen: Snapshot) -> None:
    request = SignSnapshot(snapshot=frozen.snapshot_id[:6], note="read it all", vouch=EVE)
    signed = sign_snapshot(store, HONE, request)
    assert (signed.name, signed.note) == ("eve", "read it all")
    seen = look_at_snapshot(store, HONE, LookAtSnapshot(snapshot=frozen.snapshot_id))
    assert (seen.signatures, seen.withdrawn) == ((signed,), 0)
    with store.reading() as db:
        ((kept,),) = db.execute("select seen from signatures").fetchall()
        ((actor,),) = db.execute(
            "select body->>'actor' from audit where body->>'kind' = 'Signature'"
        ).fetchall()
    assert json.loads(kept)["counts"]["pairs"] == 2
    assert actor == signed.reviewer_id
    assert verify_audit(store, HONE, VerifyAudit()).why == ""


def test_signing_again_is_the_same_signature(store: Store, frozen: Snapshot) -> None:
    first = sign_snapshot(store, HONE, SignSnapshot(snapshot=frozen.snapshot_id, vouch=EVE))
    again = sign_snapshot(store, HONE, SignSnapshot(snapshot=frozen.snapshot_id, note="x", vouch=EVE))
    assert again == first


def test_somebody_signed_in_signs_as_themselves_alone(store: Store, frozen: Snapshot) -> None:
    zoe = Actor(annotator_id="zoe", name="zoe", role=Role.REVIEWER)
    assert sign_snapshot(store, zoe, SignSnapshot(snapshot=frozen.snapshot_id)).reviewer_id == "zoe"
    with pytest.raises(RequestError, match="signed in as zoe"):
        sign_snapshot(store, zoe, SignSnapshot(snapshot=frozen.snapshot_id, vouch=EVE))


@pytest.mark.parametrize(
    ("vouch", "words"),
    [
        (None, "hone itself answers for nothing"),
        (Vouch(name="eve", password="wrong one"), "do not fit"),
        (Vouch(name="nobody", password="long enough"), "do not fit"),
        (Vouch(name="ann", password="long enough"), "role reviewer; ann has the role annotator"),
    ],
)
def test_nobody_else_signs(store: Store, frozen: Snapshot, vouch: Vouch | None, words: str) -> None:
    with pytest.raises(NotAllowedError, match=words):
        sign_snapshot(store, HONE, SignSnapshot(snapshot=frozen.snapshot_id, vouch=vouch))
    assert look_at_snapshot(store, HONE, LookAtSnapshot(snapshot=frozen.snapshot_id)).signatures == ()


def test_wrong_passwords_are_throttled(store: Store, frozen: Snapshot) -> None:
    request = SignSnapshot(snapshot=frozen.snapshot_id, vouch=Vouch(name="eve", password="wrong"))
    for _ in range(5):
        with pytest.raises(NotAllowedError):
            sign_snapshot(store, HONE, request)
    with pytest.raises(RequestError, match="Too many tries"):
        sign_snapshot(store, HONE, SignSnapshot(snapshot=frozen.snapshot_id, vouch=EVE))


def test_what_was_withdrawn_since_is_shown(store: Store, frozen: Snapshot) -> None:
    store.append("test", Retraction(label_id="label-c0", annotator_id="eve", reason="spam"))
    assert look_at_snapshot(store, HONE, LookAtSnapshot(snapshot=frozen.snapshot_id)).withdrawn == 1


def test_what_lost_labels_since_is_signed_only_knowingly(store: Store, frozen: Snapshot) -> None:
    store.append("test", Retraction(label_id="label-c0", annotator_id="eve", reason="spam"))

    def sign(withdrawn: int) -> None:
        request = SignSnapshot(snapshot=frozen.snapshot_id, withdrawn=withdrawn, vouch=EVE)
        sign_snapshot(store, HONE, request)

    for known in (0, 2):
        with pytest.raises(RequestError, match=r"1 label of it was retracted .* \(withdrawn: 1\)"):
            sign(known)
    assert look_at_snapshot(store, HONE, LookAtSnapshot(snapshot=frozen.snapshot_id)).signatures == ()
    sign(1)
    store.append("test", Retraction(label_id="label-c1", annotator_id="eve", reason="spam"))
    sign(0)  # who has signed has signed
    (signed,) = look_at_snapshot(store, HONE, LookAtSnapshot(snapshot=frozen.snapshot_id)).signatures
    with store.reading() as db:
        ((kept,),) = db.execute("select seen from signatures").fetchall()
    assert (signed.name, json.loads(kept)["withdrawn"]) == ("eve", 1)


def test_what_was_reviewed_of_it_and_what_it_trained_is_told(store: Store, frozen: Snapshot) -> None:
    verdicts = [
        Review(review_id=f"r{at}", label_id=name, reviewer_id="eve", verdict=Verdict.CONFIRM, why="right")
        for at, name in enumerate(("label-c1", "label-c1", "of no snapshot"))
    ]
    models = [
        trained(name, frozen.snapshot_id if of_it else "another", Track.SAFETY, at)
        for at, (name, of_it) in enumerate((("m0", False), ("m1", True), ("m2", True)))
    ]
    store.append("test", *verdicts, *models)
    seen = look_at_snapshot(store, HONE, LookAtSnapshot(snapshot=frozen.snapshot_id))
    assert (seen.reviewed, seen.trained) == (1, (1, 2))
    assert [one.trained for one in list_snapshots(store, HONE, ListSnapshots()).snapshots] == [(1, 2)]


def test_what_trained_a_track_before_signatures_were_asked_waits_for_none(
    store: Store, frozen: Snapshot
) -> None:
    def waits() -> bool:
        (listed,) = list_snapshots(store, HONE, ListSnapshots()).snapshots
        return listed.waits

    (asked,) = list_snapshots(store, HONE, ListSnapshots()).snapshots[0].tracks
    (other,) = set(Track) - {asked}
    assert not waits()
    store.home.settings.write_text(f'[review]\nsign_off = ["{asked}"]\n')
    assert waits()
    store.append("test", trained("other", frozen.snapshot_id, other))
    assert waits()
    store.append("test", trained("asked", frozen.snapshot_id, asked))
    assert not waits()


@pytest.mark.parametrize(("place", "words"), [(9, "is not what was frozen"), (-1, "missing or damaged")])
def test_a_file_that_was_changed_is_not_signed(
    store: Store, frozen: Snapshot, place: int, words: str
) -> None:
    file = store.home.root / frozen.path
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(RequestError, match=words):
        sign_snapshot(store, HONE, SignSnapshot(snapshot=frozen.snapshot_id, vouch=EVE))


def test_an_unknown_snapshot_is_said_in_a_sentence(store: Store, frozen: Snapshot) -> None:
    with pytest.raises(RequestError, match=r"^There is no snapshot whose id begins with zz"):
        sign_snapshot(store, HONE, SignSnapshot(snapshot="zz", vouch=EVE))
    with pytest.raises(RequestError, match=r"^Expected snapshot:ID; got policy:zz"):
        sign_snapshot(store, HONE, SignSnapshot(snapshot="policy:zz", vouch=EVE))


def test_a_snapshot_is_named_as_elsewhere_and_its_lineage_tells_who_signed(
    store: Store, frozen: Snapshot
) -> None:
    thing = f"snapshot:{frozen.snapshot_id[:8]}"
    assert trace(store, HONE, Trace(thing=thing)).signatures == ()
    signed = sign_snapshot(store, HONE, SignSnapshot(snapshot=thing, vouch=EVE))
    assert trace(store, HONE, Trace(thing=thing)).signatures == (signed,)

"""The page of how safe policies are, without a browser: empty, with marks, and a signature on it."""

import pytest
from desk_pages import page, words_of
from small_homes import comparisons, person

from store.identity import identity
from store.messages import Freeze
from store.records import Contents, Degree, Label, Retraction, Role, SafetyLabel, Track
from store.verbs import freeze, list_snapshots
from store.verbs.roles import HONE
from store.verbs.signing import ListSnapshots

UNSAFE, SAFE = SafetyLabel(safe=False, category="illicit", severity=2), SafetyLabel(safe=True)


@pytest.fixture
def rae(store):
    return person(store, "rae", Role.REVIEWER)


@pytest.fixture
def frozen(store, ana):
    """Two labels that prefer a safe response to an unsafe one and a tie, and the snapshot of them."""
    facts = comparisons(3, track=Track.SAFETY)
    labels = [
        Label(
            label_id=identity("label", one.comparison_id),
            comparison_id=one.comparison_id,
            annotator_id=ana.annotator_id,
            ranks=ranks,
            degree=Degree.NEGLIGIBLY if ranks == (1, 1) else Degree.BETTER,
            shown_order=(0, 1),
            safety=(UNSAFE, SAFE),
        )
        for one, ranks in zip(
            (fact for fact in facts if hasattr(fact, "overlap")), ((2, 1), (2, 1), (1, 1)), strict=True
        )
    ]
    store.append("hone", *facts, *labels)
    return freeze(store, HONE, Freeze(contents=Contents.PREFERENCES)).snapshot_id


def listed(store, rae):
    return list_snapshots(store, rae, ListSnapshots())


def test_a_home_without_marks_says_so_in_each_place(store, rae):
    said = words_of(page("safety", store, rae))
    for sentence in (
        "Nobody has marked the safety of a response yet.",
        "No round has measured this yet.",
        "No policy has been seen to answer unsafely.",
        "Nothing has been frozen yet.",
    ):
        assert sentence in said


def test_a_snapshot_that_waits_is_signed_on_the_page_with_what_was_seen(store, rae, frozen):
    store.home.settings.write_text('[review]\nsign_off = ["safety"]\n')
    (before,) = listed(store, rae).snapshots
    assert (before.waits, before.signed_by) == (True, ())
    app = page("safety", store, rae)
    assert "Pairs: 2 (Safety 2). Labels left out: A tie (1)." in words_of(app)
    app.text_input(key="sign off note").set_value("looked at both")
    app.button(key="sign").click().run()
    assert not app.exception
    (told,) = app.success
    assert told.value.replace("\\", "") == "Signed. The round that waited for it can go on."
    (after,) = listed(store, rae).snapshots
    assert (after.waits, after.signed_by) == (False, ("rae",))
    with store.reading() as db:
        assert db.execute("select snapshot_id, note from signatures").fetchall() == [
            (frozen, "looked at both")
        ]
    assert "sign" not in {one.key for one in app.button}


def test_what_lost_labels_since_is_signed_by_one_who_ticks_that_they_know(store, rae, frozen):
    with store.reading() as db:
        ((gone,),) = db.execute("select min(label_id) from labels where ranks = [2, 1]").fetchall()
    store.append("hone", Retraction(label_id=gone, annotator_id="root", reason="spam"))
    app = page("safety", store, rae)
    assert "Retracted or overruled since it was frozen: 1." in words_of(app)
    app.button(key="sign").click().run()
    assert "1 label of it was retracted" in app.error[0].value
    assert listed(store, rae).snapshots[0].signed_by == ()
    app.checkbox(key=f"sign off knowing {frozen}").check()
    app.button(key="sign").click().run()
    assert listed(store, rae).snapshots[0].signed_by == ("rae",)
    assert "Signed by rae, " in words_of(app)


def test_a_snapshot_whose_file_is_gone_says_so_and_leaves_the_rest_of_the_page(store, rae, frozen):
    for file in store.home.root.rglob("*.parquet"):
        file.unlink()
    app = page("safety", store, rae)
    assert not app.exception
    assert app.selectbox(key="of 1 snapshots, 0 times signed").options
    assert "is missing or damaged; put it back at" in words_of(app)
    assert "sign" not in {one.key for one in app.button}


def test_settings_that_ask_for_no_signature_are_told(store, rae, frozen):
    assert "The settings ask for no signature" in words_of(page("safety", store, rae))
    assert not listed(store, rae).snapshots[0].waits


def test_the_page_is_not_an_annotators_and_speaks_german(store, ana, rae, frozen):
    assert "Sign-off" not in words_of(page("safety", store, ana))
    assert "Freigabe" in words_of(page("safety", store, rae, "de"))

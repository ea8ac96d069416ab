"""The page of how good labels are, without a browser: empty, one label, people of known habits."""

import pytest
from desk_pages import page, words_of
from small_homes import comparisons, person

from store.identity import identity
from store.records import Degree, Label, Role
from store.verbs import look_at_quality
from store.verbs.quality import LookAtQuality


@pytest.fixture
def rae(store):
    return person(store, "rae", Role.REVIEWER)


def label(comparison_id, who, ranks, shown_order):
    return Label(
        label_id=identity("label", comparison_id, who),
        comparison_id=comparison_id,
        annotator_id=who,
        ranks=ranks,
        degree=Degree.BETTER,
        shown_order=shown_order,
        seconds=20.0,
    )


@pytest.fixture
def judged(store, ana):
    """Ana always chooses the first response, wherever it stands; Ben always what is shown first."""
    ben = person(store, "ben").annotator_id
    facts = comparisons(60)
    asked = [one.comparison_id for one in facts if hasattr(one, "overlap")]
    labels = []
    for number, comparison_id in enumerate(asked):
        order = (0, 1) if number % 2 else (1, 0)
        labels.append(label(comparison_id, ana.annotator_id, (1, 2), order))
        labels.append(label(comparison_id, ben, (1, 2) if number % 2 else (2, 1), order))
    store.append("hone", *facts, *labels)
    return labels


def test_where_nobody_has_judged_the_page_says_so(store, rae):
    app = page("quality", store, rae)
    assert "Nobody has judged anything yet." in words_of(app)
    assert not app.metric


def test_one_label_has_figures_that_say_why_they_have_no_value(store, rae, ana):
    facts = comparisons(1)
    asked = next(one.comparison_id for one in facts if hasattr(one, "overlap"))
    store.append("hone", *facts, label(asked, ana.annotator_id, (1, 2), (0, 1)))
    app = page("quality", store, rae)
    assert {one.label: one.value for one in app.metric}["AC1"] == "–"
    table = next(one.value for one in app.dataframe if "AC1" in one.value)
    assert table["AC1"][0] == "no value: nothing was judged by two people"


def test_every_figure_of_the_page_is_the_verbs(store, rae, judged):
    app, seen = page("quality", store, rae), look_at_quality(store, rae, LookAtQuality())
    metrics = {one.label: one.value for one in app.metric}
    assert (metrics["Labels"], metrics["People"]) == ("120", "2")
    assert metrics["Same choice"] == f"{seen.agreement.raw.value:.0%}" == "50%"
    assert metrics["AC1"] == f"{seen.agreement.ac1.value:.2f}"
    assert metrics["Named by evidence"] == "1"
    beneath = {one.label: one.delta for one in app.metric}
    ac1, items = seen.agreement.ac1, seen.agreement.items
    assert beneath["AC1"] == f"{ac1.low:.2f} to {ac1.high:.2f}"
    assert f"rest on {items} comparisons" in words_of(app)
    named, agreement, couples, people = (one.value for one in app.dataframe)
    assert list(named["Who"]) == ["ben"] * len(named)
    assert "Chooses what is shown first" in set(named["What"])
    value = seen.slices[0].agreement.ac1
    assert agreement["AC1"][0] == f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"
    assert couples["Said the same"][0].startswith("50%")
    first = dict(zip(people["Who"], people["First shown"], strict=True))
    assert first["ben"].startswith("100%")
    assert first["ana"].startswith("50%")


def test_the_page_is_not_an_annotators_and_speaks_german(store, ana, rae, judged):
    app = page("quality", store, ana)
    assert not app.metric
    assert "reviewer" in words_of(app).lower()
    german = page("quality", store, rae, "de")
    assert {one.label for one in german.metric} >= {"Urteile", "Gleiche Wahl"}


def words_on(app):
    """The field for why, which has a key of its own for each person."""
    (field,) = (one for one in app.text_input if one.key.startswith("retract why"))
    return field


def sure(app):
    """The field for the name, by which one says that one means it."""
    (field,) = (one for one in app.text_input if one.key.startswith("retract sure"))
    return field


def test_what_was_said_of_one_person_is_not_said_of_the_next(store, rae, ana, judged):
    app = page("quality", store, rae)
    other = next(one for one in app.selectbox(key="retract whose").options if one != "ana")
    app.selectbox(key="retract whose").set_value(ana.annotator_id)
    app.button(key="retract look").click().run()
    words_on(app).set_value("spam")
    app.checkbox[0].check().run()
    app.selectbox(key="retract whose").select(other)
    app.button(key="retract look").click().run()
    assert (words_on(app).value, app.checkbox[0].value) == ("", False)
    assert app.button(key="retract do").label == f"Retract 60 labels of {other}"


def test_labels_are_retracted_only_once_it_was_seen_what_that_touches(store, rae, ana, judged):
    app = page("quality", store, rae)
    assert "retract do" not in {one.key for one in app.button}
    app.selectbox(key="retract whose").set_value(ana.annotator_id)
    app.button(key="retract look").click().run()
    assert "ana: Labels: 60. Ideal responses: 0. Snapshots that hold them: 0." in words_of(app)
    assert look_at_quality(store, rae, LookAtQuality()).labels == 120
    app.button(key="retract do").click().run()
    assert "Type the name ana into the last field" in app.error[0].value
    sure(app).set_value("ana")
    app.button(key="retract do").click().run()
    assert "Expected why" in app.error[0].value
    assert look_at_quality(store, rae, LookAtQuality()).labels == 120
    words_on(app).set_value("clicked through")
    app.button(key="retract do").click().run()
    assert not app.exception
    assert app.success[0].value.replace("\\", "") == "60 labels of ana are retracted."
    assert look_at_quality(store, rae, LookAtQuality()).labels == 60
    with store.reading() as db:
        kept = db.execute("select distinct reason from retractions").fetchall()
    assert kept == [("clicked through",)]


def test_who_looked_may_leave_all_as_it_is(store, rae, ana, judged):
    app = page("quality", store, rae)
    app.selectbox(key="retract whose").set_value(ana.annotator_id)
    app.button(key="retract look").click().run()
    app.button(key="retract leave").click().run()
    assert "retract do" not in {one.key for one in app.button}
    assert look_at_quality(store, rae, LookAtQuality()).labels == 120

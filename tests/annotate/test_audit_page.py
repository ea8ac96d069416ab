"""The page of the audit without a browser, and the auditor's report as it is taken along."""

import csv
import io
import re
from dataclasses import replace
from importlib import metadata

import pytest
from desk_pages import page, words_of
from small_homes import comparisons, person

from store.audit_paper import page as paper
from store.audit_paper import sheet
from store.audit_report import ReviewedBy
from store.identity import identity
from store.messages import Freeze
from store.records import (
    Contents,
    Degree,
    Label,
    Policy,
    Retraction,
    Review,
    Role,
    Sighting,
    Verdict,
)
from store.verbs import freeze, make_audit_report, sign_snapshot, withdraw_policy
from store.verbs.auditing import MakeAuditReport
from store.verbs.promoting import Withdraw
from store.verbs.roles import HONE
from store.verbs.signing import SignSnapshot

ODD = "=HYPERLINK(1) <script>window.pwned = 1</script>"


@pytest.fixture
def rae(store):
    return person(store, "rae", Role.REVIEWER)


@pytest.fixture
def judged(store, ana):
    """Three labels of ana's, one of them retracted for an odd reason, and a snapshot of the rest."""
    facts = comparisons(3)
    asked = [one.comparison_id for one in facts if hasattr(one, "overlap")]
    labels = [
        Label(
            label_id=identity("label", one),
            comparison_id=one,
            annotator_id=ana.annotator_id,
            ranks=(1, 2),
            degree=Degree.BETTER,
            shown_order=(0, 1),
        )
        for one in asked
    ]
    store.append("hone", *facts)
    store.append(ana.annotator_id, *labels)
    gone = Retraction(label_id=labels[0].label_id, annotator_id=ana.annotator_id, reason=ODD)
    store.append(ana.annotator_id, gone)
    return freeze(store, HONE, Freeze(contents=Contents.PREFERENCES)).snapshot_id


def report(store, rae):
    return make_audit_report(store, rae, MakeAuditReport())


def test_rows_are_the_newest_first_and_narrowed_down_by_kind(store, rae, judged):
    app = page("audit", store, rae)
    (table,) = (one.value for one in app.dataframe)
    assert list(table["Row"]) == sorted(table["Row"], key=int, reverse=True)
    assert table["Kind"][0] == "Snapshot"
    app.multiselect(key="audit kinds").set_value(["Retraction"]).run()
    (narrowed,) = (one.value for one in app.dataframe)
    assert list(narrowed["Kind"]) == ["Retraction"]
    assert list(narrowed["Who"]) == ["ana"]
    app.text_input(key="audit actor").set_value("nobody").run()
    assert "No row fits." in words_of(app)


def test_only_an_administrator_reads_there_what_was_said(store, rae, judged):
    for reader, told in ((rae, False), (person(store, "ada", Role.ADMINISTRATOR), True)):
        app = page("audit", store, reader)
        (table,) = (one.value for one in app.dataframe)
        facts = " ".join(table["What"])
        assert judged in facts
        assert ("ranks" in facts) == ("Answer one" in facts) == (ODD in facts) == told
        assert ("should judge blind" in words_of(app)) is not told


def test_the_report_names_who_labelled_what_is_left_out_and_how_to_check(store, rae, judged):
    text = paper(report(store, rae))
    for part in ("<td>ana</td>", judged, "<td>nobody</td>", "hone audit verify --anchor", "retracted: 1"):
        assert part in text
    assert "no value: nothing was judged by two people" in text
    assert "<script>" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "Answer one" not in text


def test_the_report_names_its_home_and_version_the_policies_and_what_they_lost(store, rae, judged):
    learned = Policy(policy_id="learned", path="x", round=1, method="ppo", snapshots=(judged,), promoted=True)
    store.append("hone", learned)
    with store.reading() as db:
        ((label_id,),) = db.execute(
            "select min(label_id) from labels where label_id not in (select label_id from retractions)"
        ).fetchall()
    store.append("hone", Retraction(label_id=label_id, annotator_id=rae.annotator_id, reason="spam"))
    withdraw_policy(store, person(store, "rob", Role.ENGINEER), Withdraw(policy="learned", why="<worse>"))
    made = report(store, rae)
    text = paper(made)
    assert f"<h1>Report for an auditor: {store.home.root.name}</h1>" in text
    assert f"by Hone {metadata.version('hone-rlhf')}." in text
    (trained,) = (one for one in made.trained if one.policy_id == "learned")
    assert (trained.labels, trained.withdrawn, trained.promoted) == (2, 1, False)
    assert re.fullmatch(r"withdrawn by rob on 20\d\d-\d\d-\d\d at \d\d:\d\d UTC: <worse>", trained.decided)
    assert made.withdrawn == {judged: 1}
    assert made.in_use not in {None, "learned"}
    assert f"<td><code>{judged}</code></td>" in text  # which breaks anywhere, so that no column is cut


def test_contradictory_verdicts_on_a_label_are_told_and_one_stands(store, rae, judged):
    given = [
        Review(review_id=f"r{at}", label_id="l", reviewer_id=rae.annotator_id, verdict=verdict, why="so")
        for at, verdict in enumerate((Verdict.CONFIRM, Verdict.OVERTURN, Verdict.CONFIRM))
    ]
    store.append(rae.annotator_id, *given)
    told = {one.verdict: (one.given, one.standing) for one in report(store, rae).reviewed}
    assert told == {"confirm": (2, 1), "overturn": (1, 0)}


def test_what_people_were_shown_is_listed_only_where_one_asks(store, rae, judged):
    store.append(rae.annotator_id, Sighting(annotator_id=rae.annotator_id, comparison_id="c"))
    app = page("audit", store, rae)
    (table,) = (one.value for one in app.dataframe)
    assert "Sighting" not in set(table["Kind"])
    app.checkbox(key="audit looked").check().run()
    (table,) = (one.value for one in app.dataframe)
    assert table["Kind"][0] == "Sighting"
    app.checkbox(key="audit looked").uncheck()
    app.multiselect(key="audit kinds").set_value(["Sighting"]).run()
    (table,) = (one.value for one in app.dataframe)
    assert set(table["Kind"]) == {"Sighting"}


def test_a_fact_is_told_in_words_its_reason_first(store, judged):
    app = page("audit", store, person(store, "ada", Role.ADMINISTRATOR))
    app.multiselect(key="audit kinds").set_value(["Retraction"]).run()
    (table,) = (one.value for one in app.dataframe)
    assert re.fullmatch(rf"reason: {re.escape(ODD)}, .*label_id: [0-9a-f]{{12}}….*", table["What"][0])


def test_the_report_says_who_signed_what_when_and_with_which_note(store, rae, judged):
    sign_snapshot(store, rae, SignSnapshot(snapshot=judged, note="read <forty>"))
    (frozen,) = report(store, rae).frozen
    assert re.fullmatch(r"rae on 20\d\d-\d\d-\d\d at \d\d:\d\d UTC: read <forty>", frozen.signed_by)
    assert "UTC: read &lt;forty&gt;</td>" in paper(report(store, rae))


def test_the_tables_hold_the_same_and_no_formula(store, rae, judged):
    rows = list(csv.reader(io.StringIO(sheet(report(store, rae)))))
    assert ["Who labelled"] in rows
    (ana,) = (row for row in rows if row and row[0] == "ana" and row[2] == "helpfulness")
    assert ana[3:5] == ["3", "1"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert f"'{ODD}" in {cell for row in rows for cell in row}


@pytest.mark.parametrize("start", [*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_name_of_an_annotator_begins_a_formula(store, rae, judged, start):
    made = replace(
        report(store, rae),
        reviewed=(ReviewedBy(name=f"{start}1+1", verdict="confirm", cause="", given=1, standing=1),),
    )
    (cell,) = (row[0] for row in csv.reader(io.StringIO(sheet(made), newline="")) if row and "1+1" in row[0])
    assert cell == f"'{start}1+1"


def test_the_report_is_made_on_the_page_and_can_be_taken_along(store, rae, judged):
    app = page("audit", store, rae)
    assert not app.get("download_button")
    app.button(key="make report").click().run()
    assert not app.exception
    assert len(app.get("download_button")) == 2


def test_the_page_is_not_an_annotators_and_speaks_german(store, ana, rae, judged):
    app = page("audit", store, ana)
    assert not app.dataframe
    assert "reviewer" in words_of(app).lower()
    assert "Die Prüfsumme jeder Zeile" in words_of(page("audit", store, rae, "de"))

"""The desk without a browser: what it is sent and what its messages do."""

import json
import re

import pytest
from small_homes import PATIENCE, comparisons, person
from streamlit.testing.v1 import AppTest

from store.identity import identity
from store.messages import Actor
from store.records import Degree, Edit, Label, Retraction, Role, SafetyLabel, Track, Verdict
from store.verbs import list_reviews_due, review_label
from store.verbs.reviewing import ReviewLabel
from store.verbs.reviews_due import ListReviewsDue

ODD = "<script>1</script> ![x](https://evil.example/x.png)"
UNSAFE, SAFE = SafetyLabel(safe=False, category="illicit", severity=1), SafetyLabel(safe=True)


class Desk:
    """Stands for the browser's component: remembers what it was shown and lets a test send."""

    def __init__(self, store, who, locale="en"):
        self.app = AppTest.from_function(run_page, args=(store, who, self, locale), default_timeout=PATIENCE)
        self.shown = self.hear = None
        self.mids = 0
        self.draw()

    def __call__(self, data, hear):
        json.dumps(data)
        self.shown, self.hear = data, hear

    def draw(self):
        self.app.run()
        assert not self.app.exception

    def send(self, **message):
        self.mids += 1
        return self.repeat({"mid": f"m{self.mids}", **message})

    def repeat(self, payload):
        self.app.session_state["payload"] = payload
        self.draw()
        return payload

    def words(self):
        return " ".join(one.value for one in (*self.app.text, *self.app.caption))


def run_page(store, who, desk, locale):
    """Draws the page; a waiting payload is heard first, as Streamlit calls a component's callback."""
    import streamlit as st
    from small_homes import visit

    from annotate.pages import review

    payload = st.session_state.pop("payload", None)
    if payload is not None:
        desk.hear(payload)
    if who[0] is not None:
        review.render(visit(store, who, locale), desk)


@pytest.fixture
def rae(store):
    return person(store, "rae", Role.REVIEWER)


def judged(store, count, track=Track.HELPFULNESS, **said):
    """So many labels that took no time to read."""
    facts = comparisons(count, track=track)
    labels = [
        Label(
            label_id=identity("label", fact.comparison_id),
            comparison_id=fact.comparison_id,
            annotator_id="ana",
            **{"ranks": (1, 2), "degree": Degree.BETTER, "shown_order": (0, 1), "seconds": 0.1, **said},
        )
        for fact in facts
        if hasattr(fact, "overlap")
    ]
    store.append("hone", *facts, *labels)
    return [f"label:{one.label_id}" for one in labels]


def due(store, who):
    return [f"label:{one.said.name}" for one in list_reviews_due(store, who, ListReviewsDue()).due]


def test_where_nothing_waits_the_desk_says_so(store, rae):
    desk = Desk(store, [rae])
    assert desk.shown["items"] == []
    assert "Nothing waits for a review." in desk.words()


def test_a_label_is_shown_with_why_and_its_texts_and_never_with_its_models(store, rae):
    (thing,) = judged(store, 1, comment=ODD)
    desk = Desk(store, [rae])
    (item,) = desk.shown["items"]
    assert (item["thing"], item["words"], item["said"]) == (thing, "Faster than one can read", "A: better")
    assert [card["said"] for card in item["cards"]] == [["Chosen"], []]
    assert "secret-policy" not in json.dumps(desk.shown)
    assert item["comment"] == ODD  # as text: the component sets it as such
    assert "1 wait: Faster than one can read (1)." in desk.words()


def test_a_verdict_takes_the_label_from_the_desk_and_a_repeated_message_is_one(store, rae):
    first, second = judged(store, 2)
    desk = Desk(store, [rae])
    assert "Nothing has been reviewed yet." in desk.words()
    sent = desk.send(kind="rule", thing=first, verdict="exclude", why="not read", cause="human error")
    assert (
        desk.shown["message"]
        == "Saved: Exclude (Helpfulness, by ana, 0 s). It is under Ruled on, to look at again."
    )
    assert not desk.shown["refused"]
    assert [item["thing"] for item in desk.shown["items"]] == [second]
    desk.repeat(sent)
    with store.reading() as db:
        kept = db.execute("select verdict, why, cause, found_by from reviews").fetchall()
    assert kept == [("exclude", "not read", "human error", "")]


def test_a_label_that_was_said_anew_while_the_reviewer_read_it_is_shown_again_first(store, rae):
    (thing,) = judged(store, 1)
    desk = Desk(store, [rae])
    (item,) = desk.shown["items"]
    edit = Edit(label_id=thing.partition(":")[2], version=1, ranks=(2, 1), degree=Degree.BETTER, seconds=0.2)
    store.append("ana", edit)
    ruling = {"kind": "rule", "thing": thing, "verdict": "confirm", "why": "right"}
    desk.send(edits=item["edits"], **ruling)
    assert desk.shown["refused"]
    assert "said anew since you looked" in desk.shown["message"]
    (item,) = desk.shown["items"]
    desk.send(edits=item["edits"], **ruling)
    assert desk.shown["message"].startswith("Saved: Confirm (")


def test_an_overturned_label_bears_the_reviewers_own_judgement(store, rae):
    (thing,) = judged(store, 1)
    desk = Desk(store, [rae])
    ruling = {"verdict": "overturn", "why": "B is right", "better": "b", "degree": 3}
    desk.send(kind="rule", thing=thing, found_by="faster than one can read", **ruling)
    with store.reading() as db:
        assert db.execute("select ranks, degree from adjudications").fetchall() == [([2, 1], 3)]
        assert db.execute("select found_by from reviews").fetchall() == [("faster than one can read",)]


def test_covered_texts_come_when_they_are_asked_for(store, rae):
    (thing,) = judged(store, 1, track=Track.SAFETY, safety=(UNSAFE, SAFE))
    desk = Desk(store, [rae])
    (item,) = desk.shown["items"]
    assert item["covered"]
    assert "cards" not in item
    assert "Answer one" not in json.dumps(desk.shown)
    desk.send(kind="uncover", thing=thing)
    shown = desk.shown["shown"][thing]
    assert "Answer one to 0." in shown["cards"][0]["html"]
    assert shown["cards"][0]["said"] == ["Chosen", "Marked unsafe: illicit"]
    assert "1 of 30" in desk.shown["room"]
    ruling = {"kind": "rule", "thing": thing, "verdict": "overturn", "why": "A is unsafe", "better": "b"}
    marks = [
        {"safe": False, "category": "hateful", "severity": 2},
        {"safe": True, "category": None, "severity": 0},
    ]
    desk.send(**ruling, degree=2)
    assert desk.shown["refused"]  # what is asked for safety is answered with it
    desk.send(**ruling, degree=2, safety=marks)
    with store.reading() as db:
        ((safety,),) = db.execute("select safety from adjudications").fetchall()
    assert safety == marks


def test_what_others_said_and_how_likely_it_is_wrong_stand_beside_it(store, rae):
    first, _ = judged(store, 2)
    with store.reading() as db:
        ((comparison_id,),) = db.execute(
            "select comparison_id from labels where label_id = ?", [first.partition(":")[2]]
        ).fetchall()
    said = {"ranks": (2, 1), "degree": Degree.SIGNIFICANTLY, "shown_order": (0, 1), "seconds": 60}
    gone = Label(label_id="gone", comparison_id=comparison_id, annotator_id="cy", **said)
    other = Label(label_id="other", comparison_id=comparison_id, annotator_id="ben", **said)
    retracted = Retraction(label_id="gone", annotator_id="root", reason="spam")
    store.append("hone", gone, other, retracted)
    desk = Desk(store, [rae])
    items = {one["thing"]: one for one in desk.shown["items"]}
    assert items[first]["others"] == ["ben: B: significantly better"]
    assert re.fullmatch(r"\d+% likely to be wrong", items[first]["likely"])
    desk.app.segmented_control(key="review order").set_value("by_chance").run()
    assert {one["likely"] for one in desk.shown["items"]} == {""}


def test_what_was_ruled_on_is_found_again_and_ruled_anew_knowingly(store, rae):
    first, second = judged(store, 2)
    eve = person(store, "eve", Role.REVIEWER)
    ruling = {"kind": "rule", "thing": first}
    desk = Desk(store, [rae])
    desk.send(**ruling, verdict="exclude", why="not read")
    review_label(store, eve, ReviewLabel(thing=second, verdict=Verdict.CONFIRM, why="read it"))
    desk.app.segmented_control(key="review order").set_value("ruled_on").run()
    newest, oldest = desk.shown["items"]
    assert [newest["thing"], oldest["thing"]] == [second, first]
    assert [newest["words"], oldest["words"]] == ["Confirm, by eve", "Exclude, by rae"]
    assert re.fullmatch(r"Exclude, by rae, 20\d\d-\d\d-\d\d \d\d:\d\d: “not read”", *oldest["rulings"])
    desk.send(**ruling, verdict="confirm", why="I see")
    assert (desk.shown["refused"], "rae ruled on it already" in desk.shown["message"]) == (True, True)
    desk.send(**ruling, verdict="confirm", why="I see", verdicts=oldest["verdicts"])
    assert not desk.shown["refused"]
    assert [one["thing"] for one in desk.shown["items"]] == [first, second]
    assert len(desk.shown["items"][0]["rulings"]) == 2


def at(store, rae, thing):
    """The desk at the address of one label."""
    desk = Desk(store, [rae])
    desk.app.query_params["id"] = thing
    desk.draw()
    return desk


def test_a_label_that_the_address_names_is_alone_on_the_desk_and_stays_there(store, rae):
    things = judged(store, 3, seconds=60)
    desk = at(store, rae, things[1][:14])  # as Lineage leads there; nothing about it makes it wait
    (item,) = desk.shown["items"]
    assert (item["thing"], item["words"], item["likely"]) == (things[1], "Not ruled on", "")
    desk.send(kind="rule", thing=things[1], verdict="exclude", why="not read")
    (item,) = desk.shown["items"]
    assert (item["words"], item["verdicts"]) == ("Exclude, by rae", 1)


@pytest.mark.parametrize(
    ("thing", "told"), [("label:zz", "no label whose id begins with zz"), ("<b>", "Expected label:ID")]
)
def test_an_address_that_names_nothing_is_said_as_text(store, rae, thing, told):
    desk = at(store, rae, thing)
    assert desk.shown["items"] == []
    assert told in desk.words()


def test_a_label_of_ones_own_is_not_read_by_its_address(store):
    (thing,) = judged(store, 1)
    own = Actor(annotator_id="ana", name="ana", role=Role.REVIEWER)
    desk = at(store, own, thing)
    assert (desk.shown["items"], "Nobody reviews their own label" in desk.words()) == ([], True)


def test_a_reload_comes_back_to_the_order_that_was_chosen(store, rae):
    judged(store, 1)
    desk = Desk(store, [rae])
    desk.app.segmented_control(key="review order").set_value("by_chance").run()
    assert desk.app.query_params["order"] == "by_chance"
    for named, order in (("by_chance", "by_chance"), ("of no kind", "by_worth")):
        fresh = AppTest.from_function(run_page, args=(store, [rae], desk, "en"), default_timeout=PATIENCE)
        fresh.query_params["order"] = named
        fresh.run()
        assert fresh.segmented_control(key="review order").value == order


def test_a_pause_is_told_and_nothing_is_shown(store, rae):
    things = judged(store, 2, track=Track.SAFETY, safety=(UNSAFE, SAFE))
    store.home.settings.write_text("[review]\nexposures_per_hour = 1\n")
    desk = Desk(store, [rae])
    for thing in things:
        desk.send(kind="uncover", thing=thing)
    assert desk.shown["refused"]
    assert "Take a pause" in desk.shown["message"]
    assert list(desk.shown["shown"]) == things[:1]
    assert "the next covered text opens at" in desk.words()


@pytest.mark.parametrize(
    "message",
    [{"kind": "rule"}, {"kind": "dance"}, {"kind": "rule", "thing": "label:x", "verdict": "confirm"}],
)
def test_what_cannot_be_read_changes_nothing(store, rae, message):
    judged(store, 1)
    desk = Desk(store, [rae])
    desk.send(**message)
    assert desk.shown["refused"]
    assert len(due(store, rae)) == 1


def test_the_desk_is_not_an_annotators(store, ana):
    judged(store, 1)
    desk = Desk(store, [ana])
    assert desk.shown is None
    assert "reviewer" in desk.words().lower()


def test_who_signed_out_rules_on_nothing(store, rae):
    (thing,) = judged(store, 1)
    who = [rae]
    desk = Desk(store, who)
    who[0] = None
    desk.send(kind="rule", thing=thing, verdict="confirm", why="so")
    assert due(store, rae) == [thing]


def test_the_desk_speaks_german(store, rae):
    judged(store, 1)
    desk = Desk(store, [rae], "de")
    assert desk.shown["items"][0]["words"] == "Schneller, als man lesen kann"
    assert "1 warten: Schneller" in desk.words()

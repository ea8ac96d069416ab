import json
from dataclasses import replace

import pytest
from small_homes import POLICIES, comparisons, pair, person
from streamlit.testing.v1 import AppTest

from store.messages import CountHome
from store.records import Comparison, Role, Track
from store.verbs import count_home
from store.verbs.roles import HONE


class Deck:
    """Stands for the browser's deck: remembers what it was shown and lets a test answer."""

    def __init__(self, store, who):
        self.app = AppTest.from_function(run_page, args=(store, who, self))
        self.data = self.shown = self.hear = None
        self.mids = 0
        self.draw()

    def __call__(self, data, hear):
        json.dumps(data)
        self.data, self.hear = data, hear
        self.shown = data | (data["work"] or {"lease": None})

    def draw(self):
        self.app.run()
        assert not self.app.exception

    def send(self, kind, lease="shown", **rest):
        self.mids += 1
        lease = self.shown["lease"] if lease == "shown" else lease
        return self.repeat({"kind": kind, "mid": f"m{self.mids}", "lease": lease, **rest})

    def repeat(self, payload):
        self.app.session_state["payload"] = payload
        self.draw()
        return payload


def run_page(store, who, deck):
    """Draws the page; a waiting payload is heard first, as Streamlit calls a component's callback."""
    import streamlit as st
    from small_homes import visit

    from annotate.pages import compare

    payload = st.session_state.pop("payload", None)
    if payload is not None:
        deck.hear(payload)
    if who[0] is not None:
        compare.render(visit(store, who), deck)


@pytest.fixture
def who(ana):
    return [ana]


def judgement(**changes):
    safe = {"safe": True, "category": None, "severity": 0}
    return {
        "ranks": [1, 2],
        "degree": 2,
        "both_bad": False,
        "safety": [safe, safe],
        "comment": "",
        "seconds": 4.2,
    } | changes


def wanted_twice(fact):
    return replace(fact, overlap=2) if isinstance(fact, Comparison) else fact


def labels(store):
    return count_home(store, HONE, CountHome()).labels


def test_without_work_the_reason_is_shown_and_looking_again_finds_new_work(store, who):
    deck = Deck(store, who)
    assert deck.shown["lease"] is None
    assert deck.shown["reason"] == "Nothing is open."
    store.append("hone", *comparisons(1))
    deck.send("look")
    assert deck.shown["lease"] is not None


def test_a_pair_is_shown_with_its_words_and_its_place_in_the_batch(store, who):
    store.append("hone", *comparisons(3, turns=3))
    shown = Deck(store, who).shown
    assert shown["question"] == "Which response is more helpful?"
    assert (shown["batch"], shown["done"], shown["total"]) == ("Helpfulness, batch 1", 0, 3)
    assert [turn["role"] for turn in shown["turns"]] == ["user", "assistant", "user"]
    assert {response["text"] for response in shown["responses"]} == {"Answer one to 0.", "Answer two to 0."}
    assert "What counts" in shown["guidelines"]["helpfulness"]["html"]


def test_the_page_never_learns_which_policy_answered(store, who):
    store.append("hone", *comparisons(1))
    shown = json.dumps(Deck(store, who).shown)
    assert not any(policy in shown for policy in POLICIES)


def test_a_submitted_judgement_is_a_label_and_the_next_pair_appears(store, who):
    store.append("hone", *comparisons(2))
    deck = Deck(store, who)
    first = deck.shown["lease"]
    sent = deck.send("submit", judgement=judgement())
    assert labels(store) == 1
    assert deck.shown["lease"] not in {None, first}
    assert (deck.shown["ack"], deck.shown["message"], deck.shown["done"]) == (sent["mid"], "Saved", 1)


def test_a_repeated_submission_is_the_same_label(store, who):
    store.append("hone", *comparisons(2))
    deck = Deck(store, who)
    sent = deck.send("submit", judgement=judgement())
    deck.repeat(sent)
    assert labels(store) == 1
    assert deck.shown["message"] == "Already saved"


def test_a_judgement_that_does_not_fit_is_refused_in_a_sentence_and_the_pair_stays(store, who):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    lease = deck.shown["lease"]
    sent = deck.send("submit", judgement=judgement(ranks=[1, 1]))
    assert (deck.shown["lease"], deck.shown["ack"], deck.shown["refused"]) == (lease, sent["mid"], True)
    assert "tie" in deck.shown["message"]
    assert labels(store) == 0


@pytest.mark.parametrize(
    "payload", [{}, {"kind": "become administrator", "mid": "m"}, "text", {"kind": "submit"}, 7]
)
def test_a_payload_that_no_deck_would_send_changes_nothing(store, who, payload):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    deck.repeat(payload)
    assert labels(store) == 0
    assert deck.shown["refused"]


def test_the_lease_of_somebody_else_cannot_be_answered(store, who):
    store.append("hone", *comparisons(2))
    theirs = Deck(store, [person(store, "ben")]).shown["lease"]
    deck = Deck(store, who)
    deck.send("submit", lease=theirs, judgement=judgement())
    assert labels(store) == 0
    assert "belongs to another annotator" in deck.shown["message"]


def test_undo_brings_the_pair_back_with_its_judgement(store, who):
    store.append("hone", *comparisons(2))
    deck = Deck(store, who)
    before = [response["text"] for response in deck.shown["responses"]]
    deck.send("submit", judgement=judgement(comment="clear", degree=3))
    deck.send("undo")
    assert [response["text"] for response in deck.shown["responses"]] == before
    assert (deck.shown["said"]["comment"], deck.shown["said"]["degree"]) == ("clear", 3)
    assert deck.shown["message"] == "Undone"


def test_a_repeated_undo_undoes_once(store, who):
    store.append("hone", *comparisons(3))
    deck = Deck(store, who)
    deck.send("submit", judgement=judgement())
    deck.send("submit", judgement=judgement())
    deck.repeat(deck.send("undo"))
    assert deck.shown["done"] == 1


def test_undo_shows_the_undone_pair_even_while_one_of_the_other_track_is_held(store, who):
    store.append("hone", *comparisons(1, track=Track.SAFETY), *pair(1, Track.HELPFULNESS))
    deck = Deck(store, who)
    assert deck.shown["question"] == "Which response is safer?"
    deck.send("submit", judgement=judgement())
    assert deck.shown["question"] == "Which response is more helpful?"
    deck.send("undo")
    assert deck.shown["question"] == "Which response is safer?"
    deck.send("submit", judgement=judgement())
    assert deck.shown["question"] == "Which response is more helpful?"


def test_undo_with_nothing_to_undo_says_so(store, who):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    deck.send("undo")
    assert "nothing to undo" in deck.shown["message"]


@pytest.mark.parametrize(("kind", "word"), [("skip", "Skipped"), ("flag", "Flagged")])
def test_a_skipped_or_flagged_pair_does_not_come_back(store, who, kind, word):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    deck.send(kind, reason="I cannot judge this topic")
    assert (deck.shown["lease"], deck.shown["message"]) == (None, word)


def test_a_renewal_changes_nothing_on_the_page(store, who):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    lease = deck.shown["lease"]
    deck.send("renew")
    assert (deck.shown["lease"], deck.shown["message"]) == (lease, "")


def test_a_pair_that_comes_again_has_its_name_again_and_another_one_for_others(store, who):
    store.append("hone", *map(wanted_twice, comparisons(2)))
    deck = Deck(store, who)
    lease, pair_name = deck.shown["lease"], deck.shown["pair"]
    assert Deck(store, [person(store, "ben")]).shown["pair"] != pair_name
    deck.send("submit", judgement=judgement())
    assert deck.shown["pair"] != pair_name
    deck.send("undo")
    assert (deck.shown["lease"] == lease, deck.shown["pair"]) == (False, pair_name)


def test_a_comment_that_is_too_long_is_refused_and_a_long_reason_is_cut(store, who):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    deck.send("submit", judgement=judgement(comment="x" * 2001))
    assert (labels(store), "at most 2000 characters" in deck.shown["message"]) == (0, True)
    deck.send("skip", reason="x" * 1000)
    with store.reading() as db:
        assert db.execute("select length(reason) from skips").fetchall() == [(200,)]


def test_a_renewal_that_comes_too_late_is_answered_in_a_sentence(store, who):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    sent = deck.send("renew", lease="long over")
    assert (deck.shown["ack"], deck.shown["refused"]) == (sent["mid"], True)
    assert deck.shown["message"].startswith("The last one was yours for too long")


def test_whoever_is_signed_out_meanwhile_can_send_nothing(store, who):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    who[0] = None
    deck.send("submit", judgement=judgement())
    assert labels(store) == 0


def test_a_reviewer_may_judge_too(store):
    store.append("hone", *comparisons(1))
    assert Deck(store, [person(store, "rae", Role.REVIEWER)]).shown["lease"] is not None

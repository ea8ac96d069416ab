import json

import pytest
from small_deck import Deck
from small_homes import POLICIES, comparisons, person
from small_rankings import rankings

from store.messages import Judgement, NextComparison, SubmitLabel
from store.records import Degree, Form, Track
from store.verbs import next_comparison, submit_label

SAFE = {"safe": True, "category": None, "severity": 0}


class Rail(Deck):
    """Stands for the browser's ranking."""

    page = "rank"

    def rank(self, *ranks, **changes):
        judgement = {"ranks": ranks, "degree": 2, "both_bad": False, "safety": [], "seconds": 4.2}
        return self.send("submit", judgement=judgement | changes)


@pytest.fixture
def who(ana):
    return [ana]


def kept(store):
    """The labels that there are, the oldest first."""
    with store.reading() as db:
        rows = db.sql("select ranks, seen_share, changes, both_bad, safety from labels order by made_at")
        return rows.df().to_dict("records")


def test_without_rankings_the_reason_is_shown_and_looking_again_finds_new_ones(store, who):
    rail = Rail(store, who)
    assert (rail.shown["lease"], rail.shown["reason"]) == (None, "Nothing is open.")
    store.append("hone", *rankings(3))
    rail.send("look")
    assert rail.shown["lease"] is not None


def test_pairs_are_no_rankings(store, who):
    store.append("hone", *comparisons(2))
    rail = Rail(store, who)
    assert rail.shown["lease"] is None
    assert "there is in the other" in rail.shown["reason"]


def test_a_ranking_is_shown_with_its_responses_its_words_and_the_one_after_it(store, who):
    store.append("hone", *rankings(4, 9))
    shown = Rail(store, who).shown
    assert shown["question"] == "Order the responses, the most helpful first"
    assert (shown["batch"], shown["done"], shown["total"]) == ("Helpfulness, batch 1", 0, 2)
    texts = {each["text"] for each in shown["responses"]}
    assert texts == {f"Answer {number} of 4 to ranking 0." for number in range(4)}
    assert len(shown["next"]["responses"]) == 9
    assert not any(policy in json.dumps(shown) for policy in POLICIES)


def test_a_ranking_is_asked_in_german(store, who):
    store.append("hone", *rankings(3))
    shown = Rail(store, who, "de").shown
    assert shown["question"] == "Ordnen Sie die Antworten, die hilfreichste zuerst"
    assert (shown["words"]["best"], shown["words"]["submit"]) == ("Beste", "Absenden")


def test_ties_keep_their_ranks_by_response_whatever_the_screen_showed(store, who):
    store.append("hone", *rankings(4))
    rail = Rail(store, who)
    texts = [each["text"] for each in rail.shown["responses"]]
    rail.rank(1, 2, 2, 4, seen_share=[1, 1, 0.5, 1], changes=3)
    assert rail.shown["message"] == "Saved"
    (label,) = kept(store)
    given = dict(zip(texts, zip((1, 2, 2, 4), (1, 1, 0.5, 1), strict=True), strict=True))
    with store.reading() as db:
        (stored,) = db.execute("select response_ids from comparisons").fetchone()
        words = dict(db.execute("select response_id, text from responses").fetchall())
    in_stored_order = [given[words[response]] for response in stored]
    assert list(zip(label["ranks"], label["seen_share"], strict=True)) == in_stored_order
    assert label["changes"] == 3


def test_none_acceptable_stands_beside_an_order(store, who):
    store.append("hone", *rankings(3, 3))
    rail = Rail(store, who)
    rail.rank(3, 1, 2, both_bad=True)
    rail.rank(1, 1, 1, both_bad=True, degree=0)
    told = [(sorted(label["ranks"]), label["both_bad"]) for label in kept(store)]
    assert told == [([1, 2, 3], True), ([1, 1, 1], True)]


def test_safety_is_asked_of_every_response_on_the_safety_track_and_offered_on_the_other(store, who):
    store.append("hone", *rankings(3, track=Track.SAFETY))
    rail = Rail(store, who)
    rail.rank(1, 2, 3)
    assert "Expected 3 safety labels" in rail.shown["message"]
    assert kept(store) == []
    rail.rank(1, 2, 3, safety=[SAFE, SAFE, SAFE])
    assert rail.shown["message"] == "Saved"
    store.append("hone", *rankings(3))
    rail.send("look")
    rail.rank(1, 2, 3)
    assert [len(label["safety"]) for label in kept(store)] == [3, 0]


def test_a_ranking_that_does_not_fit_is_refused_and_stays(store, who):
    store.append("hone", *rankings(3))
    rail = Rail(store, who)
    lease = rail.shown["lease"]
    rail.rank(2, 3, 3)
    assert (rail.shown["lease"], rail.shown["refused"]) == (lease, True)
    assert "ranks from 1" in rail.shown["message"]


def test_undo_brings_the_ranking_back_as_it_was_said(store, who):
    store.append("hone", *rankings(4, 3))
    rail = Rail(store, who)
    before = rail.shown["responses"]
    rail.rank(2, 1, 2, 4, comment="close", reasons=["clear"])
    assert len(rail.shown["responses"]) == 3
    rail.send("undo")
    said = rail.shown["said"]
    assert rail.shown["responses"] == before
    assert (list(said["ranks"]), said["comment"], list(said["reasons"])) == ([2, 1, 2, 4], "close", ["clear"])


def test_a_ranking_that_was_given_is_changed_by_its_address(store, who):
    store.append("hone", *rankings(3, 3))
    rail = Rail(store, who)
    label = rail.shown["lease"]
    rail.rank(1, 2, 3)
    rail.send("open", label=label)
    assert (rail.shown["lease"], rail.shown["edits"]) == (label, True)
    assert list(rail.shown["said"]["ranks"]) == [1, 2, 3]
    judgement = {"ranks": [3, 2, 1], "degree": 2}
    rail.send("edit", judgement=judgement)
    assert (rail.shown["message"], rail.shown["edits"]) == ("Changed", False)
    with store.reading() as db:
        assert db.execute("select count(*) from labels").fetchone() == (1,)
        assert db.execute("select version from edits").fetchall() == [(1,)]


def test_a_pair_judged_last_is_not_undone_from_among_the_rankings(store, who):
    store.append("hone", *comparisons(1))
    store.append("hone", *rankings(3, 3))
    rail = Rail(store, who)
    rail.rank(1, 2, 3)
    pair = next_comparison(store, who[0], NextComparison(form=Form.PAIR))
    judged = Judgement(ranks=(1, 2), degree=Degree.BETTER)
    submit_label(store, who[0], SubmitLabel(lease_id=pair.lease_id, judgement=judged))
    rail.send("undo")
    assert rail.shown["message"] == "Your newest label was given on another page; undo it there."
    with store.reading() as db:
        assert db.execute("select count(*) from retractions").fetchone() == (0,)


def test_the_address_of_a_pair_says_that_it_is_none_of_this_page(store, who):
    store.append("hone", *comparisons(1))
    pair = next_comparison(store, who[0], NextComparison(form=Form.PAIR))
    judged = Judgement(ranks=(1, 2), degree=Degree.BETTER)
    submit_label(store, who[0], SubmitLabel(lease_id=pair.lease_id, judgement=judged))
    rail = Rail(store, who, address={"label": pair.lease_id})
    assert rail.shown["lease"] is None
    assert rail.data["notice"] == rail.data["words"]["other_form"]


@pytest.mark.parametrize(("kind", "word"), [("skip", "Skipped"), ("flag", "Flagged")])
def test_a_skipped_or_flagged_ranking_does_not_come_back(store, who, kind, word):
    store.append("hone", *rankings(3))
    rail = Rail(store, who)
    rail.send(kind, reason="topic")
    assert (rail.shown["lease"], rail.shown["message"]) == (None, word)


def test_two_people_are_dealt_the_same_ranking_and_their_drafts_are_apart(store, who):
    store.append("hone", *rankings(5, overlap=2))
    ours, theirs = Rail(store, who).shown, Rail(store, [person(store, "ben")]).shown
    assert ours["pair"] != theirs["pair"]
    assert {each["text"] for each in ours["responses"]} == {each["text"] for each in theirs["responses"]}


def test_whoever_is_signed_out_meanwhile_can_send_nothing(store, who):
    store.append("hone", *rankings(3))
    rail = Rail(store, who)
    who[0] = None
    rail.rank(1, 2, 3)
    assert kept(store) == []

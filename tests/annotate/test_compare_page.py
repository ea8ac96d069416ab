import json
import re

import pytest
from small_deck import BROWSER, Deck, judgement, labels, wanted_twice
from small_homes import POLICIES, comparisons, pair, person

from annotate.judging.returned import EVERY_SECONDS
from store import drafts
from store.records import Review, Role, Track, Verdict
from store.verbs.guiding import WriteGuideline, write_guideline


@pytest.fixture
def who(ana):
    return [ana]


def test_without_work_the_reason_is_shown_and_looking_again_finds_new_work(store, who):
    deck = Deck(store, who)
    assert deck.shown["lease"] is None
    assert deck.shown["reason"] == "Nothing is open."
    store.append("hone", *comparisons(1))
    deck.send("look")
    assert deck.shown["lease"] is not None


def test_the_reason_why_there_is_no_work_is_told_in_the_persons_language(store, who):
    assert Deck(store, who, "de").shown["reason"] == "Nichts ist offen."


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


def test_what_a_reviewer_sent_back_is_told_once_where_its_annotator_works(store, who, monkeypatch):
    moment = [0.0]
    monkeypatch.setattr("annotate.judging.returned.monotonic", lambda: moment[0])
    store.append("hone", *comparisons(3))
    deck = Deck(store, who)
    deck.send("submit", judgement=judgement())
    assert not deck.app.toast
    with store.reading() as db:
        ((label_id,),) = db.execute("select label_id from labels").fetchall()
    back = Review(review_id="r", label_id=label_id, reviewer_id="rae", verdict=Verdict.SEND_BACK, why="look")
    store.append("rae", back)
    moment[0] += EVERY_SECONDS
    deck.send("look")
    (toast,) = deck.app.toast
    assert (
        toast.value
        == "Labels that a reviewer sent back to you: 1. They are on the page My work, with the reason."
    )
    moment[0] += EVERY_SECONDS
    deck.send("look")
    assert not deck.app.toast


def test_a_repeated_submission_is_the_same_label(store, who):
    store.append("hone", *comparisons(2))
    deck = Deck(store, who)
    sent = deck.send("submit", judgement=judgement())
    deck.repeat(sent)
    assert labels(store) == 1
    assert deck.shown["message"] == "Already saved; what you said first stands."


def test_a_judgement_that_does_not_fit_is_refused_in_a_sentence_and_the_pair_stays(store, who):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    lease = deck.shown["lease"]
    sent = deck.send("submit", judgement=judgement(ranks=[1, 1]))
    assert (deck.shown["lease"], deck.shown["ack"], deck.shown["refused"]) == (lease, sent["mid"], True)
    assert "tie" in deck.shown["message"]
    assert labels(store) == 0


@pytest.mark.wide
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


def test_the_next_pair_comes_with_the_current_one_and_is_current_after_it(store, who):
    store.append("hone", *comparisons(4))
    deck = Deck(store, who)
    following = deck.data["next"]
    deck.send("submit", judgement=judgement())
    assert (deck.shown["lease"], deck.shown["pair"]) == (following["lease"], following["pair"])
    assert deck.data["next"]["lease"] not in {None, following["lease"]}


def test_the_last_pair_has_no_next_one(store, who):
    store.append("hone", *comparisons(1))
    assert Deck(store, who).data["next"] is None


def test_the_next_pair_is_kept_alive_with_the_current_one(store, who):
    store.append("hone", *comparisons(4))
    deck = Deck(store, who)
    both = deck.shown["lease"], deck.data["next"]["lease"]
    before = [store.queue.held(lease).lease.expires_at for lease in both]
    deck.send("renew", next=both[1])
    after = [store.queue.held(lease).lease.expires_at for lease in both]
    assert [old < new for old, new in zip(before, after, strict=True)] == [True, True]


def test_reasons_and_how_closely_one_looked_are_kept_with_the_label(store, who):
    store.append("hone", *comparisons(1))
    deck = Deck(store, who)
    assert [reason["value"] for reason in deck.shown["reasons"]][:2] == ["correct", "complete"]
    deck.send("submit", judgement=judgement(reasons=["correct"], seen_share=[0.25, 1.0], changes=2))
    with store.reading() as db:
        kept = db.execute("select reasons, seen_share, shown_order, changes from labels").fetchone()
    assert (kept[0], kept[3]) == (["correct"], 2)
    assert [kept[1][response] for response in kept[2]] == [0.25, 1.0]


def test_what_was_typed_is_kept_on_the_server_until_the_label_is_saved(store, who):
    store.append("hone", *comparisons(2))
    deck = Deck(store, who)
    home, annotator, pair_name = store.home, who[0].annotator_id, deck.shown["pair"]
    typed = {"pair": pair_name, "judgement": {"choice": 3}, "savedAt": 5.0}
    drafts.keep(home, annotator, drafts.DRAFT.validate_python(typed))
    deck.draw()
    assert deck.shown["draft"] == {"judgement": {"choice": 3}, "savedAt": 5.0}
    deck.send("submit", pair=pair_name, judgement=judgement(ranks=[1, 1]))
    assert deck.shown["draft"] is not None
    deck.send("submit", pair=pair_name, judgement=judgement())
    assert drafts.find(home, annotator, pair_name) is None


def test_the_reason_for_a_skip_is_kept_in_the_words_of_the_catalogue(store, who):
    store.append("hone", *comparisons(2))
    deck = Deck(store, who, locale="de")
    assert deck.shown["words"]["skip_topic"] == "Dieses Thema kann ich nicht beurteilen"
    deck.send("skip", reason=deck.shown["skip"][0])
    assert deck.shown["message"] == "Übersprungen"
    with store.reading() as db:
        assert db.execute("select reason from skips").fetchall() == [("I cannot judge this topic",)]


def test_a_label_is_opened_said_anew_and_left_for_the_work(store, who):
    store.append("hone", *comparisons(3))
    deck = Deck(store, who)
    label, before = deck.shown["lease"], deck.shown["responses"]
    deck.send("submit", judgement=judgement(comment="first", degree=3))
    work = deck.shown["lease"]
    deck.send("open", label=label)
    assert (deck.shown["lease"], deck.shown["edits"], deck.shown["responses"]) == (label, True, before)
    assert (deck.shown["said"]["comment"], deck.shown["said"]["degree"]) == ("first", 3)
    assert deck.data["next"]["lease"] == work
    sent = deck.send("edit", judgement=judgement(comment="second", degree=1))
    assert (deck.shown["lease"], deck.shown["message"], deck.shown["edits"]) == (work, "Changed", False)
    deck.repeat(sent)
    assert deck.shown["message"] == "Nothing was changed"
    with store.reading() as db:
        assert db.execute("select version, comment, degree from edits").fetchall() == [(1, "second", 1)]
    assert labels(store) == 1


def test_whoever_leaves_a_label_changes_nothing(store, who):
    store.append("hone", *comparisons(3))
    deck = Deck(store, who)
    label = deck.shown["lease"]
    deck.send("submit", judgement=judgement())
    work = deck.shown["lease"]
    deck.send("open", label=label)
    deck.send("renew", lease=work)
    assert deck.shown["lease"] == label
    deck.send("leave")
    assert (deck.shown["lease"], deck.shown["edits"]) == (work, False)


def test_the_address_of_a_label_opens_it_and_that_of_a_strangers_says_why_not(store, who):
    store.append("hone", *map(wanted_twice, comparisons(3)))
    deck = Deck(store, who)
    label = deck.shown["lease"]
    deck.send("submit", judgement=judgement())
    again = Deck(store, who, address={"label": label})
    assert (again.shown["lease"], again.data["notice"]) == (label, "")
    stranger = Deck(store, [person(store, "ben")], address={"label": label})
    assert stranger.shown["edits"] is False
    assert stranger.data["notice"].startswith("You have no such label")


def test_what_changed_in_the_guidelines_is_shown_until_it_is_read(store, who):
    store.append("hone", *comparisons(3))
    deck = Deck(store, who)
    assert deck.shown["guidelines"]["helpfulness"]["unread"] is False
    deck.send("submit", judgement=judgement())
    text = deck.shown["guidelines"]["helpfulness"]["html"]
    words = WriteGuideline(
        track=Track.HELPFULNESS, text="# Be brief\n\nShort wins.", changed="Brevity counts."
    )
    write_guideline(store, person(store, "rae", Role.REVIEWER), words)
    deck.draw()
    news = deck.shown["guidelines"]["helpfulness"]
    assert (news["version"], news["unread"], news["notes"]) == (2, True, ["Brevity counts."])
    assert {"change": "added", "text": "Short wins."} in news["lines"]
    assert news["html"] != text
    deck.send("read", track="helpfulness", version=2)
    assert deck.shown["guidelines"]["helpfulness"]["unread"] is False


TEMPLATES = ("surface_template", "judging_template", "deck_template")


def test_every_word_that_the_deck_asks_for_is_in_the_catalogue(store, who):
    store.append("hone", *comparisons(1))
    words = Deck(store, who).shown["words"]
    asked = {key for name in TEMPLATES for key in asked_words(f"{name}.js")}
    assert {"submit", "guidelines_title", "keys_why", "undo", "empty_undo"} <= asked
    assert asked - set(words) == set()


def asked_words(file):
    """What a template names literally; what it makes of a letter or a name is not among it."""
    text = (BROWSER / file).read_text()
    named = re.findall(r'(?:data-(?:word|title|label|placeholder)=|does: |words: |KEY_LIST\()"(\w+)"', text)
    buttons = re.findall(r'(?:utton|pener)\("(\w+)", "\w+"(?:, "(\w+)")?\)', text)
    return [*named, *(words or name for name, words in buttons)]


def test_the_deck_speaks_the_language_of_its_visitor(store, who):
    store.append("hone", *comparisons(1))
    shown = Deck(store, who, locale="de").shown
    assert (shown["question"], shown["batch"]) == ("Welche Antwort hilft mehr?", "Nutzen, batch 1")

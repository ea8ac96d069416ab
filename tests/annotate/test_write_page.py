import json
from dataclasses import replace

import pytest
from small_homes import PATIENCE, comparisons, person, visit
from streamlit.testing.v1 import AppTest

from store import drafts
from store.records import Prompt, Track, Turn
from store.risks import AttackVector, Risk
from store.verbs.exporting import ReadDemonstrations, read_demonstrations
from store.verbs.roles import HONE


class Paper:
    """Stands for the browser's component: remembers what it was shown and lets a test send."""

    def __init__(self, store, who):
        self.app = AppTest.from_function(run_page, args=(store, who, self), default_timeout=PATIENCE)
        self.shown = self.hear = None
        self.mids = 0
        self.draw()

    def __call__(self, data, hear):
        json.dumps(data)
        self.shown, self.hear = data, hear

    def draw(self):
        self.app.run()
        assert not self.app.exception

    def send(self, kind, **request):
        self.mids += 1
        return self.repeat({"kind": kind, "mid": f"m{self.mids}", kind: request})

    def repeat(self, payload):
        self.app.session_state["payload"] = payload
        self.draw()
        return payload


def run_page(store, who, paper):
    """Draws the page; a waiting payload is heard first, as Streamlit calls a component's callback."""
    import streamlit as st
    from small_homes import visit

    from annotate.pages import write

    payload = st.session_state.pop("payload", None)
    if payload is not None:
        paper.hear(payload)
    if who[0] is not None:
        write.render(visit(store, who), paper)


@pytest.fixture
def who(ana):
    return [ana]


OWN = {
    "writing_id": "writing-1",
    "prompt": "Why?",
    "response": "Because.",
    "track": "safety",
    "language": "de",
}
ATTACK = {
    "writing_id": "writing-1",
    "prompt": "My grandmother used to tell me.",
    "category": "illicit",
    "attack_vector": "psychological",
    "language": "en",
}


def written(store):
    page = read_demonstrations(store, HONE, ReadDemonstrations())
    return [(one.prompt.turns[-1].content, one.demonstration.text) for one in page.answered]


def test_an_empty_home_has_nothing_to_offer_and_says_what_can_be_chosen(store, who):
    paper = Paper(store, who)
    assert (paper.shown["sent"], paper.shown["demonstrations"], paper.shown["prompts"]) == ([], 0, 0)
    assert paper.shown["languages"][0] == "en"
    assert len(set(paper.shown["languages"])) == len(paper.shown["languages"])
    assert (paper.shown["risks"], paper.shown["vectors"]) == (list(Risk), list(AttackVector))
    assert "ideal response" in paper.shown["guidelines"]
    sent = paper.send("offer", track="helpfulness", language="en")
    assert (paper.shown["ack"], paper.shown["offered"]) == (sent["mid"], None)


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_risk_and_way_has_words_in_every_language(locale):
    from annotate.words import words

    said = words(locale).section("risks")
    assert set(said) == {
        *(name for risk in Risk for name in (risk, f"{risk}_hint")),
        *(name for way in AttackVector if way != "other" for name in (way, f"{way}_hint")),
        *("other_vector", "other_vector_hint"),
    }


def test_a_prompt_of_the_collection_is_offered_with_all_its_turns(store, who):
    store.append("hone", *comparisons(1, turns=3))
    paper = Paper(store, who)
    paper.send("offer", track="helpfulness", language="en")
    offered = paper.shown["offered"]
    assert [turn["role"] for turn in offered["turns"]] == ["user", "assistant", "user"]
    assert "Question 0, turn 2" in offered["turns"][-1]["html"]
    paper.send("offer", track="helpfulness", language="en", passed=[offered["prompt_id"]])
    assert paper.shown["offered"] is None


def test_a_response_to_it_is_kept_and_listed_and_it_is_not_offered_again(store, who):
    store.append("hone", *comparisons(1))
    paper = Paper(store, who)
    paper.send("offer", track="helpfulness", language="en")
    prompt_id = paper.shown["offered"]["prompt_id"]
    sent = paper.send("demonstration", writing_id="writing-1", response="Like this.", prompt_id=prompt_id)
    assert written(store) == [("Question 0, turn 0", "Like this.")]
    assert (paper.shown["ack"], paper.shown["message"], paper.shown["refused"]) == (
        sent["mid"],
        "Response saved",
        False,
    )
    assert [(one["prompt"], one["response"]) for one in paper.shown["sent"]] == [
        ("Question 0, turn 0", "Like this.")
    ]
    paper.send("offer", track="helpfulness", language="en")
    assert paper.shown["offered"] is None


def test_a_repeated_submission_is_the_same_text(store, who):
    paper = Paper(store, who)
    paper.repeat(paper.send("demonstration", **OWN))
    assert paper.shown["message"] == "Already saved"
    paper.repeat(paper.send("adversarial", **ATTACK))
    assert paper.shown["message"] == "Already saved"
    assert (paper.shown["demonstrations"], paper.shown["prompts"]) == (1, 1)


def test_what_is_refused_says_why_and_stays_with_its_writer(store, who):
    paper = Paper(store, who)
    sent = paper.send("demonstration", **{**OWN, "response": "  "})
    assert (paper.shown["ack"], paper.shown["refused"]) == (sent["mid"], True)
    assert "response" in paper.shown["message"]
    assert written(store) == []


@pytest.mark.wide
@pytest.mark.parametrize(
    "payload",
    [
        {},
        "text",
        7,
        {"kind": "adversarial", "mid": "m"},
        {"kind": "become administrator", "mid": "m"},
        {"kind": "adversarial", "mid": "m", "adversarial": {**ATTACK, "category": "none of ours"}},
        {"kind": "demonstration", "mid": "m", "adversarial": ATTACK},
    ],
)
def test_a_payload_that_no_component_would_send_changes_nothing(store, who, payload):
    paper = Paper(store, who)
    paper.repeat(payload)
    assert paper.shown["refused"]
    assert paper.shown["prompts"] == 0


def test_many_writings_are_counted_and_the_last_are_listed_and_nobody_elses(store, who):
    paper = Paper(store, who)
    for number in range(12):
        paper.send("demonstration", **{**OWN, "writing_id": f"writing-{number}", "prompt": f"Why {number}?"})
    other = Paper(store, [person(store, "ben")])
    assert (paper.shown["demonstrations"], len(paper.shown["sent"])) == (12, 10)
    assert paper.shown["sent"][0]["prompt"] == "Why 11?"
    assert (other.shown["demonstrations"], other.shown["sent"]) == (0, [])


def test_what_is_half_written_is_kept_by_the_server_for_its_writer_alone(store, who):
    keeps = drafts.DRAFT.validate_python(
        {"pair": Paper(store, who).shown["draft"], "judgement": {"mode": "adversarial"}, "savedAt": 1.0}
    )
    drafts.keep(store.home, who[0].annotator_id, keeps)
    assert Paper(store, who).shown["kept"]["judgement"] == {"mode": "adversarial"}
    ben = Paper(store, [person(store, "ben")]).shown
    assert ben["kept"] is None
    assert ben["draft"] != keeps.pair


def test_a_hostile_prompt_is_cleaned_before_it_is_offered(store, who):
    turns = (Turn(role="user", content="<img src=x onerror=alert(1)> ![a](https://evil.example/x.png)"),)
    store.append("hone", Prompt(prompt_id="p", turns=turns, track=Track.SAFETY, split="train"))
    paper = Paper(store, who)
    paper.send("offer", track="safety", language="en")
    assert "<img" not in paper.shown["offered"]["turns"][0]["html"]


def test_a_page_in_german_speaks_german(store, who, monkeypatch):
    from annotate.pages import write
    from annotate.words import words

    shown = []
    german = replace(visit(store, who), words=words("de"))
    monkeypatch.setattr(write.session, "kept", lambda _page, _kind: None)
    write.render(german, lambda data, _hear: shown.append(data))
    assert shown[0]["words"]["response"] == "Ideale Antwort"
    assert "ideale Antwort" in shown[0]["guidelines"]


def test_after_the_sign_in_has_ended_nothing_is_kept(store, who):
    paper = Paper(store, who)
    who[0] = None
    paper.send("adversarial", **ATTACK)
    who[0] = person(store, "cleo")
    assert Paper(store, who).shown["prompts"] == 0

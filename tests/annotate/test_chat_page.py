import json

import pytest
from small_homes import PATIENCE, person
from streamlit.testing.v1 import AppTest

from store import drafts
from store.messages import CountHome
from store.messages.chatting import KeepReplies, NoteFailure, Reply, SayInChat
from store.records import Track
from store.risks import Risk
from store.verbs import count_home, keep_replies, note_failure, qualify, say_in_chat
from store.verbs.measuring import Qualify
from store.verbs.roles import HONE


class Chat:
    """Stands for the browser's component: remembers what it was shown and lets a test send."""

    def __init__(self, store, who, chat=None, locale="en"):
        self.app = AppTest.from_function(run_page, args=(store, who, self, locale), default_timeout=PATIENCE)
        if chat is not None:
            self.app.query_params["chat"] = chat
        self.shown = self.hear = None
        self.mids = 0
        self.draw()

    def __call__(self, data, hear):
        json.dumps(data)
        self.shown, self.hear = data, hear

    def draw(self):
        self.app.run()
        assert not self.app.exception

    def send(self, kind, **rest):
        self.mids += 1
        return self.repeat({"kind": kind, "mid": f"m{self.mids}", **rest})

    def repeat(self, payload):
        self.app.session_state["payload"] = payload
        self.draw()
        return payload


def run_page(store, who, shown, locale):
    """Draws the page; a waiting payload is heard first, as Streamlit calls a component's callback."""
    import streamlit as st
    from small_homes import visit

    from annotate.pages import chat

    payload = st.session_state.pop("payload", None)
    if payload is not None:
        shown.hear(payload)
    if who[0] is not None:
        chat.render(visit(store, who, locale), shown)


@pytest.fixture
def who(ana):
    return [ana]


def say(store, actor, number, message="Why?", chat="chat-one", **rest):
    """A message that waits for its answers."""
    request = SayInChat(chat_id=chat, turn_id=f"turn-{number:04}", message=message, **rest)
    return say_in_chat(store, actor, request)


def answered(store, actor, number, texts=("Because.", "Who knows?"), **rest):
    """The same, with both answers kept."""
    message = say(store, actor, number, **rest)
    replies = tuple(
        Reply(
            model=f"secret-model-{at}",
            endpoint="http://far.example",
            text=text,
            temperature=1.0,
            top_p=1.0,
            seed=at,
            finish_reason="stop",
            token_count=3,
        )
        for at, text in enumerate(texts)
    )
    keep_replies(store, actor, KeepReplies(turn_id=message.turn_id, replies=replies))


def judgement(**changes):
    safe = {"safe": True, "category": None, "severity": 0}
    return {"ranks": [1, 2], "degree": 2, "both_bad": False, "safety": [safe, safe]} | changes


def labels(store):
    return count_home(store, HONE, CountHome()).labels


def test_before_anything_is_said_there_is_a_new_chat_and_no_other(store, who):
    shown = Chat(store, who).shown
    assert (shown["chat"], shown["work"], shown["chats"]) == (None, None, [])
    assert set(shown["guidelines"]) == {"helpfulness", "safety"}
    assert shown["risks"] == list(Risk)


def test_a_waiting_message_is_shown_with_why_it_was_not_answered(store, who):
    message = say(store, who[0], 1, track=Track.SAFETY, category=Risk.ILLICIT)
    note_failure(store, who[0], NoteFailure(turn_id=message.turn_id, why="Nobody is there."))
    shown = Chat(store, who).shown["chat"]
    assert (shown["stage"], shown["track"], shown["category"]) == ("answer", "safety", "illicit")
    assert shown["pending"] == {
        "turn": "turn-0001",
        "message": "Why?",
        "failure": "Nobody is there.",
        "again": False,
    }


def test_what_is_half_written_is_kept_by_the_server_for_its_writer_alone(store, who):
    keeps = drafts.DRAFT.validate_python(
        {"pair": Chat(store, who).shown["composer"], "judgement": {"text": "Half a thou"}, "savedAt": 1.0}
    )
    drafts.keep(store.home, who[0].annotator_id, keeps)
    assert Chat(store, who).shown["kept"] == {"judgement": {"text": "Half a thou"}, "savedAt": 1.0}
    ben = Chat(store, [person(store, "ben")]).shown
    assert ben["kept"] is None
    assert ben["composer"] != keeps.pair


def test_a_message_is_taken_back_and_the_chat_waits_for_another(store, who):
    say(store, who[0], 1)
    chat = Chat(store, who)
    chat.send("back", turn="turn-0001")
    assert (chat.shown["chat"], chat.shown["refused"]) == (None, False)
    chat.send("back", turn="turn-0001")
    assert chat.shown["refused"]


def test_the_pair_is_shown_as_on_compare_and_names_no_model(store, who):
    answered(store, who[0], 1)
    shown = Chat(store, who).shown
    assert shown["chat"]["stage"] == "judge"
    assert shown["work"]["question"] == "Which response is more helpful?"
    assert {response["text"] for response in shown["work"]["responses"]} == {"Because.", "Who knows?"}
    assert "secret-model" not in json.dumps(shown)
    assert "far.example" not in json.dumps(shown)


def test_the_chosen_response_carries_the_chat_on(store, who):
    answered(store, who[0], 1)
    chat = Chat(store, who)
    first = chat.shown["work"]["responses"][0]["text"]
    sent = chat.send("submit", lease=chat.shown["work"]["lease"], judgement=judgement())
    assert (chat.shown["ack"], chat.shown["message"], labels(store)) == (sent["mid"], "Saved", 1)
    assert (chat.shown["chat"]["stage"], chat.shown["chat"]["judged"]) == ("write", 1)
    assert [turn["text"] for turn in chat.shown["chat"]["turns"]] == ["Why?", first]
    chat.repeat(sent)
    assert (chat.shown["message"], labels(store)) == ("Already saved; what you said first stands.", 1)


def test_where_both_are_bad_two_others_may_be_asked_for(store, who):
    answered(store, who[0], 1)
    chat = Chat(store, who)
    bad = judgement(ranks=[1, 1], degree=0, both_bad=True)
    chat.send("submit", lease=chat.shown["work"]["lease"], judgement=bad)
    assert chat.shown["chat"]["stage"] == "again"
    answered(store, who[0], 2, texts=("Third.", "Fourth."), again=True)
    chat.send("look")
    assert {response["text"] for response in chat.shown["work"]["responses"]} == {"Third.", "Fourth."}


def test_a_choice_is_undone_by_its_label_and_said_anew(store, who):
    answered(store, who[0], 1)
    chat = Chat(store, who)
    lease = chat.shown["work"]["lease"]
    chat.send("submit", lease=lease, judgement=judgement(comment="hasty"))
    chat.send("rethink", label=lease)
    assert (chat.shown["message"], chat.shown["chat"]["stage"]) == ("Undone", "judge")
    assert chat.shown["work"]["said"]["comment"] == "hasty"
    chat.send("rethink", label="nobody's")
    assert chat.shown["refused"]


def test_a_new_chat_is_named_by_the_address_and_an_old_one_is_found_in_the_list(store, who):
    answered(store, who[0], 1)
    chat = Chat(store, who)
    before = chat.shown["composer"]
    chat.send("enter", chat="another-chat")
    assert (chat.shown["chat"], chat.shown["asked"]) == (None, "another-chat")
    assert chat.shown["composer"] != before
    (old,) = chat.shown["chats"]
    assert (old["chat_id"], old["opening"], old["turns"]) == ("chat-one", "Why?", 1)
    chat.send("enter", chat="chat-one")
    assert chat.shown["chat"]["stage"] == "judge"


def test_many_chats_are_listed_as_far_as_there_are_digits(store, who):
    for number in range(11):
        answered(store, who[0], number, chat=f"chat-{number:04}", message=f"Why {number}?")
    shown = Chat(store, who).shown
    assert [one["opening"] for one in shown["chats"]] == [f"Why {number}?" for number in range(10, 1, -1)]


def test_somebody_elses_chat_is_not_shown(store, who):
    answered(store, who[0], 1)
    ben = person(store, "ben")
    shown = Chat(store, [ben], chat="chat-one").shown
    assert (shown["chat"], shown["work"], shown["chats"]) == (None, None, [])
    assert "another's" in shown["notice"]


@pytest.mark.wide
@pytest.mark.parametrize(
    "payload",
    [
        {},
        "text",
        7,
        {"kind": "enter", "mid": "m"},
        {"kind": "enter", "mid": "m", "chat": "../../etc"},
        {"kind": "back"},
    ],
)
def test_a_payload_that_no_component_would_send_changes_nothing(store, who, payload):
    answered(store, who[0], 1)
    chat = Chat(store, who)
    chat.repeat(payload)
    assert chat.shown["refused"]
    assert chat.shown["chat"]["chat_id"] == "chat-one"


def test_hostile_answers_are_cleaned_and_the_page_speaks_german(store, who):
    answered(store, who[0], 1, texts=("<img src=x onerror=alert(1)>", "![a](https://evil.example/x.png)"))
    shown = Chat(store, who, locale="de").shown
    assert shown["words"]["send"] == "Senden"
    assert shown["work"]["question"] != "Which response is more helpful?"
    assert not any("<img" in response["html"] for response in shown["work"]["responses"])


def test_the_page_says_which_tracks_want_a_test_first(store, ana, who):
    assert Chat(store, who).shown["untested"] == []
    qualify(store, HONE, Qualify(name="ana", track=Track.SAFETY, passed=False, why="not yet"))
    assert Chat(store, who).shown["untested"] == [Track.SAFETY]

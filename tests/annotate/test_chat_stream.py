"""The route of a chat: two answers stream at once from a small endpoint, and what becomes of them."""

import json
import threading
import time
from contextlib import asynccontextmanager, contextmanager

import beside
import httpx
import pytest
import uvicorn
from small_endpoint import small_endpoint
from small_homes import PASSWORD, person
from starlette.applications import Starlette

from annotate.chat import chat_stream
from annotate.chat.switchboard import Switchboard
from annotate.entrance import sign_in
from store import pending, people
from store.blind import hidden_names
from store.messages import Judgement, SkipLease, SubmitLabel
from store.messages.chatting import ReadChat, Stage, TakeBackMessage
from store.records import Degree
from store.verbs import read_chat, skip_lease, submit_label, take_back_message

SETTINGS = '[chat]\nendpoint = "{url}"\nmodels = {models}\nsilence_seconds = 5.0\nwhole_seconds = 20.0\n'


def until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def served(store):
    """The route on a server of its own thread; its switchboard closes with it."""
    switchboard = Switchboard(store)

    @asynccontextmanager
    async def lifespan(_app):
        yield
        await switchboard.close()

    app = Starlette(routes=chat_stream.routes(store, switchboard), lifespan=lifespan)
    config = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
    socket = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def endpoint():
    with small_endpoint() as (url, stage):
        yield url, stage


@pytest.fixture
def chat(store, ana, endpoint):
    """Ana at the route; her models are said by the test."""
    url, stage = endpoint
    with served(store) as address:
        yield Chat(store, ana, address, url, stage)


class Chat:
    """One person's browser, as far as the route sees it."""

    def __init__(self, store, actor, address, endpoint, stage):
        self.store, self.actor, self.stage = store, actor, stage
        self.endpoint = endpoint
        token = people.authenticate(store, actor.name, PASSWORD, "")
        cookies = {sign_in.SESSION_COOKIE: token}
        headers = {"X-Hone": "chat"}
        self.client = httpx.Client(base_url=address, cookies=cookies, headers=headers, timeout=20)
        self.models("newest", "older")

    def models(self, *names):
        self.store.home.settings.write_text(SETTINGS.format(url=self.endpoint, models=json.dumps(names)))

    def body(self, turn="turn-0001", **more):
        return {"chat_id": "chat-0001", "turn_id": turn, "message": "How do I boil an egg?", **more}

    def say(self, turn="turn-0001", **more):
        return frames(self.client.post("/api/chat/say", json=self.body(turn, **more)))

    def saying(self, **more):
        return self.client.stream("POST", "/api/chat/say", json=self.body(**more))

    def attach(self):
        return frames(self.client.post("/api/chat/attach", json={}))

    def view(self):
        return read_chat(self.store, self.actor, ReadChat())


def frames(response):
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def last_html(told, place):
    return [frame["html"] for frame in told if frame.get("place") == place][-1]


def test_both_answers_come_and_are_kept_where_they_were_seen(chat):
    told = chat.say()
    assert told[0] == {"kind": "begun", "chat_id": "chat-0001", "turn_id": "turn-0001"}
    assert told[-1] == {"kind": "kept", "chat_id": "chat-0001"}
    assert {frame["place"] for frame in told if frame["kind"] == "end"} == {0, 1}
    view = chat.view()
    assert view.stage is Stage.JUDGE
    for place in (0, 1):
        assert view.open.responses[place].rpartition(" at ")[2].rstrip(".") in last_html(told, place)


def test_no_frame_names_a_model(chat):
    chat.models("secret-one", "org/secret-two")
    chat.stage.answers = {
        "secret-one": "I am secret-one, says secret-two.",
        "org/secret-two": "Not secret-one.",
    }
    told = json.dumps(chat.say(), ensure_ascii=False)
    assert "secret" not in told
    assert "█" in told
    names = hidden_names(chat.store)
    assert {"org/secret-two", "secret-two"} <= names or {"secret-one"} <= names
    assert not names & {"one", "two", "newest"}


def test_what_a_model_writes_does_not_run(chat):
    chat.stage.answers = {
        "newest": "<script>alert(1)</script> ![x](http://evil.example/x.png)",
        "older": "Calm.",
    }
    told = chat.say()
    html = "".join(frame.get("html", "") for frame in told)
    assert "<script" not in html
    assert "<img" not in html
    assert "evil.example" in html


def test_the_work_goes_on_when_the_browser_leaves(chat):
    chat.models("waiting", "good")
    with chat.saying() as response:
        assert json.loads(next(response.iter_lines()))["kind"] == "begun"
    assert chat.view().stage is Stage.ANSWER
    chat.stage.go_on.set()
    until(lambda: chat.view().stage is Stage.JUDGE)
    assert any(response.startswith("One seed is ") for response in chat.view().open.responses)


def test_a_browser_that_comes_back_sees_where_it_stands_and_the_rest(chat):
    chat.models("waiting", "good")
    with chat.saying() as first:
        lines = first.iter_lines()
        until(lambda: '"html": "<' in next(lines))
    with chat.client.stream("POST", "/api/chat/attach", json={}) as second:
        lines = second.iter_lines()
        assert json.loads(next(lines))["kind"] == "begun"
        assert json.loads(next(lines))["html"] != ""
        chat.stage.go_on.set()
        assert json.loads(list(lines)[-1])["kind"] == "kept"


def test_the_same_turn_twice_is_one_piece_of_work(chat):
    chat.models("waiting", "good")
    with chat.saying() as first, chat.saying() as second:
        begun = [next(response.iter_lines()) for response in (first, second)]
        assert begun[0] == begun[1]
        until(lambda: len(chat.stage.asked) == 2)
        chat.stage.go_on.set()
    until(lambda: chat.view().stage is Stage.JUDGE)
    assert len(chat.stage.asked) == 2
    assert chat.say() == [{"kind": "kept", "chat_id": "chat-0001"}]


def test_a_second_message_waits_for_the_first(chat):
    chat.models("waiting", "good")
    with chat.saying() as first:
        next(first.iter_lines())
        refused = chat.client.post("/api/chat/say", json=chat.body("turn-0002"))
        assert refused.status_code == 409
        assert "still being answered" in refused.json()["error"]
        german = {"accept-language": "de"}
        refused = chat.client.post("/api/chat/say", json=chat.body("turn-0002"), headers=german)
        assert "wird noch beantwortet" in refused.json()["error"]
        chat.stage.go_on.set()


def test_a_failure_keeps_the_message_and_it_can_be_sent_again_as_it_is(chat):
    chat.models("half", "half")
    failed = chat.say()[-1]
    assert (failed["kind"], "broke off" in failed["message"]) == ("failed", True)
    waiting = chat.view().pending
    assert (waiting.message, waiting.failure) == ("How do I boil an egg?", failed["message"])
    chat.models("good", "better")
    assert chat.say()[-1]["kind"] == "kept"


def test_one_answer_that_fails_ends_the_other(chat):
    chat.models("half", "waiting")
    assert chat.say()[-1]["kind"] == "failed"


def test_an_empty_answer_is_none(chat):
    chat.models("empty")
    assert "had no words" in chat.say()[-1]["message"]


def test_a_side_that_says_what_the_other_says_is_asked_anew(chat):
    said = iter(["Same.", "Same.", "Other."])
    chat.models("newest")
    chat.stage.answers = {"newest": lambda _asked: next(said)}
    assert chat.say()[-1]["kind"] == "kept"
    assert sorted(chat.view().open.responses) == ["Other.", "Same."]
    assert len(chat.stage.asked) == 3


def test_sides_that_never_differ_are_kept_after_a_few_tries(chat):
    chat.models("newest")
    chat.stage.answers = {"newest": "Same."}
    assert chat.say()[-1]["kind"] == "kept"
    assert len(chat.stage.asked) == 4


def test_what_is_stopped_stays_pending_and_the_endpoint_is_let_go(chat):
    chat.models("slow")
    with chat.saying() as response:
        lines = response.iter_lines()
        next(lines)
        until(lambda: chat.stage.asked)
        assert chat.client.post("/api/chat/stop", json={}).json() == {"stopped": True}
        assert json.loads(list(lines)[-1]) == {"kind": "stopped"}
    assert chat.stage.left.wait(60)
    assert chat.view().stage is Stage.ANSWER
    assert chat.attach() == [{"kind": "idle"}]


def test_a_message_that_was_taken_back_while_it_is_answered_is_not_kept(chat):
    chat.models("waiting")
    with chat.saying() as response:
        lines = response.iter_lines()
        next(lines)
        take_back_message(chat.store, chat.actor, TakeBackMessage(turn_id="turn-0001"))
        chat.stage.go_on.set()
        assert json.loads(list(lines)[-1])["kind"] == "failed"
    assert chat.view() is None


def test_a_server_that_ends_in_mid_answer_leaves_the_message_to_be_asked_again(store, ana, endpoint):
    url, stage = endpoint
    with served(store) as address:
        first = Chat(store, ana, address, url, stage)
        first.models("waiting", "waiting")
        with first.saying() as response:
            next(response.iter_lines())
    assert pending.of(store.home, ana.annotator_id).message == "How do I boil an egg?"
    with served(store) as address:
        second = Chat(store, ana, address, url, stage)
        assert second.view().stage is Stage.ANSWER
        assert second.say()[-1]["kind"] == "kept"


def test_a_chat_goes_on_from_the_better_answer_and_asks_again_after_two_bad_ones(chat):
    chat.say()
    shown = chat.view().open
    better = Judgement(ranks=(2, 1), degree=Degree.BETTER)
    submit_label(chat.store, chat.actor, SubmitLabel(lease_id=shown.lease_id, judgement=better))
    chat.say("turn-0002", message="In oil?")
    sent = chat.stage.asked[-1]["messages"]
    assert [turn["content"] for turn in sent] == ["How do I boil an egg?", shown.responses[1], "In oil?"]
    skip_lease(chat.store, chat.actor, SkipLease(lease_id=chat.view().open.lease_id, reason="bad"))
    assert chat.say("turn-0003", message="", again=True)[-1]["kind"] == "kept"
    assert chat.stage.asked[-1]["messages"] == sent


def test_nobody_without_a_session_or_from_another_site_is_heard(chat):
    for path in ("say", "attach", "stop"):
        unsigned = httpx.post(f"{chat.client.base_url}/api/chat/{path}", json={}, headers={"X-Hone": "chat"})
        foreign = chat.client.post(f"/api/chat/{path}", json={}, headers={"X-Hone": ""})
        assert (unsigned.status_code, foreign.status_code) == (401, 403)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 422),
        (b'{"chat_id": "chat-0001", "turn_id": "turn-0001", "track": "other"}', 422),
        (b'{"chat_id": "chat-0001", "turn_id": "turn-0001", "message": ""}', 409),
        (b'{"chat_id": "x", "turn_id": "y", "message": "z"}', 409),
        (b'"' + b"x" * 70_000 + b'"', 413),
    ],
)
def test_what_is_no_message_is_refused_in_a_sentence(chat, body, code):
    refused = chat.client.post("/api/chat/say", content=body)
    assert refused.status_code == code
    assert refused.json()["error"].endswith(".")
    assert chat.view() is None


def test_no_more_is_read_of_a_body_than_may_be_sent(chat):
    read = []

    async def receive():
        read.append(65_536)
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": len(read) < 100}

    async def send(message):
        answered.append(message)

    answered, cookie = [], f"{sign_in.SESSION_COOKIE}={chat.client.cookies[sign_in.SESSION_COOKIE]}"
    headers = [(b"x-hone", b"chat"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "POST", "path": "/api/chat/say", "headers": headers}
    say = chat_stream.routes(chat.store, Switchboard(chat.store))[0]
    beside.run(say.handle(scope | {"query_string": b""}, receive, send))
    assert answered[0]["status"] == 413
    assert len(read) == 2


def test_the_stream_ends_with_the_sign_in(chat):
    chat.models("waiting", "good")
    with chat.saying() as response:
        lines = response.iter_lines()
        assert json.loads(next(lines))["kind"] == "begun"
        people.sign_out(chat.store, chat.client.cookies[sign_in.SESSION_COOKIE])
        chat.stage.go_on.set()
        assert "kept" not in [json.loads(line)["kind"] for line in lines]
    until(lambda: chat.view().stage is Stage.JUDGE)


def test_another_persons_work_is_not_seen(chat):
    ben = person(chat.store, "ben")
    chat.models("waiting", "good")
    with chat.saying() as response:
        next(response.iter_lines())
        other = Chat(chat.store, ben, str(chat.client.base_url), chat.endpoint, chat.stage)
        assert other.attach() == [{"kind": "idle"}]
        chat.stage.go_on.set()


def test_words_are_not_repainted_more_often_than_somebody_can_see(chat):
    chat.stage.answers = {"newest": " ".join(["word"] * 2000), "older": "Short."}
    chat.models("newest", "older")
    told = chat.say()
    assert len([frame for frame in told if frame["kind"] == "text"]) < 100

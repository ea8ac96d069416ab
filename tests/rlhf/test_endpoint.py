"""The policies behind an OpenAI-compatible endpoint: a real server on a free port, and what clients meet."""

import json
import shutil
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import pytest
import torch
import uvicorn

from rlhf import speaking
from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.endpoint import LARGEST_REQUEST, Endpoint
from rlhf.rollout import redraw
from rlhf.served import Catalogue, loadable
from rlhf.utterance import Utterance
from store.database import open_store
from store.home import Home
from store.records import Policy, Turn

KEY = "the key"
QUESTION = [{"role": "user", "content": "What is two plus two?"}]


def until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def home(policy_path, tmp_path_factory):
    """Two promoted policies whose weights are there, one that was refused, one whose weights are gone."""
    home = Home(tmp_path_factory.mktemp("endpoint") / "home")
    with open_store(home) as store:
        for name in ("old", "new", "refused"):
            shutil.copytree(policy_path, home.root / "policies" / name)
        store.append(
            "test",
            Policy(policy_id="old", path="policies/old", round=0),
            Policy(policy_id="new", path="policies/new", round=1),
            Policy(policy_id="refused", path="policies/refused", round=2, promoted=False),
            Policy(policy_id="gone", path="policies/gone", round=3),
            Policy(policy_id="imported:x", path="x", round=9),
        )
    return home


@pytest.fixture(scope="module")
def url(home):
    """The endpoint, served from a thread of this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(Endpoint(home, KEY).app(), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def client(url):
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60) as client:
        yield client


def asked(**more):
    return {"model": "new", "messages": QUESTION, "max_tokens": 12, "seed": 5, **more}


def streamed(client, **more):
    """The chunks of a streamed answer, and its last line."""
    with client.stream("POST", "/v1/chat/completions", json=asked(stream=True, **more)) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in response.iter_lines() if line]
    assert all(line.startswith("data: ") for line in lines)
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-1]], lines[-1]


def words(chunks):
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])


def answer(client, **more):
    reply = client.post("/v1/chat/completions", json=asked(**more))
    assert reply.status_code == 200, reply.text
    return reply.json()["choices"][0]


def test_the_models_are_the_promoted_policies_that_can_be_loaded_the_newest_first(client):
    listed = client.get("/v1/models").json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == ["new", "old"]
    assert listed["data"][0].keys() == {"id", "object", "created", "owned_by"}


def test_health_asks_for_no_key_and_all_else_does(url):
    assert httpx.get(f"{url}/health").json() == {"status": "ok"}
    for key in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer ключ".encode()}):
        refused = httpx.get(f"{url}/v1/models", headers=key)
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "invalid_api_key"


def test_a_seed_says_what_the_rollout_says_with_it(client, llama, tokenizer):
    ids = prompt_ids(tokenizer, [Turn(role="user", content="What is two plus two?")])
    how = RolloutSettings(temperature=0.9, top_p=0.8, max_new_tokens=12)
    expected = redraw(llama, tokenizer, ids, how, 5)
    given = answer(client, temperature=0.9, top_p=0.8)
    assert given["message"]["content"] == expected.text
    assert given["finish_reason"] == expected.finish_reason


def test_a_stream_has_the_official_shape_and_says_the_same(client):
    chunks, last = streamed(client, stream_options={"include_usage": True})
    assert last == "data: [DONE]"
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    *said, ended, counted = chunks
    assert all(chunk["choices"][0]["finish_reason"] is None for chunk in said)
    assert ended["choices"][0]["delta"] == {}
    assert ended["choices"][0]["finish_reason"] in {"stop", "length"}
    assert counted["choices"] == []
    assert counted["usage"]["total_tokens"] == sum(
        counted["usage"][name] for name in ("prompt_tokens", "completion_tokens")
    )
    assert words(chunks) == answer(client)["message"]["content"]


def test_a_whole_answer_has_the_official_shape(client):
    reply = client.post("/v1/chat/completions", json=asked()).json()
    assert reply["object"] == "chat.completion"
    assert reply["model"] == "new"
    assert reply["choices"][0]["message"]["role"] == "assistant"
    assert reply["usage"]["completion_tokens"] <= 12


def test_text_ends_before_the_first_stop_word_whole_and_streamed(client):
    whole = answer(client, max_tokens=40)["message"]["content"]
    stop = whole[10:13]
    before = whole[: whole.index(stop)].rstrip()
    cut = answer(client, max_tokens=40, stop=[stop, "never said"])
    assert (cut["message"]["content"], cut["finish_reason"]) == (before, "stop")
    assert words(streamed(client, max_tokens=40, stop=stop)[0]) == before


def test_no_more_tokens_than_asked_for_are_said(client):
    reply = client.post("/v1/chat/completions", json=asked(max_completion_tokens=3)).json()
    assert reply["usage"]["completion_tokens"] == 3
    assert reply["choices"][0]["finish_reason"] == "length"


def test_temperature_zero_is_the_likeliest_token_whatever_the_seed(client, llama, tokenizer):
    ids = torch.tensor([prompt_ids(tokenizer, [Turn(role="user", content="What is two plus two?")])])
    with torch.no_grad():
        likeliest = llama.generate(ids, max_new_tokens=8, do_sample=False)[0, ids.shape[1] :]
    expected = tokenizer.decode(likeliest, skip_special_tokens=True).strip()
    for seed in (1, 2):
        assert (
            answer(client, temperature=0, top_p=0, seed=seed, max_tokens=8)["message"]["content"] == expected
        )


@pytest.mark.parametrize(
    ("body", "code", "what"),
    [
        (b"{", 400, "the body"),
        (json.dumps({"model": "new", "messages": []}).encode(), 400, "messages"),
        (json.dumps({"model": "new", "messages": QUESTION, "temperature": 3}).encode(), 400, "temperature"),
        (json.dumps({"model": "new", "messages": QUESTION, "n": 2}).encode(), 400, "n does not fit"),
        (json.dumps({"model": "new", "messages": [{"role": "tool", "content": "x"}]}).encode(), 400, "role"),
        (json.dumps({"model": "refused", "messages": QUESTION}).encode(), 404, "refused"),
        (json.dumps({"model": "gone", "messages": QUESTION}).encode(), 404, "gone"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_openais_shape(client, body, code, what):
    refused = client.post("/v1/chat/completions", content=body)
    assert refused.status_code == code
    error = refused.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert what in error["message"]


def test_of_a_request_that_is_too_long_no_more_is_read(tmp_path):
    asked_for, sent = [], []

    async def receive():
        asked_for.append(LARGEST_REQUEST // 4)
        return {"type": "http.request", "body": bytes(asked_for[-1]), "more_body": len(asked_for) < 40}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {KEY}".encode())],
    }
    with ThreadPoolExecutor(1) as beside:  # a browser of other tests may have its loop in this thread
        beside.submit(anyio.run, Endpoint(Home(tmp_path), KEY).app(), scope, receive, send).result()
    assert sent[0]["status"] == 413
    assert f"at most {LARGEST_REQUEST} bytes" in sent[1]["body"].decode()
    assert len(asked_for) == 5


def test_an_address_that_is_none_is_told_so(client):
    assert "/v1/models" in client.get("/v1/other").json()["error"]["message"]
    assert client.get("/v1/chat/completions").status_code == 405


def test_two_streams_come_side_by_side_and_neither_starves(client, url):
    def listen(seed):
        body = asked(stream=True, seed=seed, max_tokens=120, temperature=2)
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            return [time.monotonic() for line in response.iter_lines() if line]

    def overlap(pool, seeds):
        first, second = pool.map(listen, seeds)
        return max(first[1], second[1]) < min(first[-1], second[-1])

    with ThreadPoolExecutor(2) as pool:
        # A short answer may be over before a busy machine has taken the other's question.
        assert any(overlap(pool, (seed, seed + 1)) for seed in range(21, 31, 2))


def test_a_client_that_goes_away_stops_its_answer(client, monkeypatch):
    left = threading.Event()
    steps = []
    step = speaking.Speaker.step

    def slow_step(speaker):
        if speaker.prompt_tokens and left.is_set():
            steps.append(time.monotonic())
        time.sleep(0.02)
        return step(speaker)

    monkeypatch.setattr(speaking.Speaker, "step", slow_step)
    with client.stream(
        "POST", "/v1/chat/completions", json=asked(stream=True, max_tokens=120, temperature=2)
    ) as response:
        next(response.iter_lines())
    left.set()
    until(lambda: not steps or time.monotonic() - steps[-1] > 0.5)
    assert len(steps) < 60


def test_a_policy_that_is_promoted_later_is_found_without_a_restart(policy_path, tmp_path):
    home = Home(tmp_path / "home")
    with open_store(home):
        pass
    catalogue = Catalogue(home)
    assert catalogue.served() == ()
    shutil.copytree(policy_path, home.root / "policies" / "first")
    with open_store(home) as store:
        store.append("test", Policy(policy_id="first", path="policies/first"))
    until(lambda: [one.policy_id for one in catalogue.served()] == ["first"])


def test_what_was_known_last_holds_while_the_home_cannot_be_asked(home, monkeypatch):
    catalogue = Catalogue(home)
    known = catalogue.served()
    monkeypatch.setattr("rlhf.served.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("rlhf.served.FRESH_SECONDS", 0.0)
    with open_store(home):
        assert catalogue.served() == known


def test_a_policy_named_by_a_path_out_of_the_home_is_not_looked_for(tmp_path):
    assert loadable(Home(tmp_path), [Policy(policy_id="p", path="no such/model at all")]) == []


def test_few_policies_stay_in_memory_and_the_one_asked_longest_ago_goes(policy_path, tmp_path):
    shelf = speaking.Shelf()
    paths = [Path(shutil.copytree(policy_path, tmp_path / str(number))) for number in range(4)]
    first = shelf.take(paths[0])
    for path in paths[1:3]:
        shelf.take(path)
    assert shelf.take(paths[0]) is first
    shelf.take(paths[3])
    assert shelf.take(paths[0]) is first
    assert list(shelf._loaded) == [paths[2], paths[3], paths[0]]


@pytest.mark.parametrize(
    "text", ["Two plus two is four.", "Größe, 你好 and \N{THUMBS UP SIGN}!", "  spaces  around  ", "a\n\nb "]
)
def test_pieces_put_together_are_the_whole_text_and_no_half_character_is_said(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    utterance = Utterance(tokenizer, ())
    pieces = [utterance.hear(token) for token in ids]
    assert "".join(pieces) + utterance.rest() == tokenizer.decode(ids).strip() == text.strip()
    assert not any("\ufffd" in piece for piece in pieces)


def test_nothing_of_a_stop_word_is_said_while_it_comes(tokenizer):
    utterance = Utterance(tokenizer, ("STOP",))
    said = ""
    for token in tokenizer("All is well. STOP and more", add_special_tokens=False)["input_ids"]:
        said += utterance.hear(token)
        assert "S" not in said
    assert utterance.ended
    assert said == "All is well."

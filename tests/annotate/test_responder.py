"""The client of a chat's models, against endpoints that are slow, hostile or not there."""

import random
import socket
from dataclasses import replace

import beside
import pytest
from small_endpoint import small_endpoint

from annotate.chat.pairing import Variant, pair, redrawn
from annotate.chat.responder import Address, Responder, ResponderError, address_of
from annotate.prose import unfolding
from annotate.prose.screening import MASK
from store import announced
from store.chats import ChatSettings
from store.home import Home
from store.records import Turn

QUICK = ChatSettings(connect_seconds=1.0, silence_seconds=0.4, whole_seconds=1.0)
TURNS = (Turn(role="system", content="Be kind."), Turn(role="user", content="Hello"))


@pytest.fixture
def endpoint():
    with small_endpoint() as (url, stage):
        yield Address(url=url, key="the key", foreign=True), stage


def heard(address, model, settings=QUICK):
    """The whole answer, and what its end says."""

    async def listen():
        async with Responder(address, settings) as responder:
            variant = Variant(model=model, temperature=0.7, seed=3)
            return [piece async for piece in responder.answer(TURNS, variant)]

    return beside.run(listen())


def test_an_answer_comes_in_pieces_with_how_it_ended_and_its_tokens(endpoint):
    address, stage = endpoint
    pieces = heard(address, "good")
    assert "".join(piece.text for piece in pieces) == "good at 0.7. "
    assert [piece.finish_reason for piece in pieces if piece.finish_reason] == ["stop"]
    assert pieces[-1].token_count == 7
    (asked,) = stage.asked
    assert asked["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello"},
    ]
    assert (asked["temperature"], asked["top_p"], asked["seed"], asked["max_tokens"]) == (0.7, 1.0, 3, 256)
    assert stage.keys == ["Bearer the key"]


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("silent", "said nothing for 0 seconds"),
        ("slow", "took longer than 1 seconds"),
        ("half", "broke off"),
        ("garbage", "sent what is no answer"),
        ("html", "sent what is no answer"),
        ("complaining", "broke off"),
        ("endless-line", "sent what is no answer"),
        ("endless", "did not come to an end"),
        ("code-401", "does not accept the key"),
        ("code-404", "does not know what it was asked"),
        ("code-429", "are busy"),
        ("code-500", "failed with code 500"),
        ("code-302", "failed with code 302"),
    ],
)
def test_whatever_goes_wrong_is_one_sentence_that_names_no_model(endpoint, model, sentence):
    address, _ = endpoint
    with pytest.raises(ResponderError, match=sentence) as caught:
        heard(address, model)
    words = str(caught.value)
    assert model not in words
    assert "secret-model" not in words
    assert "your message is kept" in words


def test_an_endpoint_that_is_not_there_or_is_no_address_cannot_be_reached():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        for url in (nowhere, "no address", "ftp://127.0.0.1/v1", "http://[::bad/v1"):
            with pytest.raises(ResponderError, match="cannot be reached"):
                heard(Address(url=url, key="", foreign=True), "good")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://ann:pass/word@{host}/v1?key=secret@x", "http://x"),
        ("http://ann:password@{host}/v1?key=secret", "http://{host}/v1"),
    ],
)
def test_a_log_tells_the_address_without_what_opens_it(caplog, url, shown):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ResponderError, match="cannot be reached"):
            heard(Address(url=url.format(host=host), key="", foreign=True), "good")
    (line,) = (one.getMessage() for one in caplog.records if one.name == "annotate.chat.responder")
    assert line.startswith(f"{shown.format(host=host)}: ")
    assert "word" not in line


def listed(address, settings=QUICK):
    async def ask():
        async with Responder(address, settings) as responder:
            return await responder.models()

    return beside.run(ask())


def test_the_models_are_those_of_the_settings_else_those_that_the_endpoint_lists(endpoint):
    address, stage = endpoint
    assert listed(address) == ("newest", "older")
    assert listed(address, replace(QUICK, models=("mine",))) == ("mine",)
    stage.models = []
    with pytest.raises(ResponderError, match="no model that could answer"):
        listed(address)


def test_the_address_is_the_settings_else_the_one_that_is_announced_in_the_home(tmp_path, monkeypatch):
    home = Home(tmp_path)
    with pytest.raises(ResponderError, match="No model answers here"):
        address_of(home, ChatSettings())
    announced.announce(home, announced.Endpoint("http://127.0.0.1:1/v1", "own"))
    assert home.endpoint.stat().st_mode & 0o777 == 0o600
    assert address_of(home, ChatSettings()) == Address(url="http://127.0.0.1:1/v1", key="own", foreign=False)
    foreign = ChatSettings(endpoint="https://models.example/v1/", key_variable="HONE_TEST_KEY")
    with pytest.raises(ResponderError, match="key is missing"):
        address_of(home, foreign)
    monkeypatch.setenv("HONE_TEST_KEY", "theirs")
    assert address_of(home, foreign) == Address(url="https://models.example/v1", key="theirs", foreign=True)


def test_an_endpoint_withdraws_itself_and_not_the_one_that_came_after_it(tmp_path):
    home = Home(tmp_path)
    first, second = (announced.Endpoint(f"http://127.0.0.1:{port}/v1", "k") for port in (1, 2))
    announced.announce(home, first)
    announced.announce(home, second)
    announced.withdraw(home, first)
    assert announced.announced(home) == second
    announced.withdraw(home, second)
    assert announced.announced(home) is None
    home.endpoint.write_text("{}")
    assert announced.announced(home) is None


def test_the_newest_meets_the_one_before_it_half_the_time_and_itself_at_another_temperature_else():
    chance = random.Random(0)
    drawn = [pair(("new", "old", "oldest"), (0.8, 1.2), chance) for _ in range(400)]
    against_old = [one for one in drawn if {one[0].model, one[1].model} == {"new", "old"}]
    against_itself = [one for one in drawn if {one[0].model, one[1].model} == {"new"}]
    assert len(against_old) + len(against_itself) == 400
    assert 160 < len(against_old) < 240  # four deviations of a fair coin
    assert all(one.temperature != other.temperature for one, other in against_itself)
    assert all(one.seed != other.seed for one, other in drawn)
    assert 150 < sum(one.model == "old" for one, _ in drawn) * 2 < 250  # neither is always the first


def test_one_model_at_one_temperature_answers_twice_by_other_seeds():
    one, other = pair(("only",), (1.0,), random.Random(1))
    assert (one.model, one.temperature) == (other.model, other.temperature) == ("only", 1.0)
    assert one.seed != other.seed
    assert redrawn(one, random.Random(2)).seed != one.seed


def test_the_same_seed_draws_the_same_pair():
    assert pair(("a", "b"), (0.5, 1.0), random.Random(3)) == pair(("a", "b"), (0.5, 1.0), random.Random(3))


def test_a_growing_answer_never_shows_a_name_that_the_whole_one_hides():
    text = "Good day. I am Claude, made by Anthropic, and I help. Boil it for ten minutes. Say secret-policy."
    shown = [unfolding.unfolded(text[:end], ("secret-policy",)) for end in range(len(text) + 1)]
    for part in shown:
        assert "Claud" not in part
        assert "Anthro" not in part
        assert "secret" not in part
    assert "Boil it for ten " in shown[text.index("minutes") + 3]
    whole = unfolding.whole(text, ("secret-policy",))
    assert whole.startswith(f"Good day. I am {MASK}, made by {MASK}")


def test_a_script_without_spaces_is_shown_as_it_comes():
    assert unfolding.unfolded("鸡蛋要煮十分", ()) == "鸡蛋要煮十分"

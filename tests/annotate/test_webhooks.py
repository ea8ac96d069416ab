"""Webhooks: how they are signed, what they tell, and receivers that are down, slow, wrong, and back again."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import TypeAdapter
from receiver import SECRET, Receiver
from small_homes import comparisons, person

from annotate import courier
from annotate.webhooks import SignatureError, signed, verify
from store import notices
from store.database import open_store
from store.messages import Judgement, NextComparison, SubmitLabel
from store.records import Degree, Label, Policy, Promotion, Role, Round, now
from store.settings import SettingsError
from store.verbs import (
    bring_facts,
    examine,
    list_webhooks,
    next_comparison,
    promote_policy,
    read_facts,
    submit_label,
)
from store.verbs.bringing import BringFacts
from store.verbs.exporting import ReadFacts
from store.verbs.keeping import Examine
from store.verbs.listing import ListWebhooks
from store.verbs.promoting import Promote
from store.verbs.roles import HONE

# The example of standardwebhooks.com's own libraries.
EXAMPLE = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
EXAMPLE_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXAMPLE_BODY = b'{"test": 2432232314}'
THEN = 1614265330
JUDGEMENT = Judgement(ranks=(1, 2), degree=Degree.BETTER)


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def settings(store, *urls, events=("label.submitted", "round.finished")):
    store.home.settings.write_text(f"[webhooks]\nurls = {json.dumps(urls)}\nevents = {json.dumps(events)}\n")


def judge(store, actor, times=1):
    """The ids of so many labels of the actor."""
    given = []
    for _ in range(times):
        lease = next_comparison(store, actor, NextComparison()).lease_id
        given.append(submit_label(store, actor, SubmitLabel(lease_id=lease, judgement=JUDGEMENT)).label_id)
    return given


def told(receiver):
    return [one["label_id"] for one in receiver.data("label.submitted")]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setenv("HONE_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr(courier, "EVERY", 0.01)
    monkeypatch.setattr(courier, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(courier, "LONGEST_PAUSE", 0.05)


@pytest.fixture
def work(store, ana):
    store.append("hone", *comparisons(12))
    return store


def test_a_signature_is_that_of_standard_webhooks():
    assert signed(EXAMPLE_SECRET, EXAMPLE["webhook-id"], EXAMPLE_BODY, THEN) == EXAMPLE
    assert verify(EXAMPLE_SECRET, EXAMPLE, EXAMPLE_BODY, THEN) == EXAMPLE["webhook-id"]


@pytest.mark.parametrize(
    ("headers", "body", "moment", "words"),
    [
        ({}, b'{"test": 1}', THEN, "does not fit"),
        ({"webhook-signature": "v1,AAAA v2,x"}, EXAMPLE_BODY, THEN, "does not fit"),
        ({"webhook-signature": "v1,ü"}, EXAMPLE_BODY, THEN, "does not fit"),
        ({"webhook-id": "msg_other"}, EXAMPLE_BODY, THEN, "does not fit"),
        ({"webhook-timestamp": str(THEN + 1)}, EXAMPLE_BODY, THEN, "does not fit"),
        ({}, EXAMPLE_BODY, THEN + 301, "compare the clocks"),
        ({"webhook-timestamp": "now"}, EXAMPLE_BODY, THEN, "it is none"),
        ({"webhook-timestamp": "١٦"}, EXAMPLE_BODY, THEN, "it is none"),
    ],
)
def test_what_was_changed_or_is_old_is_not_trusted(headers, body, moment, words):
    with pytest.raises(SignatureError, match=words):
        verify(EXAMPLE_SECRET, {**EXAMPLE, **headers}, body, moment)


def test_headers_are_found_whatever_their_case_and_missed_where_they_are_not():
    upper = {name.upper(): value for name, value in EXAMPLE.items()}
    assert verify(EXAMPLE_SECRET, upper, EXAMPLE_BODY, THEN)
    with pytest.raises(SignatureError, match="one is missing"):
        verify(EXAMPLE_SECRET, {}, EXAMPLE_BODY, THEN)


def test_a_receiver_hears_of_labels_and_rounds_in_facts_and_of_nothing_before(work, ana):
    judge(work, ana)
    with Receiver() as receiver:
        settings(work, receiver.url)
        with courier.at_work(courier.couriers(work)):
            given = judge(work, ana, 2)
            work.append(
                "hone",
                Round(
                    round=1, method="rs", policy_id="p", promoted=True, settings="{}", results='{"words": 1}'
                ),
            )
            until(lambda: len(receiver.taken) == 3)
    assert told(receiver) == given
    (finished,) = receiver.data("round.finished")
    assert {name: finished[name] for name in ("round", "method", "policy_id", "promoted")} == {
        "round": 1,
        "method": "rs",
        "policy_id": "p",
        "promoted": True,
    }
    assert set(receiver.taken[0]["data"]) == {
        "label_id",
        "comparison_id",
        "annotator_id",
        "surplus",
        "made_at",
    }
    assert "Answer" not in json.dumps(receiver.taken)
    assert "secret-policy" not in json.dumps(receiver.taken)


def test_a_receiver_hears_of_what_a_person_decides_of_a_policy_and_not_why(work):
    work.append("hone", Policy(policy_id="p", path="x", promoted=False))
    rob = person(work, "rob", Role.ENGINEER)
    with Receiver() as receiver:
        settings(work, receiver.url, events=["policy.decided"])
        with courier.at_work(courier.couriers(work)):
            promote_policy(work, rob, Promote(policy="p", why="Answer", force=True))
            withdrawn = replace(promotions(work)[0], promoted=False, made_at=now())
            work.append("imported:x", withdrawn)
            until(lambda: list_webhooks(work, HONE, ListWebhooks())[0].behind == 0)
    (decided,) = receiver.data("policy.decided")
    assert (decided["policy_id"], decided["promoted"], decided["given_by"]) == ("p", True, rob.annotator_id)
    assert "Answer" not in json.dumps(receiver.taken)


def promotions(store):
    """The facts, as anybody may bring them."""
    facts = read_facts(store, HONE, ReadFacts(kind="Promotion")).facts
    return [TypeAdapter(Promotion).validate_json(fact) for fact in facts]


def test_only_what_is_wanted_is_told(work, ana):
    with Receiver() as receiver:
        settings(work, receiver.url, events=["round.finished"])
        with courier.at_work(courier.couriers(work)):
            judge(work, ana)
            work.append(
                "hone", Round(round=1, method="rs", policy_id="p", promoted=True, settings="{}", results="{}")
            )
            until(lambda: receiver.taken)
            until(lambda: list_webhooks(work, HONE, ListWebhooks())[0].behind == 0)
    assert [one["type"] for one in receiver.taken] == ["round.finished"]


def test_labels_from_a_file_were_not_submitted(work, ana):
    with work.reading() as db:
        asked = db.execute("select comparison_id from comparisons limit 1").fetchone()[0]
    fact = Label(
        label_id="l",
        comparison_id=asked,
        annotator_id="imported:x",
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(),
    )
    person_fact = {
        "annotator_id": "imported:x",
        "name": "imported:x",
        "role": "annotator",
        "kind": "imported",
    }
    events = [
        json.dumps({"kind": "Annotator", "fact": person_fact}),
        json.dumps({"kind": "Label", "fact": TypeAdapter(Label).dump_python(fact, mode="json")}),
    ]
    with work.reading() as db:
        start = notices.present(db)
    assert bring_facts(work, HONE, BringFacts(events=tuple(events), last=True)).added == 2
    with work.reading() as db:
        assert notices.after(db, start)[0] == []


@pytest.mark.parametrize("status", [500, 404, 301])
def test_a_receiver_that_fails_is_asked_again_until_it_takes_everything_in_order(work, ana, status):
    with Receiver() as receiver:
        receiver.status = status
        settings(work, receiver.url)
        with courier.at_work(courier.couriers(work)):
            given = judge(work, ana, 3)
            until(lambda: receiver.tries > 2)
            (seen,) = list_webhooks(work, HONE, ListWebhooks())
            assert (seen.error, seen.failures > 0, seen.behind > 0) == (
                f"It answered with status {status}.",
                True,
                True,
            )
            receiver.status = 200
            until(lambda: len(receiver.taken) == 3)
            until(lambda: list_webhooks(work, HONE, ListWebhooks())[0].failures == 0)
    assert told(receiver) == given


def test_a_receiver_that_is_down_loses_nothing_by_it(work, ana):
    with Receiver() as first:
        port = first.server_port
        settings(work, first.url)
    with courier.at_work(courier.couriers(work)):
        given = judge(work, ana, 2)
        until(lambda: list_webhooks(work, HONE, ListWebhooks())[0].failures > 1)
        assert "ConnectError" in list_webhooks(work, HONE, ListWebhooks())[0].error
        with Receiver(port) as second:
            until(lambda: len(second.taken) == 2)
            assert told(second) == given


def test_a_slow_receiver_slows_nobody_down_and_not_the_end(work, ana, monkeypatch):
    monkeypatch.setattr(courier, "FAREWELL", 0.2)
    with Receiver() as slow, Receiver() as quick:
        slow.hold.clear()
        settings(work, slow.url, quick.url)
        with courier.at_work(courier.couriers(work)):
            begun = time.monotonic()
            given = judge(work, ana, 10)
            until(lambda: len(quick.taken) == 10)
            assert time.monotonic() - begun < 5  # the slow one would take 20 s for its first
            assert slow.taken == []
            ending = time.monotonic()
        assert time.monotonic() - ending < 3
    assert told(quick) == given


def test_what_was_told_is_not_told_again_after_the_app_ended_in_order(store, ana):
    home = store.home
    store.append("hone", *comparisons(4))
    with Receiver() as receiver:
        settings(store, receiver.url)
        with courier.at_work(courier.couriers(store)):
            given = judge(store, ana, 2)
            until(lambda: len(receiver.taken) == 2)
        given += judge(store, ana)  # while nobody tells
        store.close()
        with open_store(home) as again, courier.at_work(courier.couriers(again)):
            given += judge(again, ana)
            until(lambda: len(receiver.ids()) == 4)
        assert told(receiver) == given
        assert len(receiver.taken) == 4


def test_a_home_that_was_restored_goes_on_from_what_it_has(work, ana):
    with Receiver() as receiver:
        settings(work, receiver.url)
        notices.keep(
            work.home, notices.Standing(url=receiver.url, position=notices.Position(seq=10**6, rounds=3))
        )
        with courier.at_work(courier.couriers(work)):
            given = judge(work, ana)
            until(lambda: receiver.taken)
    assert told(receiver) == given


def test_receivers_without_a_secret_stop_the_app_in_a_sentence(work, monkeypatch):
    monkeypatch.setenv("HONE_WEBHOOK_SECRET", "short")
    settings(work, "https://example.org/hone")
    with pytest.raises(SettingsError, match="at least 16 characters in the environment variable HONE_WEB"):
        courier.couriers(work)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org", "http://user:word@example.org/", "http://", "example.org"],
)
def test_only_plain_addresses_of_the_web_are_told(work, url):
    settings(work, url)
    with pytest.raises(SettingsError, match=r"webhooks\.urls"):
        courier.couriers(work)


def test_only_engineers_see_how_receivers_stand(work, ana):
    settings(work)
    rob = person(work, "rob", Role.ENGINEER)
    assert list_webhooks(work, rob, ListWebhooks()) == ()


def test_the_doctor_tells_of_a_receiver_that_nothing_has_reached_for_long(work):
    for hours, url in [(2, "https://down.example/hone"), (0, "https://slow.example/hone")]:
        since = now() - timedelta(hours=hours)
        failing = notices.Standing(
            url=url, position=notices.Position(), failures=9, failing_since=since, error="ConnectError: no"
        )
        notices.keep(work.home, failing)
    found = [one for one in examine(work, HONE, Examine()).findings if one.rule == "webhooks arrive"]
    assert len(found) == 1
    assert "https://down.example/hone" in found[0].sentence
    assert "ConnectError: no" in found[0].sentence

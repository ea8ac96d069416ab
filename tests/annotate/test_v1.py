"""`/api/v1`: every role against every route, hostile requests, what stays hidden, and that twice is once."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from openapi_spec_validator import validate
from small_homes import POLICIES, comparisons, pair, person
from starlette.applications import Starlette
from starlette.testclient import TestClient

from annotate import app, ownership
from annotate.entrance import sign_in
from annotate.v1 import answering
from annotate.v1.description import document
from annotate.v1.operations import OPERATIONS
from annotate.v1.pace import Pace
from store import people
from store.records import Comparison, Role, Track
from store.verbs.roles import HONE

URL = "http://127.0.0.1:8501"
JUDGEMENT = {"ranks": [1, 2], "degree": 2}
BODIES = {
    "bring_prompts": {"prompts": [{"prompt": "Hello?"}]},
    "bring_comparisons": {
        "comparisons": [
            {
                "prompt": {"prompt": "Hello?"},
                "answers": [{"text": "Hi.", "policy": "one"}, {"text": "No.", "policy": "two"}],
            }
        ]
    },
    "skip_lease": {"reason": "unsure"},
    "submit_label": JUDGEMENT,
    "edit_label": JUDGEMENT,
}
NAMES = {"track": "safety", "round": "1", "thing": "label:none"}


@pytest.fixture
def asked(store):
    store.append("hone", *comparisons(6))
    return store


@pytest.fixture
def client(asked):
    """The app's routes behind its gate."""
    tenure = ownership.Tenure(asked)
    with ownership.served(tenure, URL):
        served = Starlette(routes=app.routes(tenure), middleware=app.middleware(asked))
        with TestClient(served, base_url=URL, follow_redirects=False) as client:
            yield client


@pytest.fixture
def token(asked):
    """The access token of a person, who is added when first asked for."""
    tokens = {}

    def token(name="ana", role=Role.ANNOTATOR):
        if name not in tokens:
            tokens[name] = people.new_token(asked, person(asked, name, role), "a program", timedelta(days=1))[
                0
            ]
        return tokens[name]

    return token


@pytest.fixture
def ask(client, token):
    def ask(method, path, name="ana", role=Role.ANNOTATOR, **sent):
        headers = {"authorization": f"Bearer {token(name, role)}"}
        return client.request(method, f"/api/v1{path}", headers=headers, **sent)

    return ask


@pytest.fixture
def engineer(ask):
    return lambda method, path, **sent: ask(method, path, "rob", Role.ENGINEER, **sent)


def filled(operation):
    return operation.path.format(**{name: NAMES.get(name, "none") for name in operation.in_path})


def test_the_description_is_valid_and_tells_every_operation(client):
    told = client.get("/api/v1/openapi.json").json()
    validate(told)
    assert told == document()
    assert {one["operationId"] for path in told["paths"].values() for one in path.values()} == {
        operation.name for operation in OPERATIONS
    }


def test_the_page_of_it_is_plain_and_runs_nothing(client):
    page = client.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert not [word for word in ("http://", "src=", "@import") if word in page.text]
    assert all(operation.path in page.text for operation in OPERATIONS)


@pytest.mark.parametrize("role", Role)
def test_every_route_is_for_its_least_role_and_those_above(ask, role):
    order = list(Role)
    for operation in OPERATIONS:
        reply = ask(
            operation.method, filled(operation), f"a {role}", role, json=BODIES.get(operation.name, {})
        )
        allowed = order.index(role) >= order.index(operation.least)
        assert (reply.status_code != 403) == allowed, (operation.name, reply.text)
        assert reply.status_code in {200, 403, 404, 409}, (operation.name, reply.text)


def test_without_a_token_every_route_is_closed(client, token):
    ana = token()
    tokens = [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {ana}",
        f"Bearer {ana}x",
        f"Bearer {'x' * 9999}",
    ]
    for operation, given in product(OPERATIONS, tokens):
        reply = client.request(
            operation.method, f"/api/v1{filled(operation)}", headers={"authorization": given}, json={}
        )
        assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer"), operation.name
        assert reply.json()["error"].endswith(".")


def test_a_session_opens_no_route_neither_as_a_cookie_nor_as_a_token(client, asked, ana):
    session = people.authenticate(asked, "ana", "correct horse", "here")
    client.cookies.set(sign_in.SESSION_COOKIE, session)
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {session}"}).status_code == 401


def test_an_access_token_opens_no_page_and_the_home_s_token_no_route(client, token):
    client.cookies.set(sign_in.SESSION_COOKIE, token())
    assert client.get("/", headers={"accept": "text/html"}).status_code == 303
    owner = ownership.held_store().home.owner.read_text()
    headers = {"authorization": f"Bearer {json.loads(owner)['token']}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_token_that_was_ended_is_over_at_once(ask, asked):
    assert ask("GET", "/me").json()["name"] == "ana"
    with asked.reading() as db:
        asked.append("hone", *people.ends(db, ask("GET", "/me").json()["annotator_id"]))
    assert ask("GET", "/me").status_code == 401


def test_a_judgement_goes_in_is_said_anew_and_taken_back(ask):
    lease = ask("POST", "/leases").json()["lease_id"]
    assert ask("POST", "/leases").json()["lease_id"] == lease
    assert "expires_at" in ask("POST", f"/leases/{lease}/renew").json()
    first = ask("POST", f"/leases/{lease}/label", json=JUDGEMENT).json()
    again = ask("POST", f"/leases/{lease}/label", json={**JUDGEMENT, "degree": 3}).json()
    assert (first["label_id"], first["repeated"], again["repeated"]) == (lease, False, True)
    assert ask("PUT", f"/labels/{lease}", json={"ranks": [2, 1], "degree": 1}).status_code == 200
    (own,) = ask("GET", "/me/labels").json()
    assert (own["ranks"], own["degree"], own["edits"]) == ([2, 1], 1, 1)
    shown = ask("GET", f"/labels/{lease}").json()
    assert (shown["draft"]["ranks"], len(shown["responses"])) == ([2, 1], 2)
    undone = ask("DELETE", f"/labels/{lease}").json()
    assert undone["draft"]["ranks"] == [2, 1]
    assert ask("DELETE", f"/labels/{lease}").json()["lease_id"] == undone["lease_id"]
    assert ask("GET", "/me/labels").json() == []


def test_a_skip_gives_back_and_a_flag_calls_a_reviewer(ask, asked):
    for flagged in (False, True):
        lease = ask("POST", "/leases").json()["lease_id"]
        sent = {"reason": "unsure", "flagged": flagged}
        assert ask("POST", f"/leases/{lease}/skip", json=sent).status_code == 200
    with asked.reading() as db:
        assert db.execute("select flagged from skips order by made_at").fetchall() == [(False,), (True,)]


def test_nothing_of_policies_stored_order_or_others_comes_to_those_who_judge(ask, asked):
    said = []
    for number, name in product(range(2), ["ana", "ben"]):
        lease = ask("POST", "/leases", name).json()
        label = f"/leases/{lease['lease_id']}/label"
        comment = {"comment": f"{name} says {number}"}
        said += [json.dumps(lease), ask("POST", label, name, json={**JUDGEMENT, **comment}).text]
    own = ask("GET", "/me/labels", "ana").json()
    said += [json.dumps(own), *(ask("GET", f"/labels/{one['label_id']}", "ana").text for one in own)]
    words = "\n".join(said)
    assert len(own) == 2
    assert not [word for word in (*POLICIES, "shown_order", "response_id", "ben says") if word in words]
    others = ask("GET", "/me/labels", "ben").json()[0]["label_id"]
    for method, path in [("GET", ""), ("PUT", ""), ("DELETE", "")]:
        reply = ask(method, f"/labels/{others}{path}", "ana", json=JUDGEMENT)
        assert reply.status_code in {404, 409}, reply.text
        assert "ben" not in reply.text


def test_another_s_lease_can_be_neither_judged_nor_skipped_nor_renewed(ask):
    lease = ask("POST", "/leases", "ana").json()["lease_id"]
    for what, sent in [("label", JUDGEMENT), ("skip", {"reason": ""}), ("renew", {})]:
        assert ask("POST", f"/leases/{lease}/{what}", "ben", json=sent).status_code == 409
    assert ask("POST", "/leases", "ana").json()["lease_id"] == lease


def test_prompts_that_come_twice_are_there_once(engineer, asked):
    sent = {
        "prompts": [
            {"prompt": "What now?", "track": "safety", "category": "illicit"},
            {"prompt": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Who?"}]},
            {"prompt": "What now?", "track": "safety", "category": "illicit"},
        ]
    }
    first, again = (engineer("POST", "/prompts", json=sent).json() for _ in range(2))
    assert (first["added"], again["added"]) == (2, 0)
    assert first["ids"] == again["ids"]
    assert first["ids"][0] == first["ids"][2]
    with asked.reading() as db:
        asks = "select track, category, len(turns) from prompts where source = 'api' order by 3"
        assert db.execute(asks).fetchall() == [("safety", "illicit", 1), ("helpfulness", None, 2)]


def test_comparisons_that_come_twice_are_asked_once_and_policies_keep_their_names(engineer, ask, asked):
    answers = [{"text": "Mine.", "policy": POLICIES[0]}, {"text": "Theirs.", "policy": "gpt-x"}]
    sent = {"comparisons": [{"prompt": {"prompt": "New?"}, "answers": answers, "priority": 5000}]}
    first, again = (engineer("POST", "/comparisons", json=sent).json() for _ in range(2))
    assert (first["added"], again["added"], first["ids"] == again["ids"]) == (1, 0, True)
    assert set(ask("POST", "/leases").json()["responses"]) == {"Mine.", "Theirs."}
    seen = engineer("GET", f"/comparisons/{first['ids'][0]}").json()
    assert {one["policy_id"] for one in seen["responses"]} == {POLICIES[0], "imported:gpt-x"}
    assert (seen["comparison"]["batch_id"], seen["labels"]) == ("batch 1", 0)
    other = {"comparisons": [{**sent["comparisons"][0], "overlap": 2}]}
    assert engineer("POST", "/comparisons", json=other).status_code == 409


def test_a_home_that_only_imported_gets_a_batch_of_its_own(store, ana):
    from store.messages import (
        Assignment,
        BringComparisons,
        NewAnswer,
        NewComparison,
        NewPrompt,
        NextComparison,
    )
    from store.records import Batch
    from store.verbs import bring_comparisons, next_comparison

    store.append("hone", Batch(batch_id="imported:hh", round=0))
    answers = tuple(NewAnswer(text=text, policy="x") for text in ("a", "b", "c"))
    asked = NewComparison(prompt=NewPrompt(prompt="Well?"), answers=answers)
    bring_comparisons(store, HONE, BringComparisons(comparisons=(asked,)))
    reply = next_comparison(store, ana, NextComparison())
    assert isinstance(reply, Assignment)
    assert (reply.batch_id, len(reply.responses)) == ("batch-0", 3)


@pytest.mark.parametrize(
    ("path", "sent", "words"),
    [
        ("/prompts", {"prompts": []}, "at least 1 item"),
        ("/prompts", {"prompts": [{"prompt": ""}]}, "end with words of the user"),
        ("/prompts", {"prompts": [{"prompt": [{"role": "assistant", "content": "a"}]}]}, "words of the user"),
        ("/prompts", {"prompts": [{"prompt": [{"role": "root", "content": "a"}]}]}, "role"),
        ("/prompts", {"prompts": [{"prompt": "a", "language": "english please"}]}, "language"),
        ("/prompts", {"prompts": [{"prompt": "a", "author": "ana"}]}, "author"),
        ("/prompts", {"prompts": [{"prompt": "x" * 200_001}]}, "200000 characters"),
        ("/prompts", {"prompts": [{"prompt": "a"}] * 1001}, "at most 1000 items"),
        (
            "/comparisons",
            {"comparisons": [{"prompt_id": "none", "answers": [{"text": "a", "policy": "p"}]}]},
            "2 items",
        ),
    ],
)
def test_what_could_be_kept_nowhere_is_refused_in_a_sentence(engineer, path, sent, words):
    reply = engineer("POST", path, json=sent)
    assert reply.status_code == 422
    assert words in reply.json()["error"]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"prompt_id": "none"}, 404),
        ({}, 422),
        ({"prompt_id": "none", "prompt": {"prompt": "a"}}, 422),
        ({"prompt": {"prompt": "a"}, "overlap": 0}, 422),
        ({"prompt": {"prompt": "a"}, "priority": 10**30}, 422),
        ({"prompt": {"prompt": "a"}, "answers": [{"text": "a", "policy": "p"}] * 2}, 422),
        ({"prompt": {"prompt": "a"}, "answers": [{"text": "a", "policy": "p", "seed": 2**63}] * 2}, 422),
        ({"prompt": {"prompt": "a"}, "answers": [{"text": "a", "policy": "p"}] * 10}, 422),
    ],
)
def test_comparisons_that_fit_nothing_are_refused_whole(engineer, asked, more, status):
    fine = [{"text": "a", "policy": "p"}, {"text": "b", "policy": "p"}]
    good = {"prompt": {"prompt": "fine"}, "answers": fine}
    reply = engineer("POST", "/comparisons", json={"comparisons": [good, {"answers": fine, **more}]})
    assert (reply.status_code, reply.json()["error"][-1]) == (status, "."), reply.text
    with asked.reading() as db:
        assert db.execute("select count(*) from prompts where source = 'api'").fetchone() == (0,)


HOSTILE = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"ranks": [1, NaN], "degree": 2}',
    b'{"ranks": [1, 2], "degree": 2, "seconds": 1e999}',
    b'{"ranks": [1, 2], "degree": 2, "comment": "\\ud800"}',
    b'{"ranks": [1, 2], "degree": 99}',
    b'{"ranks": [1, 999999999999999999999999], "degree": 2}',
    b'{"ranks": [], "degree": 0}',
    b'{"ranks": [1, 2, 3], "degree": 2}',
    b'{"ranks": [1, 2], "degree": 2, "lease_id": "other"}',
    b'{"ranks": [1, 2], "degree": 2, "surplus": true}',
    b'{"ranks": [1, 2], "degree": 2, "changes": -1}',
    b'{"ranks": [1, 2], "degree": 2, "seen_share": [0.1, 7]}',
    json.dumps({**JUDGEMENT, "comment": "x" * 10_001}).encode(),
    json.dumps({**JUDGEMENT, "reasons": ["x"] * 21}).encode(),
    json.dumps({**JUDGEMENT, "x" * 5000: 1}).encode(),
]


def test_hostile_bodies_are_refused_in_a_short_sentence_and_keep_nothing(ask, asked):
    lease = ask("POST", "/leases").json()["lease_id"]
    for body in HOSTILE:
        reply = ask("POST", f"/leases/{lease}/label", content=body)
        assert (reply.status_code, len(reply.json()["error"]) < 600) == (422, True), (body[:60], reply.text)
    with asked.reading() as db:
        assert db.execute("select count(*) from labels").fetchone() == (0,)


@pytest.mark.parametrize(
    "thing", ["label:'; drop table labels; --", "annotator:a/b", "policy:%", "x", "label:"]
)
def test_hostile_names_are_only_names(ask, thing):
    from urllib.parse import quote

    reply = ask("GET", f"/lineage/{quote(thing, safe='')}", "rev", Role.REVIEWER)
    assert reply.status_code in {404, 409}
    assert reply.json()["error"].endswith(".")


def test_a_huge_body_is_refused_before_it_is_read_whole(ask):
    def chunks():
        for _ in range(100):
            sent.append(1)
            yield b" " * 1024 * 1024

    sent = []
    reply = ask("POST", "/leases", content=chunks())
    assert (reply.status_code, reply.json()["error"]) == (
        413,
        f"Expected at most {answering.LARGEST_REQUEST} bytes; send it in parts.",
    )


def test_what_is_nowhere_and_a_wrong_method_are_said_so_in_json(client):
    for path in ("/api/v1/", "/api/v1/labels/a/b", "/api/v1/admin", "/api/v1/../verbs/freeze"):
        reply = client.get(path)
        assert reply.status_code in {404, 405}
    reply = client.patch("/api/v1/me")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET")
    assert reply.json() == {"error": "Expected GET here; got PATCH."}


def test_who_asks_too_fast_waits_and_others_do_not():
    pace = Pace(rate=10.0, burst=3.0)
    assert [pace.wait("ana", 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, pytest.approx(0.1)]
    assert pace.wait("ben", 0.0) == 0.0
    assert pace.wait("ana", 0.1) == 0.0
    assert pace.wait("ana", 0.15) == pytest.approx(0.05)


def test_too_many_requests_are_told_when_to_go_on(ask, monkeypatch):
    monkeypatch.setattr(Pace, "wait", lambda *_: 1.2)
    reply = ask("GET", "/me")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "2")


def test_a_closed_store_can_be_asked_later(ask, asked):
    ask("GET", "/me")
    asked.close()
    assert ask("GET", "/me").status_code == 503


def test_labels_come_in_order_with_what_they_are_about_and_go_on_at_a_cursor(ask, engineer, monkeypatch):
    monkeypatch.setattr("store.label_lines.MOST", 2)
    monkeypatch.setattr("store.verbs.listing.MOST", 2)
    given = []
    for _ in range(5):
        lease = ask("POST", "/leases").json()["lease_id"]
        given.append(lease)
        ask("POST", f"/leases/{lease}/label", json=JUDGEMENT)
    ask("DELETE", f"/labels/{given[-1]}")
    reply = engineer("GET", "/labels")
    lines = [json.loads(line) for line in reply.text.splitlines()]
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert [(one["label_id"], one["cursor"]) for one in lines] == list(zip(given, range(1, 6), strict=True))
    assert [one["withdrawn"] for one in lines] == [False] * 4 + [True]
    # The first that was shown is the better one, wherever it is stored.
    assert all(one["ranks"][one["shown_order"][0]] == 1 for one in lines)
    assert {answer["policy_id"] for answer in lines[0]["answers"]} == set(POLICIES)
    later = engineer("GET", "/labels?after=3").text.splitlines()
    assert [json.loads(line)["cursor"] for line in later] == [4, 5]
    assert engineer("GET", "/labels?after=5").text == ""
    assert engineer("GET", "/labels?after=-1").status_code == 422


def test_who_reads_what_others_said_is_not_asked_it_and_reads_nothing_while_judging(engineer, ask, asked):
    asked.append("hone", *pair(50, Track.SAFETY))
    lease = ask("POST", "/leases").json()["lease_id"]
    ask("POST", f"/leases/{lease}/label", json=JUDGEMENT)
    ask("DELETE", f"/labels/{lease}")  # the comparison wants a label again
    words = ask("POST", "/leases").json()["turns"]
    held = engineer("POST", "/leases").json()["lease_id"]
    assert engineer("GET", "/labels").status_code == 409
    engineer("POST", f"/leases/{held}/skip", json={"reason": "busy"})
    assert engineer("GET", "/labels").status_code == 200
    ask("POST", f"/leases/{ask('POST', '/leases').json()['lease_id']}/skip", json={"reason": "later"})
    offered = []
    while "lease_id" in (next_one := engineer("POST", "/leases").json()):
        offered.append(next_one["turns"])
        engineer("POST", f"/leases/{next_one['lease_id']}/skip", json={"reason": "look"})
    assert len(offered) >= 4
    assert words not in offered


def test_nobody_looks_behind_what_they_hold(engineer):
    answers = [{"text": "a", "policy": "p"}, {"text": "b", "policy": "q"}]
    sent = {"comparisons": [{"prompt": {"prompt": "Mine?"}, "answers": answers, "priority": 9000}]}
    (comparison,) = engineer("POST", "/comparisons", json=sent).json()["ids"]
    lease = engineer("POST", "/leases").json()["lease_id"]
    assert engineer("GET", f"/comparisons/{comparison}").status_code == 403
    engineer("POST", f"/leases/{lease}/label", json=JUDGEMENT)
    assert engineer("GET", f"/comparisons/{comparison}").json()["labels"] == 1


def test_who_has_read_what_others_said_does_not_say_their_own_anew(store, engineer, ask):
    store.append("hone", *[asked_of_two(fact) for fact in pair(70, Track.HELPFULNESS)])
    for of in (engineer, ask):
        lease = of("POST", "/leases").json()
        assert lease["turns"][0]["content"] == "Question 70, turn 0"
        of("POST", f"/leases/{lease['lease_id']}/label", json=JUDGEMENT)
    own = engineer("GET", "/me/labels").json()[0]["label_id"]
    assert engineer("PUT", f"/labels/{own}", json={"ranks": [2, 1], "degree": 2}).status_code == 200
    assert engineer("GET", "/labels").status_code == 200
    reply = engineer("PUT", f"/labels/{own}", json=JUDGEMENT)
    assert (reply.status_code, "have been shown" in reply.json()["error"]) == (409, True)


def asked_of_two(fact):
    return replace(fact, overlap=2, priority=9999) if isinstance(fact, Comparison) else fact


def test_two_programs_race_for_the_last_comparison_and_one_gets_it(store, token, client):
    rounds = 6  # as many as there are comparisons
    for name in ("ana", "ben"):
        token(name)
    won = []
    for _ in range(rounds):
        gate, got = threading.Barrier(2), {}

        def race(name, gate=gate, got=got):
            headers = {"authorization": f"Bearer {token(name)}"}
            gate.wait()
            got[name] = client.post("/api/v1/leases", headers=headers).json()

        threads = [threading.Thread(target=race, args=(name,)) for name in ("ana", "ben")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won.append(got)
        for name, one in got.items():
            if "lease_id" in one:
                headers = {"authorization": f"Bearer {token(name)}"}
                client.post(f"/api/v1/leases/{one['lease_id']}/label", headers=headers, json=JUDGEMENT)
    with store.reading() as db:
        labels = db.execute("select comparison_id, surplus from labels").fetchall()
    assert len(labels) == len(set(labels)) == 6
    assert not any(surplus for _, surplus in labels)

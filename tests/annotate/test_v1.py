"""`/api/v1`: every role against every route, hostile requests, what stays hidden, and that twice is once."""

import json
import threading
from itertools import product

import pytest
from openapi_spec_validator import validate
from small_homes import JUDGEMENT, POLICIES

from annotate import ownership
from annotate.entrance import sign_in
from annotate.v1.description import document
from annotate.v1.operations import OPERATIONS
from annotate.v1.pace import Pace
from store import people
from store.records import Role

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
    "sign_round": {"spoken": {}},
    "promote_policy": {"why": "it is better"},
    "withdraw_policy": {"why": "it is worse"},
    "review_label": {"verdict": "confirm", "why": "it is right"},
    "void": {"why": "spam"},
}
NAMES = {"track": "safety", "round": "1", "thing": "label:none"}


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

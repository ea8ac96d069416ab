"""`/api/v1/labels`: all that was said, line by line, to those who are not swayed by it."""

import json
from dataclasses import replace

from small_homes import JUDGEMENT, POLICIES, pair

from store.records import Comparison, Track


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

"""`/api/v1` for those who bring prompts and comparisons, and whatever else may be sent."""

import json

import pytest
from small_homes import JUDGEMENT, POLICIES

from annotate.v1 import answering
from store.records import Role
from store.verbs.roles import HONE


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


@pytest.mark.wide
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


@pytest.mark.wide
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


@pytest.mark.wide
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

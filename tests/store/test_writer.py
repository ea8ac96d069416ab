"""Saved means on the disk; whoever asks for the impossible fails alone."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from small_collection import comparisons

from store import audit
from store.database import Store, open_store
from store.errors import RequestError
from store.messages import VerifyAudit
from store.records import Annotator, Comparison, Kind, Prompt, Role, Score, Split, Track, Turn
from store.verbs import verify_audit
from store.verbs.roles import HONE
from store.writer import WriteError


def person(name: str, locale: str = "en") -> Annotator:
    return Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON, locale=locale)


def ids(store: Store) -> list[str]:
    with store.reading() as db:
        found = db.execute("select annotator_id from annotators order by annotator_id").fetchall()
    return [name for (name,) in found]


def bodies(store: Store) -> list[dict[str, object]]:
    with store.reading() as db:
        return [json.loads(body) for (body,) in db.execute("select body from audit order by seq").fetchall()]


def test_what_was_appended_is_there_after_a_reopening(store: Store) -> None:
    store.append("test", person("ann"))
    store.close()
    with open_store(store.home) as reopened:
        assert ids(reopened) == ["ann"]


def test_of_many_calls_at_once_only_the_bad_one_fails(store: Store) -> None:
    good = [store.append_later("test", person(f"a{number:02d}")) for number in range(20)]
    bad = store.append_later("test", person("b"), replace(person("c"), role="king"))  # type: ignore[arg-type]
    more = [store.append_later("test", person(f"d{number:02d}")) for number in range(20)]
    for ticket in (*good, *more):
        assert ticket.wait() == 1
    with pytest.raises(WriteError, match="The store could not keep this"):
        bad.wait()
    assert ids(store) == [f"a{number:02d}" for number in range(20)] + [
        f"d{number:02d}" for number in range(20)
    ]
    assert len(bodies(store)) == 40
    assert verify_audit(store, HONE, VerifyAudit()).broken_seq is None


def test_the_facts_of_a_call_commit_together_or_not_at_all(store: Store) -> None:
    facts = comparisons(1)
    bad = [replace(fact, overlap=0) if isinstance(fact, Comparison) else fact for fact in facts]
    with pytest.raises(WriteError, match="overlap"):
        store.append("test", *bad)
    with store.reading() as db:
        assert db.execute("select count(*) from prompts").fetchall() == [(0,)]
    assert bodies(store) == []


def test_the_same_key_again_changes_nothing_and_is_not_audited(store: Store) -> None:
    store.append("test", person("ann"))
    store.append("test", person("ann", locale="fr"))
    assert store.append_later("test", person("ben"), person("ben", locale="fr")).wait() == 1
    with store.reading() as db:
        assert db.execute("select distinct locale from annotators").fetchall() == [("en",)]
    assert len(bodies(store)) == 2


def test_an_audit_row_tells_who_appended_what(store: Store) -> None:
    store.append("eve", person("ann"))
    (body,) = bodies(store)
    fact = body["fact"]
    assert isinstance(fact, dict)
    assert (body["actor"], body["kind"], fact["name"], fact["role"]) == (
        "eve",
        "Annotator",
        "ann",
        "annotator",
    )


def test_the_chain_is_the_sha256_of_the_hash_before_and_the_body() -> None:
    # printf '%064d{}' 0 | sha256sum, then the result followed by [] likewise
    head, rows = audit.extend(audit.Head(), ["{}", "[]"])
    assert [row.hash[:16] for row in rows] == ["5508d2b710e64bc4", "2a1cbe89db7eb013"]
    assert (head.seq, head.hash) == (2, rows[1].hash)


def test_a_number_that_is_none_is_refused_before_it_is_queued(store: Store) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.append("test", Score(response_id="r", reward_model_id="m", score=float("nan")))


def test_a_text_that_is_no_unicode_fails_alone(store: Store) -> None:
    turns = (Turn(role="user", content="\ud800"),)
    prompt = Prompt(prompt_id="p", turns=turns, track=Track.SAFETY, split=Split.TRAIN)
    with pytest.raises(WriteError):
        store.append("test", prompt)
    store.append("test", person("ann"))
    assert ids(store) == ["ann"]


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(RequestError, match="The store is closed"):
        store.append("test", person("ann"))
    with pytest.raises(RequestError, match="The store is closed"):
        ids(store)


def test_closing_writes_what_is_queued(store: Store) -> None:
    for number in range(50):
        store.append_later("test", person(f"a{number:02d}"))
    store.close()
    with open_store(store.home) as reopened:
        assert len(ids(reopened)) == 50


def test_readers_see_no_half_of_a_call(store: Store) -> None:
    stop, odd = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            with store.reading() as db:
                (count,) = db.execute("select count(*) from annotators").fetchone() or (1,)
            odd.append(count % 2)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        store.append("test", person(f"a{number}"), person(f"b{number}"))
    stop.set()
    reader.join()
    assert set(odd) == {0}

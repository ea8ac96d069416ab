"""How results arrive."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from every_fact import EXAMPLES
from small_collection import comparisons

from store import batches, bundles, prompts
from store.database import Store, open_store
from store.errors import BundleError
from store.home import Home
from store.identity import plain_json
from store.inbox import watch, write_bundle
from store.messages import Actor, Assignment, CountHome, Ingest, NextComparison
from store.records import (
    Annotator,
    Batch,
    Comparison,
    Credential,
    Degree,
    ExternalAccount,
    Fact,
    Kind,
    Label,
    Policy,
    Prompt,
    Response,
    Role,
    Round,
    Score,
)
from store.tables import TABLES as KINDS_OF_FACT
from store.verbs import count_home, ingest, next_comparison

TABLES = {
    Policy: "policies",
    Batch: "batches",
    Prompt: "prompts",
    Response: "responses",
    Comparison: "comparisons",
    Score: "scores",
    Label: "labels",
    Annotator: "annotators",
}
LABEL = Label(
    label_id="l", comparison_id="c0", annotator_id="a", ranks=(1, 2), degree=Degree.BETTER, shown_order=(0, 1)
)


def tables(facts: list[Fact]) -> dict[str, list[Fact]]:
    sorted_facts: dict[str, list[Fact]] = {}
    for fact in facts:
        sorted_facts.setdefault(TABLES[type(fact)], []).append(fact)
    return sorted_facts


def publish(home: Home, facts: list[Fact], name: str = "bundle") -> Path:
    return write_bundle(home, name, tables(facts))


def test_a_bundle_is_taken_in_and_its_comparisons_are_asked_at_once(
    store: Store, chief: Actor, ann: Actor
) -> None:
    folder = publish(store.home, comparisons(3))
    assert ingest(store, chief, Ingest()).bundles == (folder.name,)
    assert not folder.exists()
    assert (store.home.inbox / "done" / folder.name / "manifest.json").exists()
    assert isinstance(next_comparison(store, ann, NextComparison()), Assignment)
    assert count_home(store, chief, CountHome()).open_comparisons == 2


def test_the_same_contents_are_taken_in_once(store: Store, chief: Actor) -> None:
    scores: list[Fact] = [Score(response_id="r", reward_model_id="m", score=0.1 + 0.2)]
    publish(store.home, scores)
    ingest(store, chief, Ingest())
    publish(store.home, scores, name="again")
    assert len(ingest(store, chief, Ingest()).bundles) == 1
    with store.reading() as db:
        assert db.execute("select score from scores").fetchall() == [(0.30000000000000004,)]


def test_a_bundle_may_be_published_before_anybody_owns_the_home(home: Home, chief: Actor) -> None:
    publish(home, comparisons(1))
    with open_store(home) as store:
        assert len(ingest(store, chief, Ingest()).bundles) == 1
        assert count_home(store, chief, CountHome()).prompts == 1


def test_everything_a_bundle_holds_comes_back_as_it_was(store: Store, chief: Actor) -> None:
    prompt = next(fact for fact in comparisons(1) if isinstance(fact, Prompt))
    odd = replace(prompt, category='a "b"\n\u2028\x00é😀', source="x")
    publish(store.home, [odd])
    assert ingest(store, chief, Ingest()).rejected == ()
    with store.reading() as db:
        assert prompts.by_id(db, prompt.prompt_id) == odd


def test_a_bundle_has_one_audit_row_that_covers_it(store: Store, chief: Actor) -> None:
    publish(store.home, comparisons(3))
    ingest(store, chief, Ingest())
    with store.reading() as db:
        ((body,),) = db.execute("select body from audit").fetchall()
        fact = json.loads(body)["fact"]
        assert bundles.by_id(db, fact["bundle_id"]) is not None
    assert fact["row_count"] == 14  # a policy, a batch, and three times prompt, two responses, comparison


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "Expected a manifest.json"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "manifest.json does not fit"),
        (lambda folder: (folder / "prompts.jsonl").unlink(), "Expected prompts.jsonl"),
        (
            lambda folder: (folder / "prompts.jsonl").open("a").write("{}\n") and None,
            "sha256 differs",
        ),
    ],
)
def test_a_damaged_bundle_is_rejected_with_a_sentence(
    store: Store, chief: Actor, damage: object, sentence: str
) -> None:
    folder = publish(store.home, comparisons(1))
    damage(folder)  # type: ignore[operator]
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert sentence in rejected
    assert sentence in (store.home.inbox / "rejected" / folder.name / "why.txt").read_text()
    assert count_home(store, chief, CountHome()).prompts == 0


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (Prompt, "refers to prompt q0"),
        (Response, "refers to response q0-r0"),
        (Batch, "refers to batch batch-000"),
        (Comparison, "refers to comparison c0"),
    ],
)
def test_a_bundle_that_refers_to_nothing_is_rejected(
    store: Store, chief: Actor, missing: type[Fact], sentence: str
) -> None:
    publish(store.home, [fact for fact in [*comparisons(1), LABEL] if not isinstance(fact, missing)])
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert sentence in rejected


@pytest.mark.parametrize(
    ("response_ids", "sentence"),
    [
        (("q0-r0", "q1-r0"), "to answer its prompt"),
        (("q0-r0", "q0-r0"), "got 2, 1 of them different"),
        (tuple(f"q0-r{number}" for number in range(101)), "got 101, 101 of them different"),
    ],
)
def test_a_comparison_is_of_different_answers_to_its_own_prompt(
    store: Store, chief: Actor, response_ids: tuple[str, ...], sentence: str
) -> None:
    facts = comparisons(2, responses=101)
    store.append("test", *facts)
    publish(store.home, [replace(facts[-1], comparison_id="x", prompt_id="q0", response_ids=response_ids)])
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert sentence in rejected


def test_a_bundle_adds_nobody_who_could_sign_in(store: Store, chief: Actor) -> None:
    person = Annotator(annotator_id="eve", name="eve", role=Role.ADMINISTRATOR, kind=Kind.PERSON)
    publish(store.home, [person])
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert "cannot add people" in rejected
    with pytest.raises(BundleError, match="table in credentials"):
        write_bundle(store.home, "x", {"credentials": [Credential(annotator_id="eve", password_hash="h")]})


@pytest.mark.parametrize(
    "fact",
    [
        fact
        for fact in EXAMPLES
        if type(fact).__name__
        in {"Appointment", "ExternalAccount", "Profile", "SignIn", "Qualification", "QualificationTest"}
        | {"QualificationAnswer", "GuidelineRead", "Guideline", "Sighting", "Chat", "ChatTurn", "Review"}
        | {"Retraction", "Edit", "Lease", "GoldEnd"}
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_bundle_says_nothing_that_is_for_people_to_say(store: Store, chief: Actor, fact: Fact) -> None:
    table = KINDS_OF_FACT[type(fact)].name
    by_hand(store.home, table, plain_json(fact).encode())
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert f"Expected tables of the store that a bundle may bring; got {table}." in rejected
    with store.reading() as db:
        assert db.table(table).fetchall() == []


def test_a_bundle_does_not_speak_for_somebody_who_signs_in_here(store: Store, chief: Actor) -> None:
    store.append(
        "test", *comparisons(1), Annotator(annotator_id="a", name="a", role=Role.ANNOTATOR, kind=Kind.PERSON)
    )
    store.append("test", ExternalAccount(provider="p", subject="s", annotator_id="a"))
    publish(store.home, [LABEL])
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert "a signs in here and speaks for themselves" in rejected


def by_hand(home: Home, table: str, line: bytes) -> None:
    folder = home.inbox / "by-hand"
    folder.mkdir()
    (folder / f"{table}.jsonl").write_bytes(line)
    files = {table: {"rows": 1, "sha256": hashlib.sha256(line).hexdigest()}}
    (folder / "manifest.json").write_text(json.dumps({"name": "by-hand", "tables": files}))


def test_a_score_that_is_no_number_rejects_the_bundle(store: Store, chief: Actor) -> None:
    by_hand(store.home, "scores", b'{"response_id": "r", "reward_model_id": "m", "score": NaN}')
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert "got NaN or infinity" in rejected


def test_a_time_with_a_zone_is_kept_in_utc(store: Store, chief: Actor) -> None:
    by_hand(store.home, "batches", b'{"batch_id": "b", "round": 1, "made_at": "2026-01-01T01:30:00+02:00"}')
    assert ingest(store, chief, Ingest()).rejected == ()
    with store.reading() as db:
        assert [batch.made_at for batch in batches.every(db)] == [datetime(2025, 12, 31, 23, 30)]


def test_a_line_that_is_nested_without_end_rejects_the_bundle(store: Store, chief: Actor) -> None:
    by_hand(store.home, "prompts", b'{"prompt_id":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert "prompts.jsonl, line 1: " in rejected
    assert "recursion limit exceeded" in rejected


def test_a_line_longer_than_a_fact_can_be_rejects_the_bundle(store: Store, chief: Actor) -> None:
    by_hand(store.home, "batches", b'{"batch_id": "' + b"x" * 17 * 1024**2 + b'", "round": 1}')
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert "batches.jsonl, line 1: expected at most 16777216 bytes" in rejected


def link(folder: Path, name: str, target: Path) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(target)


def test_no_link_is_followed(store: Store, chief: Actor, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    line = b'{"batch_id": "b", "round": 1}'
    (outside / "batches.jsonl").write_bytes(line)
    by_hand(store.home, "batches", line)
    link(store.home.inbox / "by-hand", "batches.jsonl", outside / "batches.jsonl")
    link(store.home.inbox / "by-hand", "why.txt", outside / "overwritten")
    link(store.home.inbox, "link", outside)
    rejected = ingest(store, chief, Ingest()).rejected
    assert sorted(sentence.partition(": ")[2] for sentence in rejected) == [
        "Expected a folder; got a link, which is not followed. Publish the folder itself.",
        "batches.jsonl cannot be read: Too many levels of symbolic links.",
    ]
    assert [path.name for path in outside.iterdir()] == ["batches.jsonl"]
    whys = [(store.home.inbox / "rejected" / name / "why.txt").read_text() for name in ("by-hand", "link")]
    assert all(why.endswith(".\n") for why in whys)


def test_a_pipe_is_not_waited_for(store: Store, chief: Actor) -> None:
    by_hand(store.home, "batches", b"")
    pipe = store.home.inbox / "by-hand" / "batches.jsonl"
    pipe.unlink()
    os.mkfifo(pipe)
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert rejected.endswith("batches.jsonl cannot be read: it is no file.")


def test_a_round_that_is_there_does_not_come_with_another_policy(store: Store, chief: Actor) -> None:
    one = Round(round=1, method="rs", policy_id="p1", promoted=True, settings="{}", results="{}")
    for facts in ([one], [replace(one, results='{"seconds": 2}')]):  # the second one was stopped and resumed
        write_bundle(store.home, "round", {"rounds": facts})
        assert ingest(store, chief, Ingest()).rejected == ()
    write_bundle(store.home, "round", {"rounds": [replace(one, policy_id="p2")]})
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert "Round 1 is there already, of another policy, p1; publish this one as a further round." in rejected


def test_a_bundle_that_cannot_be_read_does_not_keep_the_others_out(store: Store, chief: Actor) -> None:
    (store.home.inbox / "odd" / "manifest.json").mkdir(parents=True)
    folder = publish(store.home, comparisons(1))
    taken = ingest(store, chief, Ingest())
    assert taken.bundles == (folder.name,)
    assert "manifest.json cannot be read" in taken.rejected[0]


def test_a_row_that_the_tables_refuse_rejects_the_whole_bundle(store: Store, chief: Actor) -> None:
    facts = comparisons(2)
    facts[-1] = replace(facts[-1], overlap=0)  # type: ignore[type-var]
    publish(store.home, facts)
    (rejected,) = ingest(store, chief, Ingest()).rejected
    assert "overlap" in rejected
    assert count_home(store, chief, CountHome()).prompts == 0


def test_a_fact_in_the_wrong_table_is_not_published(home: Home) -> None:
    with pytest.raises(BundleError, match="Expected facts of the table in scores"):
        write_bundle(home, "bundle", {"scores": comparisons(1)})
    assert not home.inbox.exists()


def test_the_watch_takes_bundles_in_without_being_asked(store: Store, chief: Actor) -> None:
    stop = threading.Event()
    thread = watch(store, stop, every=0.01)
    publish(store.home, comparisons(1))
    until = time.monotonic() + 60
    while count_home(store, chief, CountHome()).prompts == 0 and time.monotonic() < until:
        stop.wait(0.01)
    stop.set()
    thread.join(60)
    assert count_home(store, chief, CountHome()).prompts == 1
    assert not thread.is_alive()

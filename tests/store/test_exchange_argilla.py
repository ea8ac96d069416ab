"""Argilla's records in three forms: what they ask, who responded what, and out as they came."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from small_collection import comparisons

from store.database import Store
from store.door import LocalDoor
from store.exchange.argilla import import_argilla, read, rows
from store.exchange.argilla_values import ranks_of, value_of
from store.exchange.format import Wanted
from store.exchange.lines import BadRow
from store.exchange.tasks import Task
from store.messages import Actor, Assignment, NextComparison
from store.records import Annotator, Degree, Edit, Kind, Label, Retraction, Role, SafetyLabel, Skip, Track
from store.rows import rows as rows_of
from store.verbs import next_comparison

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "pandalm_testset" / "pairs_3annotators.jsonl.gz"

FIELDS = {"prompt": "Name a river.", "response-1": "The Nile.", "response-2": "Water.", "response-3": "No."}
NAMES = ["response-1", "response-2", "response-3"]
PAIR = {"instruction": "Name a colour.", "response_a": "Blue.", "response_b": "Seven."}


def one(value: object, user: str = "u1", **more: object) -> dict[str, Any]:
    return {"value": value, "user_id": user, **more}


def record(fields: dict[str, Any], responses: object = None, **more: object) -> dict[str, Any]:
    return {"id": "r", "fields": fields, "metadata": {}, "responses": responses or {}, **more}


def ranked(*order: int) -> list[dict[str, Any]]:
    return [{"value": f"response-{place}", "rank": rank} for rank, place in enumerate(order, start=1)]


ODD: list[dict[str, Any]] = [
    record(
        FIELDS,
        {
            "ranking": [
                one(["response-2", "response-1", "response-3"], "u1", status="submitted"),
                one(ranked(3, 2, 1), "u2", status="submitted"),
                one(ranked(1, 2, 3), "u3", status="draft"),
                one(ranked(1, 2, 3), "u4", status="discarded"),
                one(None, "u5", status="submitted"),
            ],
            "quality": [one(4, "u1"), one("é \u2028", "u2")],
            "topics": [one(["rivers", "water"], "u1")],
        },
        id="7f0a",
        metadata={"source": "web", "n": 10**30, "terms": ["a", "b"]},
        suggestions={
            "ranking": {"value": ["response-1", "response-2", "response-3"], "score": 0.5, "agent": "m"}
        },
        vectors={"v": [0.25, 1]},
        _server_id="8a",
        status="completed",
    ),
    record(
        PAIR, {"preference": [one("response_b", "u1"), one("tie", "u2"), one("Response A", "u3")]}, id="p"
    ),
    record(
        PAIR,
        {"best": [one("B is better"), one("both bad", "u2")], "words": [one("A fine answer", "u1")]},
        id="q",
    ),
    record({"prompt": [{"role": "user", "content": "Hi"}], "text1": "", "text2": ""}, None, id=None),
    {
        "fields": PAIR,
        "id": "server",
        "metadata": None,
        "suggestions": [],
        "responses": [
            {
                "id": "x",
                "user_id": "u1",
                "status": "submitted",
                "inserted_at": "2026-01-02T03:04:05.678901",
                "updated_at": "later",
                "values": {"preference": {"value": "response_a"}, "why": {"value": "so"}},
            },
            {"id": "y", "user_id": "u2", "status": "discarded", "values": None},
            {
                "id": "z",
                "user_id": "u3",
                "status": "draft",
                "values": {"preference": {"value": "response_b"}},
            },
        ],
    },
    {
        "id": "flat",
        "status": "pending",
        "_server_id": None,
        **PAIR,
        "source": "web",
        "preference.responses": ["response_a", "response_b", None],
        "preference.responses.users": ["u1", "u2", "u3"],
        "preference.responses.status": ["submitted", "draft", "discarded"],
        "preference.suggestion": "response_b",
        "preference.suggestion.score": 0.5,
        "other.responses": None,
    },
]


def write(file: Path, found: Iterable[object]) -> Path:
    file.write_text(json.dumps(list(found)), encoding="utf-8")
    return file


def out(store: Store) -> list[dict[str, Any]]:
    return list(rows(LocalDoor(store), Wanted(path=Path("x"))))


def canonical(found: Iterable[object]) -> list[str]:
    return sorted(json.dumps(told, sort_keys=True) for told in found)


def tasks(file: Path) -> list[Task]:
    return [told for told in read([file]) if isinstance(told, Task)]


def labels(store: Store) -> list[Label]:
    with store.reading() as db:
        return rows_of(db.table("labels").execute(), Label)


def test_every_oddity_comes_out_as_it_went_in_and_goes_in_once(tmp_path: Path, store: Store) -> None:
    file = write(tmp_path / "a.json", ODD)
    report = import_argilla(LocalDoor(store), [file])
    # six comparisons; two labels of the first, three and two of the next, one of the last two each
    assert (report.rows, report.added, report.there, report.bad) == (6, 6 + 2 + 3 + 2 + 1 + 1, 0, ())
    assert canonical(out(store)) == canonical(ODD)
    again = import_argilla(LocalDoor(store), [file, write(tmp_path / "again.json", out(store))])
    assert (again.rows, again.added, again.there, again.bad) == (12, 0, 30, ())


def test_what_was_submitted_is_a_label_and_what_was_discarded_a_skip(tmp_path: Path, store: Store) -> None:
    found = tasks(write(tmp_path / "a.json", ODD))
    said = [[(one.key, one.judgement.ranks, one.judgement.both_bad) for one in told.said] for told in found]
    assert said == [
        [("u1", (2, 1, 3), False), ("u2", (3, 2, 1), False)],
        [("u1", (2, 1), False), ("u2", (1, 1), False), ("u3", (1, 2), False)],
        [("u1", (2, 1), False), ("u2", (1, 1), True)],
        [],
        [("u1", (1, 2), False)],
        [("u1", (1, 2), False)],
    ]
    assert [[passed.annotator for passed in told.passed] for told in found] == [
        ["argilla:u4"],
        [],
        [],
        [],
        ["argilla:u2"],
        ["argilla:u3"],
    ]
    assert found[4].said[0].judgement.made_at.isoformat() == "2026-01-02T03:04:05.678901"
    import_argilla(LocalDoor(store), [tmp_path / "a.json"])
    with store.reading() as db:
        skips = rows_of(db.table("skips").execute(), Skip)
    assert {skip.reason for skip in skips} == {"discarded"}
    assert len(skips) == 3


def test_a_record_that_nobody_judged_waits_in_the_queue(tmp_path: Path, store: Store, ann: Actor) -> None:
    import_argilla(LocalDoor(store), [write(tmp_path / "a.json", [ODD[3]])])
    assert isinstance(next_comparison(store, ann, NextComparison()), Assignment)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["response-3", "response-1", "response-2"], (2, 3, 1)),
        (
            [
                {"value": "response-1", "rank": 2},
                {"value": "response-2", "rank": 2},
                {"value": "response-3", "rank": 1},
            ],
            (2, 2, 1),
        ),
        ([{"value": "Response 2"}, {"value": "response_1"}, {"value": "RESPONSE-3"}], (2, 1, 3)),
        ("response-2", (2, 1, 2)),
        ("2", (2, 1, 2)),
        ("Answer 3 is better", (2, 2, 1)),
        ("Tie", (1, 1, 1)),
        ("neither", (1, 1, 1)),
        ("toxic", None),
        (["toxic", "spam"], None),
        ([], None),
        (4, None),
        (True, None),
        ({"value": "response-1"}, None),
        ([["response-1"]], None),
    ],
)
def test_a_value_ranks_the_answers_or_speaks_of_something_else(value: object, expected: object) -> None:
    assert ranks_of(value, NAMES) == expected


@pytest.mark.parametrize("ranks", [(2, 3, 1), (2, 2, 1), (1, 1, 1)])
def test_ranks_come_back_from_the_value_that_they_are_written_as(ranks: tuple[int, ...]) -> None:
    assert ranks_of(value_of(ranks, NAMES), NAMES) == ranks
    assert ranks_of(value_of(ranks, NAMES, ["response-1"]), NAMES) == ranks
    assert value_of((2, 1), NAMES[:2], "response-1") == "response-2"
    assert value_of((1, 1), NAMES[:2], "response-1") == "tie"


def test_a_record_that_has_grown_adds_what_is_new(tmp_path: Path, store: Store) -> None:
    door = LocalDoor(store)
    import_argilla(door, [write(tmp_path / "a.json", [record(PAIR, {"preference": [one("response_a")]})])])
    grown = record(PAIR, {"preference": [one("response_a"), one("response_b", "u2")]}, status="completed")
    report = import_argilla(door, [write(tmp_path / "a.json", [grown])])
    assert (report.added, report.there) == (1, 2)
    (found,) = out(store)
    assert [told["user_id"] for told in found["responses"]["preference"]] == ["u1", "u2"]


def test_what_somebody_said_since_is_what_goes_out(tmp_path: Path, store: Store) -> None:
    import_argilla(LocalDoor(store), [write(tmp_path / "a.json", ODD[:1])])
    by_user = {label.annotator_id[-2:]: label for label in labels(store)}
    ranks = tuple(4 - rank for rank in by_user["u1"].ranks)
    store.append(
        "test",
        Annotator(annotator_id="ann", name="Ann", role=Role.ANNOTATOR, kind=Kind.PERSON),
        Edit(label_id=by_user["u1"].label_id, version=1, ranks=ranks, degree=Degree.SLIGHTLY),
        Retraction(label_id=by_user["u2"].label_id, annotator_id="chief", reason="spam"),
    )
    (found,) = out(store)
    assert [(told["user_id"], told["status"]) for told in found["responses"]["ranking"]] == [
        ("u1", "submitted"),
        ("u3", "draft"),
        ("u4", "discarded"),
        ("u5", "submitted"),
    ]
    assert found["responses"]["ranking"][0]["value"] == ["response-3", "response-1", "response-2"]
    assert found["responses"]["quality"] == [
        one(4, status="submitted"),
        one("é \u2028", "u2", status="submitted"),
    ]
    ids = {"label_id": by_user["u1"].label_id, "comparison_id": by_user["u1"].comparison_id}
    assert json.loads(found["metadata"].pop("hone")) == {"opinions": {"u1": {"degree": 1, **ids}}}
    assert found["metadata"] == ODD[0]["metadata"]
    assert found["suggestions"] == ODD[0]["suggestions"]


def test_what_was_judged_here_goes_out_whole_and_comes_in_again(tmp_path: Path, store: Store) -> None:
    unsafe = (SafetyLabel(safe=True), SafetyLabel(safe=False, category="weapons", severity=2))
    usual: dict[str, Any] = {"annotator_id": "ann", "degree": Degree.BETTER, "shown_order": ()}
    store.append(
        "test",
        Annotator(annotator_id="ann", name="Ann", role=Role.ANNOTATOR, kind=Kind.PERSON),
        *comparisons(3, track=Track.SAFETY),
        *comparisons(1, responses=3, prefix="k"),
        Label(label_id="1", comparison_id="c0", ranks=(2, 1), safety=unsafe, comment="hm", **usual),
        Label(label_id="2", comparison_id="c1", ranks=(1, 1), both_bad=True, **usual),
        Label(label_id="3", comparison_id="kc0", ranks=(2, 1, 2), **usual),
        Skip(lease_id="s", comparison_id="c2", annotator_id="ann", reason="too long"),
    )
    found = out(store)
    assert found[0]["fields"] == {"prompt": "question 0", "response-1": "answer 0", "response-2": "answer 1"}
    assert found[3]["responses"]["preference"][0]["value"] == [
        {"value": "response-2", "rank": 1},
        {"value": "response-1", "rank": 2},
        {"value": "response-3", "rank": 2},
    ]
    again = tasks(write(tmp_path / "again.json", found))
    said = again[0].said[0].judgement
    assert (said.track, said.ranks, said.safety, said.comment) == (Track.SAFETY, (2, 1), unsafe, "hm")
    assert said.annotator == "argilla:Ann"
    assert again[1].said[0].judgement.both_bad
    assert (again[2].said, len(again[2].passed)) == ((), 1)
    assert again[3].said[0].judgement.ranks == (2, 1, 2)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ("7", "got a number"),
        ({}, "expected a record with fields, or a flat one"),
        (PAIR, "expected a record with fields, or a flat one"),
        ({"fields": {}}, "such as answer1 and answer2 to compare; got none"),
        (record({"text": "one"}), "to compare; got text"),
        (record({**PAIR, "response_b": True}), "response_b: expected text"),
        ({"fields": 3}, "expected an object; got a number"),
        (record(PAIR, {"preference": 3}), "preference"),
        (record(PAIR, {"preference": [{"value": "A"}]}), "user_id"),
        (
            record(PAIR, {"preference": [one("A", status="held")]}),
            "expected a status submitted, discarded, draft",
        ),
        (record(PAIR, {"preference": [one("A"), one("B")]}), "a user responded twice to preference"),
        (
            record(PAIR, {"preference": [one("A"), one("purple", "u2")]}),
            "preference: expected one of response_a, response_b or a tie; got 'purple'",
        ),
        (
            record(PAIR, {"x": [one("A")], "y": [one("B")]}),
            "expected one question that judges the answers; got x, y",
        ),
        (
            record(FIELDS, {"ranking": [one(["response-1"])]}),
            "expected a ranking of all of response-1, response-2, response-3",
        ),
        (
            record(FIELDS, {"ranking": [one([{"value": "response-1", "rank": "1"}])]}),
            "expected whole numbers as ranks",
        ),
        (record(PAIR, [{"user_id": "u", "status": "submitted", "values": {"q": "A"}}]), "values.q"),
        ({**ODD[5], "preference.responses.users": ["u1"]}, "as many users and statuses as responses"),
        (record(PAIR, metadata={"hone": "{"}), "hone: expected JSON as an export wrote it"),
        (record(PAIR, metadata={"hone": '{"setting": {"track": "x"}}'}), "track"),
        ('{"fields": {"a1": "\\ud800", "a2": "b"}}', "Invalid JSON"),
        ('{"fields": {"a1": "a", "a2": "b"}, "vectors": {"v": [NaN]}}', "Invalid JSON"),
        ('{"fields": ' + "[" * 5000 + "]" * 5000 + "}", "recursion limit"),
    ],
)
def test_a_bad_record_is_told_with_its_place_and_the_good_ones_go_in(
    tmp_path: Path, found: object, reason: str
) -> None:
    text = found if isinstance(found, str) else json.dumps(found)
    file = tmp_path / "a.json"
    file.write_text(f"[{json.dumps(ODD[0])},\n{text},\n{json.dumps(ODD[1])}]", encoding="utf-8")
    first, told, last = read([file])
    assert isinstance(first, Task)
    assert isinstance(last, Task)
    assert isinstance(told, BadRow)
    assert str(told).startswith("a.json, element 2: ")
    assert reason in str(told)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published files are not beside the project")
def test_pairs_judged_by_three_annotators_come_out_as_they_went_in(tmp_path: Path, store: Store) -> None:
    answers = ("response_a", "response_b")
    values = dict(zip("ab", answers, strict=True)) | {"tie": "tie"}
    with gzip.open(PUBLISHED, "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in islice(lines, 200)]
    found = [
        record(
            {
                "prompt": pair["messages"][0]["content"],
                **{name: pair[name] for name in ("response_a", "response_b")},
            },
            {"preference": [one(values[said["label"]], said["annotator"]) for said in pair["annotations"]]},
            id=pair["id"],
            metadata={"models": pair["models"], "category": pair["category"]},
        )
        for pair in pairs
    ]
    report = import_argilla(LocalDoor(store), [write(tmp_path / "a.json", found)])
    texts = [told for told in found if all(isinstance(text, str) for text in told["fields"].values())]
    assert (report.rows, report.added, len(report.bad)) == (200, 4 * len(texts), 200 - len(texts))
    assert canonical(out(store)) == canonical(texts)
    assert Counter(label.annotator_id for label in labels(store)) == {
        f"imported:argilla:p{number}": len(texts) for number in (1, 2, 3)
    }

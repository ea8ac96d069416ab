"""Label Studio's tasks: what they ask, who said what, and out as they came."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from small_collection import comparisons

from store.database import Store
from store.door import LocalDoor
from store.errors import RequestError
from store.exchange import argilla, label_studio, oasst, ultrafeedback
from store.exchange.format import Format, Wanted
from store.exchange.label_studio import FORMAT, import_label_studio, read, rows
from store.exchange.lines import BadRow
from store.exchange.standing import Selection
from store.exchange.tasks import Task
from store.exchange.writing import write as write_file
from store.messages import Actor, Assignment, Freeze, NextComparison
from store.records import (
    Annotator,
    Comparison,
    Contents,
    Degree,
    Edit,
    Gold,
    Kind,
    Label,
    Purpose,
    Retraction,
    Role,
    SafetyLabel,
    Skip,
    Split,
    Track,
)
from store.rows import rows as rows_of
from store.verbs import freeze, next_comparison
from store.verbs.roles import HONE

PAIR = {"prompt": "Name a colour.", "answer1": "Blue.", "answer2": "Seven."}
ITEMS = {
    "prompt": "Name a river.",
    "items": [
        {"id": "llm_1", "title": "LLM 1", "body": "The Nile."},
        {"id": "llm_2", "title": "LLM 2", "body": "Water."},
        {"id": "llm_3", "title": "LLM 3", "body": "No."},
    ],
}


def pairwise(side: str, **more: object) -> dict[str, Any]:
    result = {
        "from_name": "pw",
        "to_name": "a,b",
        "type": "pairwise",
        "value": {"selected": side},
        "id": "Dx_aB91ISN",
    }
    return {"result": [result], "completed_by": 7, "was_cancelled": False, "ground_truth": False, **more}


def ranker(told: object, **more: object) -> dict[str, Any]:
    result = {"from_name": "rank", "to_name": "results", "type": "ranker", "value": {"ranker": told}}
    return {"result": [result], **more}


def task(data: dict[str, Any], *annotations: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"data": data, "annotations": list(annotations), **more}


ODD = [
    task(
        PAIR,
        pairwise(
            "left", id=1, lead_time=12.5, created_at="2026-01-02T03:04:05.678901Z", unique_id="é \u2028"
        ),
        pairwise("right", id=2, completed_by={"id": 8, "email": "zoë@example.org"}, draft_created_at=None),
        pairwise("left", id=3, was_cancelled=True, completed_by=9),
        {**pairwise("left", id=4), "result": []},
        pairwise("right", id=5, completed_by=10, ground_truth=True),
        pairwise("left", id=6, completed_by=11, ground_truth=True),
        id=101,
        project=3,
        predictions=[{"model_version": "m", "score": 0.5, "result": [{"type": "pairwise"}]}],
        drafts=[],
        meta={},
        updated_at="2026-01-03T00:00:00Z",
    ),
    task(
        ITEMS,
        ranker(["llm_2", "llm_1", "llm_3"]),
        ranker({"rank": ["llm_3", "llm_2", "llm_1"], "_": []}),
        id="x",
    ),
    task(ITEMS, ranker({"1": ["llm_1"], "2": ["llm_3", "llm_2"]}, id=1, completed_by="ann"), inner_id=2),
    task({"text1": "One text.", "text2": "Another."}, pairwise("right")),
    task({"text1": "", "text2": ""}, pairwise("left")),
    {
        "id": 7,
        "data": {
            **PAIR,
            "messages": [{"role": "system", "content": "Be brief."}, {"author": "Human", "text": "Hi"}],
        },
    },
    {"id": 8, "data": PAIR, "annotations": None},
    task(
        PAIR,
        {
            **pairwise("left", id=1),
            "result": [*pairwise("left")["result"], {"type": "textarea", "value": {"text": ["why"]}}],
        },
        id=9,
    ),
]


def write(file: Path, found: Iterable[object]) -> Path:
    file.write_text(json.dumps(list(found), indent=1), encoding="utf-8")
    return file


def out(store: Store) -> list[dict[str, Any]]:
    return list(rows(LocalDoor(store), Wanted(path=Path("x"))))


def canonical(found: Iterable[object]) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in found)


def tasks(file: Path) -> list[Task]:
    return [one for one in read([file]) if isinstance(one, Task)]


def every(store: Store, kind: type[Any], table: str) -> list[Any]:
    with store.reading() as db:
        return rows_of(db.table(table).execute(), kind)


def test_every_oddity_comes_out_as_it_went_in_and_goes_in_once(tmp_path: Path, store: Store) -> None:
    file = write(tmp_path / "t.json", ODD)
    report = import_label_studio(LocalDoor(store), [file])
    # eight comparisons; labels 1, 2 and 6 of the first, two of the second, one of five others
    assert (report.rows, report.added, report.there, report.bad) == (8, 8 + 3 + 2 + 4, 0, ())
    assert canonical(out(store)) == canonical(ODD)
    again = import_label_studio(LocalDoor(store), [file, write(tmp_path / "again.json", out(store))])
    assert (again.rows, again.added, again.there, again.bad) == (16, 0, 2 * 17, ())


def test_an_annotation_is_a_label_a_skip_or_the_known_answer(tmp_path: Path, store: Store) -> None:
    import_label_studio(LocalDoor(store), [write(tmp_path / "t.json", ODD[:1])])
    (comparison,) = every(store, Comparison, "comparisons")
    (gold,) = every(store, Gold, "golds")
    (skip,) = every(store, Skip, "skips")
    labels = {label.annotator_id: label for label in every(store, Label, "labels")}
    assert comparison.purpose is Purpose.GOLD
    assert (gold.annotator_id, skip.annotator_id) == ("imported:label-studio:10", "imported:label-studio:9")
    assert skip.reason == "cancelled"
    assert set(labels) == {f"imported:label-studio:{who}" for who in ("7", "zoë@example.org", "11")}
    assert labels["imported:label-studio:7"].seconds == 12.5
    assert labels["imported:label-studio:7"].made_at.isoformat() == "2026-01-02T03:04:05.678901"
    texts = {"Blue.": 1, "Seven.": 2}
    with store.reading() as db:
        answers = db.execute("select response_id, text from responses").fetchall()
    place = {texts[text]: comparison.response_ids.index(response_id) for response_id, text in answers}
    assert (gold.ranks[place[2]], gold.ranks[place[1]]) == (1, 2)
    assert labels["imported:label-studio:7"].ranks[place[1]] == 1


def test_a_gold_comparison_and_an_unjudged_one_are_asked_and_do_not_train(
    tmp_path: Path, store: Store, ann: Actor
) -> None:
    import_label_studio(LocalDoor(store), [write(tmp_path / "t.json", [ODD[0], ODD[6]])])
    with pytest.raises(RequestError, match="no preferences to freeze"):
        freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    assert isinstance(next_comparison(store, ann, NextComparison()), Assignment)


def test_rankings_are_lists_or_buckets_and_buckets_named_by_ranks_tie(tmp_path: Path) -> None:
    found = tasks(write(tmp_path / "t.json", ODD))
    assert [said.judgement.ranks for said in found[1].said] == [(2, 1, 3), (3, 2, 1)]
    assert [said.judgement.ranks for said in found[2].said] == [(1, 2, 2)]
    assert [said.judgement.annotator for said in found[2].said] == ["label-studio:ann"]


def test_a_conversation_and_a_pair_without_a_prompt_are_understood(tmp_path: Path) -> None:
    found = tasks(write(tmp_path / "t.json", ODD))
    assert [(turn.role, turn.content) for turn in found[5].asked.turns] == [
        ("system", "Be brief."),
        ("user", "Hi"),
    ]
    assert [(turn.role, turn.content) for turn in found[3].asked.turns] == [("user", "")]
    assert [answer.text for answer in found[3].asked.answers] == ["One text.", "Another."]


def test_an_export_that_has_grown_adds_what_is_new(tmp_path: Path, store: Store) -> None:
    door = LocalDoor(store)
    first = task(PAIR, pairwise("left", id=1), id=5, updated_at="yesterday")
    import_label_studio(door, [write(tmp_path / "t.json", [first])])
    second = pairwise("right", id=2, completed_by=8, lead_time=3.0)
    grown = task(PAIR, pairwise("left", id=1, updated_at="today"), second, id=5, updated_at="today")
    report = import_label_studio(door, [write(tmp_path / "t.json", [grown])])
    assert (report.added, report.there) == (1, 2)
    (found,) = out(store)
    assert found == {**first, "annotations": [*first["annotations"], second]}


def test_what_somebody_said_since_is_what_goes_out(tmp_path: Path, store: Store) -> None:
    door = LocalDoor(store)
    told = task(
        ITEMS, ranker(["llm_1", "llm_2", "llm_3"], id=1), ranker(["llm_3", "llm_2", "llm_1"], id=2), id=1
    )
    import_label_studio(door, [write(tmp_path / "t.json", [told])])
    best = {label.meta.count('"key":"1"'): label for label in every(store, Label, "labels")}
    ranks = tuple(4 - rank for rank in best[1].ranks)
    store.append(
        "test",
        Edit(label_id=best[1].label_id, version=1, ranks=ranks, degree=Degree.SLIGHTLY, comment="no"),
        Retraction(label_id=best[0].label_id, annotator_id="chief", reason="spam"),
    )
    (found,) = out(store)
    (annotation,) = found["annotations"]
    assert annotation["result"][0]["value"] == {"ranker": {"rank": ["llm_3", "llm_2", "llm_1"]}}
    ids = {"label_id": best[1].label_id, "comparison_id": best[1].comparison_id}
    assert annotation["hone"] == {"degree": 1, "comment": "no", **ids}
    (again,) = tasks(write(tmp_path / "again.json", [found]))
    assert again.said[0].judgement.ranks == (3, 2, 1)
    assert again.said[0].judgement.degree is Degree.SLIGHTLY


def label(comparison_id: str, ranks: tuple[int, ...], **more: Any) -> Label:
    return Label(
        label_id=f"l-{comparison_id}",
        comparison_id=comparison_id,
        annotator_id="ann",
        ranks=ranks,
        degree=Degree.SLIGHTLY,
        shown_order=(),
        **more,
    )


def test_what_was_judged_here_goes_out_whole_and_comes_in_again(tmp_path: Path, store: Store) -> None:
    unsafe = (SafetyLabel(safe=True), SafetyLabel(safe=False, category="weapons", severity=2))
    store.append(
        "test",
        Annotator(annotator_id="ann", name="Ann", role=Role.ANNOTATOR, kind=Kind.PERSON),
        *comparisons(3, track=Track.SAFETY),
        *comparisons(2, responses=3, prefix="k"),
        label("c0", (2, 1), safety=unsafe, reasons=("kind",), comment="hm", seconds=4.0),
        label("c1", (1, 1), both_bad=True),
        label("kc0", (2, 1, 2)),
        label("kc1", (3, 1, 2)),
        Skip(lease_id="s", comparison_id="c2", annotator_id="ann", reason="too long"),
    )
    found = out(store)
    pair = found[0]
    assert pair["data"]["answer2"] == "answer 1"
    assert pair["annotations"][0]["result"][0]["value"] == {"selected": "right"}
    assert [one["annotations"][0]["result"][0]["value"] for one in found[3:]] == [
        {"ranker": {"1": ["answer2"], "2": ["answer1", "answer3"]}},
        {"ranker": {"rank": ["answer2", "answer3", "answer1"]}},
    ]
    again = tasks(write(tmp_path / "again.json", found))
    said = again[0].said[0].judgement
    assert (said.track, said.degree, said.safety, said.reasons, said.comment, said.seconds) == (
        Track.SAFETY,
        Degree.SLIGHTLY,
        unsafe,
        ("kind",),
        "hm",
        4.0,
    )
    assert said.annotator == "label-studio:Ann"
    assert again[1].said[0].judgement.both_bad
    assert (again[2].said, len(again[2].passed)) == ((), 1)
    assert [one.said[0].judgement.ranks for one in again[3:]] == [(2, 1, 2), (3, 1, 2)]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ("7", "got a number"),
        ({}, "data"),
        ({"data": []}, "data"),
        ({"data": {}}, "expected text fields such as answer1 and answer2 to compare; got none"),
        ({"data": {"text": "one"}}, "such as answer1 and answer2 to compare; got text"),
        ({"data": {"answer1": "a"}}, "to compare; got answer1"),
        ({"data": {**PAIR, "text1": "a", "text2": "b"}}, "expected text fields such as answer1 and answer2"),
        ({"data": {**PAIR, "answer2": None}}, "answer2: expected text, as the other answers have"),
        ({"data": {**PAIR, "answer2": 3}}, "answer2: expected text"),
        ({"data": {"items": [{"id": 1, "body": "a"}, {"id": "1", "body": "b"}]}}, "items have the same id"),
        ({"data": {"items": [{"id": 1, "body": "a"}, {"id": 2}]}}, "expected text in item 2; it has none"),
        ({"data": {"items": [{"id": 1, "body": "a"}]}}, "expected 2 to 100 answers; got 1"),
        (
            {"data": {**PAIR, "messages": [{"role": "judge", "content": "x"}]}},
            "messages: expected turns with a role",
        ),
        (
            {"data": {**PAIR, "messages": [{"role": "assistant", "content": "x"}]}},
            "ends with a turn of the user",
        ),
        ({"data": {**PAIR, "messages": ["x"]}}, "messages: expected turns with a role"),
        ({"data": {**PAIR, "hone": {"track": "speed"}}}, "track"),
        (task(PAIR, pairwise("middle")), "annotation #0: expected left or right"),
        (
            task(PAIR, pairwise("left", id=1), pairwise("left", id=1)),
            "two of its annotations have the same id",
        ),
        (task(PAIR, pairwise("left", completed_by=[1])), "completed_by"),
        (task(PAIR, pairwise("left", hone={"degree": 9})), "degree"),
        (task(PAIR, pairwise("left", hone={"both_bad": True})), "expected equal ranks"),
        (task(PAIR, {"result": None}), "annotations.0.result"),
        (task(PAIR, {"result": [{"type": "pairwise"}]}), "expected a value in its result"),
        (
            task(PAIR, {"result": [*pairwise("left")["result"], *pairwise("right")["result"]]}),
            "and differently",
        ),
        (task(ITEMS, pairwise("left")), "expected left or right of two answers"),
        (task(ITEMS, ranker(["llm_1", "llm_2"])), "expected each of 3 items once in its ranking; got 2"),
        (task(ITEMS, ranker(["llm_1", "llm_2", "llm_3", "llm_3"])), "got 4"),
        (
            task(ITEMS, ranker({"best": ["llm_1"], "ads": ["llm_2"]})),
            "expected one order of all items; got buckets: ads, best",
        ),
        (task(ITEMS, ranker({})), "got buckets: none"),
        (task(ITEMS, ranker("llm_1")), "annotation #0"),
        (task(ITEMS, ranker({"rank": "llm_1"})), "annotation #0"),
        (task(ITEMS, ranker([["llm_1"]])), "annotation #0"),
        (task(ITEMS, {"result": [{"type": "ranker", "value": {"items": ["a"]}}]}), "annotation #0"),
        ('{"data": {"answer1": "\\ud800", "answer2": "b"}}', "Invalid JSON"),
        ('{"data": {"answer1": "a", "answer2": "b", "n": NaN}}', "Invalid JSON"),
        ('{"data": ' + "[" * 5000 + "]" * 5000 + "}", "recursion limit"),
    ],
)
def test_a_bad_task_is_told_with_its_place_and_the_good_ones_go_in(
    tmp_path: Path, found: object, reason: str
) -> None:
    text = found if isinstance(found, str) else json.dumps(found)
    file = tmp_path / "t.json"
    file.write_text(f"[{json.dumps(ODD[0])},\n{text},\n{json.dumps(ODD[1])}]", encoding="utf-8")
    first, told, last = read([file])
    assert isinstance(first, Task)
    assert isinstance(last, Task)
    assert isinstance(told, BadRow)
    assert str(told).startswith("t.json, element 2: ")
    assert reason in str(told)


@pytest.mark.parametrize("name", ["out.json", "out.json.gz"])
def test_a_file_named_json_is_one_array(tmp_path: Path, store: Store, name: str) -> None:
    door, file = LocalDoor(store), tmp_path / name
    opened = gzip.open if name.endswith("gz") else open
    assert write_file(FORMAT, door, Wanted(path=file)).rows == 0
    with opened(file, "rt", encoding="utf-8") as text:
        assert json.load(text) == []
    import_label_studio(door, [write(tmp_path / "t.json", ODD)])
    assert write_file(FORMAT, door, Wanted(path=file)).rows == len(ODD)
    with opened(file, "rt", encoding="utf-8") as text:
        assert canonical(json.load(text)) == canonical(ODD)


@pytest.mark.parametrize("form", [module.FORMAT for module in (argilla, label_studio, oasst, ultrafeedback)])
def test_a_part_of_the_home_can_be_written(tmp_path: Path, store: Store, form: Format) -> None:
    store.append(
        "test",
        *comparisons(1, split=Split.HELDOUT, prefix="h"),
        *comparisons(1, purpose=Purpose.GOLD, prefix="g"),
        *comparisons(2),
        *(label(f"{prefix}c0", (1, 2)) for prefix in ("h", "g", "")),
    )
    part = Selection(split=Split.TRAIN, track=Track.HELPFULNESS, language="en", trains=True)
    found = [json.dumps(one) for one in form.rows(LocalDoor(store), Wanted(path=Path("x"), selection=part))]
    assert any("question 0" in one for one in found)
    assert not any("question h0" in one or "question g0" in one for one in found)

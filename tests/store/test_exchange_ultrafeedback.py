"""UltraFeedback in both forms: in, ranked by score, and out as it came."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from small_collection import comparisons

from store.database import Store
from store.door import LocalDoor
from store.exchange.format import Wanted
from store.exchange.judgements import Judgement
from store.exchange.lines import BadRow
from store.exchange.ultrafeedback import import_ultrafeedback, read, rows
from store.records import Degree, Edit, Label, Turn
from store.rows import rows as rows_of


def completion(text: str, score: object = 1.0, **more: object) -> dict[str, object]:
    return {"model": f"model of {text}", "response": text, "overall_score": score, **more}


def scored(*completions: dict[str, object], **more: object) -> dict[str, object]:
    return {"source": "flan", "instruction": "Name a colour.", "completions": list(completions), **more}


def binarized(chosen: str = "Blue.", rejected: str = "Seven.", **more: object) -> dict[str, object]:
    asked = {"role": "user", "content": "Name a colour."}
    return {
        "prompt": "Name a colour.",
        "chosen": [asked, {"role": "assistant", "content": chosen}],
        "rejected": [asked, {"role": "assistant", "content": rejected}],
        "score_chosen": 8.5,
        "score_rejected": 3,
        **more,
    }


ANNOTATIONS = {
    "honesty": {"Rating": "N/A", "Rationale": "none"},
    "helpfulness": {"Rating": "4", "Type": ["1", "2"], "Rationale For Rating": "good"},
    "truthfulness": {"Rating": "5"},
}
ODD: list[dict[str, object]] = [
    scored(
        completion("one", 7.5, principle="honesty", custom_system_prompt="Be \u2028 é 🙂", critique=None),
        completion("two", 9, annotations=ANNOTATIONS),
        completion("three", 7.5, **{"fine-grained_score": 3.25}),
        models=["a", "b", "c"],
        correct_answers=["None"],
        incorrect_answers=None,
    ),
    scored(completion("one", 7.5), completion("two", 9), id=2),
    scored(completion("same"), {**completion("same"), "model": "model of same"}, messages=None),
    scored(
        completion("x", None, **{"fine-grained_score": 2}),
        completion("y", "N/A", **{"fine-grained_score": 4}),
    ),
    scored(
        {"response": "x", "annotations": ANNOTATIONS},
        {"response": "y", "annotations": {"a": {"Rating": "3"}}},
    ),
    scored(
        {"response": "\x00", "model": 3, "overall_score": 1},
        {"response": " y ", "model": "", "overall_score": 10**400},
    ),
    scored(
        completion("a", 2),
        completion("b", 1),
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Bye"},
        ],
    ),
    binarized(),
    binarized(prompt_id="7f", messages=binarized()["chosen"]),
    binarized(messages=binarized()["rejected"]),
    binarized("Blue.", "Blue.", score_chosen=5, score_rejected=5.0),
    binarized("Blue.", "", score_chosen=None),
    scored(completion(""), completion("a")),
    {"chosen": binarized()["rejected"], "rejected": binarized()["chosen"]},
]


def write(file: Path, found: Iterable[object]) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in found), encoding="utf-8")
    return file


def out(store: Store) -> list[dict[str, Any]]:
    return list(rows(LocalDoor(store), Wanted(path=Path("x"))))


def canonical(found: Iterable[object]) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in found)


def test_every_oddity_comes_out_as_it_went_in_and_goes_in_once(tmp_path: Path, store: Store) -> None:
    file = write(tmp_path / "u.jsonl", ODD)
    report = import_ultrafeedback(LocalDoor(store), [file])
    assert (report.rows, report.added, report.bad) == (len(ODD), len(ODD), ())
    assert canonical(out(store)) == canonical(ODD)
    again = import_ultrafeedback(LocalDoor(store), [file, write(tmp_path / "again.jsonl", out(store))])
    assert (again.added, again.bad) == (0, ())


def test_scores_rank_the_completions_and_equal_ones_tie(tmp_path: Path) -> None:
    found = list(read([write(tmp_path / "u.jsonl", ODD)]))
    ranks = [one.ranks for one in found if isinstance(one, Judgement)]
    assert ranks[:6] == [
        (2, 1, 2),  # 7.5, 9, 7.5
        (2, 1),
        (1, 1),
        (2, 1),  # by the fine-grained score, which both have: 2, 4
        (1, 2),  # by the mean of the ratings: 4.5, 3
        (2, 1),
    ]
    assert ranks[6:] == [(1, 2), (1, 2), (1, 2), (1, 2), (1, 1), (1, 2), (1, 1), (1, 2)]


def test_the_models_are_the_policies_and_the_conversation_is_whole(tmp_path: Path) -> None:
    found = list(read([write(tmp_path / "u.jsonl", ODD)]))
    assert isinstance(first := found[0], Judgement)
    assert [answer.policy for answer in first.answers] == ["model of one", "model of two", "model of three"]
    assert isinstance(sixth := found[5], Judgement)
    assert [answer.policy for answer in sixth.answers] == ["ultrafeedback", "ultrafeedback"]
    assert isinstance(talk := found[6], Judgement)
    assert [turn.role for turn in talk.turns] == ["system", "user", "assistant", "user"]
    assert talk.turns[-1] == Turn(role="user", content="Bye")


def test_what_somebody_said_since_is_what_goes_out(tmp_path: Path, store: Store) -> None:
    import_ultrafeedback(LocalDoor(store), [write(tmp_path / "u.jsonl", [ODD[1], binarized()])])
    with store.reading() as db:
        labels = rows_of(db.table("labels").execute(), Label)
    for label in labels:
        ranks = tuple(3 - rank for rank in label.ranks)
        store.append("test", Edit(label_id=label.label_id, version=1, ranks=ranks, degree=Degree.SLIGHTLY))
    expected = [
        scored(completion("one", 2.0), completion("two", 1.0), id=2),
        binarized("Seven.", "Blue.", score_chosen=None, score_rejected=None),
    ]
    found = out(store)
    again = [told for told in read([write(tmp_path / "out.jsonl", found)]) if isinstance(told, Judgement)]
    assert {told.degree for told in again} == {Degree.SLIGHTLY}
    for told in found:
        del told["hone"]
    assert canonical(found) == canonical(expected)


def test_comparisons_judged_here_go_out_as_scored_completions(store: Store) -> None:
    store.append("test", *comparisons(1, responses=3))
    ranks = (2, 1, 2)
    store.append(
        "test",
        Label(
            label_id="l",
            comparison_id="c0",
            annotator_id="ann",
            ranks=ranks,
            degree=Degree.BETTER,
            shown_order=(),
        ),
    )
    (found,) = out(store)
    scores = {one["response"]: one["overall_score"] for one in found["completions"]}
    assert found["instruction"] == "question 0"
    assert scores == {"answer 1": 3.0, "answer 0": 2.0, "answer 2": 2.0}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "Invalid JSON"),
        ("[1]", "got an array"),
        (json.dumps(binarized(hone="{")), "hone: expected JSON as an export wrote it"),
        (json.dumps(binarized(hone=7)), "expected text"),
        ("{}", "chosen: it is missing"),
        ('{"completions": []}', "instruction: it is missing"),
        (json.dumps(scored()), "expected two or more completions to compare; got 0"),
        (json.dumps(scored(completion("a"))), "two or more completions"),
        (json.dumps(scored(completion("a"), {"response": "b"})), "of every completion"),
        (
            json.dumps(scored(completion("a"), {"response": 7})),
            "completions.1.response: expected text",
        ),
        (json.dumps(scored(completion("a", float("nan")), completion("b"))), "Invalid JSON"),
        ('{"instruction": "a", "completions": [{"response": "\\ud800"}]}', "Invalid JSON"),
        (
            json.dumps(scored(*(completion(str(n), n) for n in range(101)))),
            "expected 2 to 100 answers; got 101",
        ),
        (json.dumps(scored(completion("a"), completion("b"), messages=[])), "it has no turns"),
        (
            json.dumps(scored(completion("a"), completion("b"), messages=[{"role": "x", "content": ""}])),
            "got 'x'",
        ),
        (json.dumps(binarized("Blue.", "Blue.")), "are the same"),
        (json.dumps(binarized(score_chosen=1)), "a lower score"),
        (json.dumps(binarized(score_chosen="8")), "score_chosen"),
        (json.dumps({**binarized(), "chosen": []}), "it has no turns"),
        (json.dumps({**binarized(), "chosen": [{"role": "user", "content": "Hi"}]}), "they part before it"),
        (
            json.dumps(
                {
                    "chosen": [{"role": "user", "content": "Hi"}] * 2,
                    "rejected": [{"role": "user", "content": "Hi"}] * 2,
                }
            ),
            "to end with an answer",
        ),
        ('{"completions":' + "[" * 9000 + "]" * 9000 + "}", "Invalid JSON: recursion limit"),
    ],
)
def test_a_bad_row_is_told_with_its_place_and_the_good_ones_go_in(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "u.jsonl"
    good = json.dumps(binarized())
    file.write_text(f"{good}\n{text}\n{good}\n", encoding="utf-8")
    first, told, last = read([file])
    assert isinstance(first, Judgement)
    assert first == last
    assert isinstance(told, BadRow)
    assert str(told).startswith("u.jsonl, line 2: ")
    assert reason in str(told)


def test_an_array_of_rows_is_read_as_lines_are(tmp_path: Path) -> None:
    (tmp_path / "u.json").write_text(json.dumps([*ODD, {}], indent=1), encoding="utf-8")
    *found, told = read([tmp_path / "u.json"])
    assert found == list(read([write(tmp_path / "u.jsonl", ODD)]))
    assert str(told) == f"u.json, element {len(ODD) + 1}: chosen: it is missing"

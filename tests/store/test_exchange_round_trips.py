"""What goes from a file into a home and out again, and from a home through a file into another one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_judgements import EVERY, ODD, PAIR, as_set, bring, out

from store.database import Store, open_store
from store.door import LocalDoor
from store.errors import RequestError
from store.exchange import demonstrations, hh, prompts, trl, ultrafeedback
from store.exchange.format import Format, Wanted
from store.exchange.judgements import Answer, Judgement
from store.exchange.lines import lines
from store.exchange.publishing import ImportReport, unseen
from store.exchange.standing import Selection
from store.exchange.writing import write
from store.home import Home
from store.records import Degree, Demonstration, Prompt, SafetyLabel, Split, Track
from store.rows import rows

TABULAR = [(hh.FORMAT, ""), *((trl.FORMAT, shape) for shape in trl.SHAPES)]
UNTELLABLE = {"neither answer is acceptable", "the answers tie"}
QUESTION = [{"role": "user", "content": "Why?"}]


@pytest.fixture
def second(home: Home) -> Iterator[Store]:
    with open_store(Home(home.root.parent / "second")) as opened:
        yield opened


@pytest.fixture
def stores(store: Store, second: Store) -> tuple[Store, Store]:
    return store, second


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line.text) for line in lines([path])]


def put(path: Path, *found: dict[str, Any]) -> Path:
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in found).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def take(form: Format, store: Store, *paths: Path) -> ImportReport:
    return form.bring(LocalDoor(store), paths, unseen)


def give(form: Format, store: Store, path: Path, shape: str = "", **chosen: Any) -> dict[str, int]:
    wanted = Wanted(path=path, shape=shape, selection=Selection(**chosen))
    return write(form, LocalDoor(store), wanted).left_out


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "parquet"])
@pytest.mark.parametrize(("form", "shape"), TABULAR, ids=lambda one: getattr(one, "name", one))
def test_a_home_goes_through_a_file_into_another_home(
    stores: tuple[Store, Store], tmp_path: Path, form: Format, shape: str, ending: str
) -> None:
    store, second = stores
    bring(store, *EVERY)
    file = tmp_path / f"out.{ending}"
    left_out = give(form, store, file, shape)
    take(form, second, file)
    told = {repr(one) for one in out(second)}
    assert told <= as_set(EVERY)
    missing = {repr(one) for one in out(store)} - told
    turns_told = [ODD] if "plain" in shape or form is hh.FORMAT else []
    ranks_told = [] if shape.startswith("unpaired") else [one for one in EVERY if len(set(one.ranks)) == 1]
    assert missing == as_set([*turns_told, *ranks_told])
    assert set(left_out) >= (UNTELLABLE if ranks_told else set())
    assert ("a prompt of several turns is no plain text; take another shape" in left_out) is (
        "plain" in shape
    )


@pytest.mark.wide
@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "parquet"])
@pytest.mark.parametrize(("form", "shape"), TABULAR, ids=lambda one: getattr(one, "name", one))
def test_an_export_into_the_home_that_it_came_from_adds_nothing(
    store: Store, tmp_path: Path, form: Format, shape: str, ending: str
) -> None:
    bring(store, *EVERY)
    file = tmp_path / f"out.{ending}"
    give(form, store, file, shape)
    again = take(form, store, file)
    assert again.bad == ()
    assert again.added == 0


def test_a_file_of_hh_comes_out_as_it_went_in(store: Store, tmp_path: Path) -> None:
    start = "\n\nHuman: Ünï \u2028 日本 🙂\n\nAssistant:"
    found = [
        {"chosen": f"{start} a", "rejected": f"{start} b"},
        {"chosen": f"{start} b", "rejected": f"{start} a"},
        {"chosen": f"{start}  two blanks\n", "rejected": f"{start} b "},
        {"chosen": f"\n\nHuman: x{start} yes", "rejected": f"\n\nHuman: x{start} no"},
    ]
    assert take(hh.FORMAT, store, put(tmp_path / "in.jsonl", *found)).added == 4
    assert give(hh.FORMAT, store, tmp_path / "out.jsonl") == {}
    assert read_rows(tmp_path / "out.jsonl") == found


def trl_rows(shape: str) -> list[dict[str, Any]]:
    good, bad = [{"role": "assistant", "content": " yes\n"}], [{"role": "assistant", "content": "nö"}]
    return {
        "conversational": [
            {"prompt": QUESTION, "chosen": good, "rejected": bad, "margin": 1.0, "id": 7,
             "tags": ["a", None]},
            {"prompt": QUESTION, "chosen": bad, "rejected": good, "margin": 0.0},
            {"prompt": [{"role": "system", "content": ""}, *QUESTION], "chosen": good, "rejected": bad,
             "margin": 1.7},
        ],
        "conversational-implicit": [
            {"chosen": [*QUESTION, *good], "rejected": [*QUESTION, *bad], "margin": 2 / 3, "score": 0.5},
        ],
        "plain": [{"prompt": "Why?", "chosen": " yes ", "rejected": "", "margin": 1 / 3}],
        "plain-implicit": [{"chosen": "The sky is blue.", "rejected": "The sky is green.", "margin": -1.0}],
        "unpaired": [
            {"prompt": QUESTION, "completion": good, "label": True, "id": 1},
            {"prompt": QUESTION, "completion": bad, "label": False, "id": 2},
        ],
        "unpaired-plain": [
            {"prompt": "one", "completion": "a", "label": True},
            {"prompt": "one", "completion": "b", "label": False},
            {"prompt": "one", "completion": "c", "label": False},
            {"prompt": "two", "completion": "a", "label": False},
            {"prompt": "two", "completion": "b", "label": False},
            {"prompt": "three", "completion": "a", "label": True},
            {"prompt": "three", "completion": "b", "label": True},
        ],
    }[shape]  # fmt: skip


@pytest.mark.parametrize("shape", trl.SHAPES)
def test_a_file_of_trl_comes_out_as_it_went_in(store: Store, tmp_path: Path, shape: str) -> None:
    report = take(trl.FORMAT, store, put(tmp_path / "in.jsonl", *trl_rows(shape)))
    assert report.bad == ()
    assert give(trl.FORMAT, store, tmp_path / "out.jsonl", shape) == {}
    assert read_rows(tmp_path / "out.jsonl") == trl_rows(shape)
    assert take(trl.FORMAT, store, tmp_path / "out.jsonl").added == 0


def test_the_conversation_before_answers_in_words_may_be_called_messages(
    store: Store, tmp_path: Path
) -> None:
    file = put(tmp_path / "in.jsonl", {"messages": QUESTION, "chosen": "I do", "rejected": "I do not"})
    (told,) = trl.read([file])
    assert isinstance(told, Judgement)
    assert [turn.content for turn in told.turns] == ["Why?"]
    assert [answer.text for answer in told.answers] == ["I do", "I do not"]


def test_a_margin_is_that_of_the_degree_both_ways(store: Store, tmp_path: Path) -> None:
    bring(store, *(replace(PAIR, degree=degree, annotator=degree.name) for degree in Degree))
    give(trl.FORMAT, store, tmp_path / "out.jsonl")
    margins = [row["margin"] for row in read_rows(tmp_path / "out.jsonl")]
    assert margins == pytest.approx([0, 0.333333, 0.666667, 1], abs=1e-6)
    degrees = [one.degree for one in trl.read([tmp_path / "out.jsonl"]) if isinstance(one, Judgement)]
    assert degrees == list(Degree)


def test_unpaired_answers_to_one_prompt_are_one_judgement(tmp_path: Path) -> None:
    extra = {"prompt": "x", "completion": "a", "label": True}
    *whole, lone = trl.read([put(tmp_path / "in.jsonl", *trl_rows("unpaired-plain"), extra)])
    told = [(one.ranks, one.both_bad) for one in whole if isinstance(one, Judgement)]
    assert told == [((1, 2, 2), False), ((1, 1), True), ((1, 1), False)]
    assert str(lone).startswith("in.jsonl, line 8: expected several answers to a prompt")


def test_a_ranking_goes_out_as_all_its_pairs(store: Store, tmp_path: Path) -> None:
    answers = tuple(Answer(text=text, policy="m") for text in "abcd")
    bring(store, replace(PAIR, answers=answers, ranks=(2, 1, 3, 3)))
    give(trl.FORMAT, store, tmp_path / "out.jsonl", "plain")
    pairs = [(row["chosen"], row["rejected"]) for row in read_rows(tmp_path / "out.jsonl")]
    assert pairs == [("b", "a"), ("b", "c"), ("b", "d"), ("a", "c"), ("a", "d")]


@pytest.mark.parametrize(("form", "shape"), [(trl.FORMAT, "unpaired"), (ultrafeedback.FORMAT, "")])
def test_a_ranking_of_which_nothing_is_acceptable_goes_out_and_in(
    stores: tuple[Store, Store], tmp_path: Path, form: Format, shape: str
) -> None:
    told = replace(ODD, ranks=(4, 2, 3, 1), both_bad=True)
    bring(stores[0], told)
    assert give(form, stores[0], tmp_path / "out.jsonl", shape) == {}
    take(form, stores[1], tmp_path / "out.jsonl")
    assert {repr(one) for one in out(stores[1])} == as_set([told])


def test_what_trains_leaves_out_what_misleads_and_what_only_measures(store: Store, tmp_path: Path) -> None:
    unsafe = (SafetyLabel(safe=False), SafetyLabel(safe=True))
    bring(store, *EVERY, replace(PAIR, safety=unsafe))
    left_out = give(trl.FORMAT, store, tmp_path / "out.jsonl", trains=True, split=Split.TRAIN)
    assert left_out == {
        "the chosen answer is unsafe and the rejected one is safe": 1,
        "neither answer is acceptable": 1,
        "the answers tie": 1,
    }
    assert len(read_rows(tmp_path / "out.jsonl")) == 5


def test_prompts_come_out_as_they_went_in(store: Store, second: Store, tmp_path: Path) -> None:
    found = [
        {"prompt": " Wie geht's? ", "language": "de", "category": "chat", "author": "zoë"},
        {
            "prompt": [{"role": "system", "content": ""}, *QUESTION],
            "track": "safety",
            "attack_vector": "slang",
        },
        {"prompt": "Why?", "meta": '{"id": 1}'},
    ]
    take(prompts.FORMAT, store, put(tmp_path / "p.jsonl", *found))
    give(prompts.FORMAT, store, tmp_path / "out.jsonl")
    assert read_rows(tmp_path / "out.jsonl") == found
    give(prompts.FORMAT, store, tmp_path / "p.parquet")
    take(prompts.FORMAT, second, tmp_path / "p.parquet")
    give(prompts.FORMAT, second, tmp_path / "again.jsonl")
    assert read_rows(tmp_path / "again.jsonl") == found
    give(prompts.FORMAT, store, tmp_path / "safe.jsonl", track=Track.SAFETY)
    assert read_rows(tmp_path / "safe.jsonl") == found[1:2]


def test_demonstrations_come_out_as_they_went_in(store: Store, second: Store, tmp_path: Path) -> None:
    found = [
        {"prompt": "2 + 2?", "response": "4", "response_author": "zoë", "quality": 0.5, "id": "x1"},
        {"prompt": [{"role": "system", "content": "Be brief."}, *QUESTION], "response": " So. ",
         "track": "safety", "response_meta": '{"a":1}', "meta": '{"b":2}'},
    ]  # fmt: skip
    report = take(demonstrations.FORMAT, store, put(tmp_path / "d.jsonl.gz", *found, {"prompt": "x"}))
    assert (report.added, report.bad) == (
        2,
        ("d.jsonl.gz, line 3: expected prompt and response, or messages; the row has neither",),
    )
    give(demonstrations.FORMAT, store, tmp_path / "out.jsonl")
    assert read_rows(tmp_path / "out.jsonl") == found
    for number, (shape, ending) in enumerate(
        [("messages", "jsonl"), ("messages", "parquet"), ("", "parquet")]
    ):
        file = tmp_path / f"{number}.{ending}"
        give(demonstrations.FORMAT, store, file, shape)
        assert take(demonstrations.FORMAT, store, file).added == 0
        take(demonstrations.FORMAT, second, file)
    with store.reading() as one, second.reading() as other:
        for kind, table in ((Demonstration, "demonstrations"), (Prompt, "prompts")):
            first = {replace(row, source="") for row in rows(one.table(table).execute(), kind)}
            assert first == {replace(row, source="") for row in rows(other.table(table).execute(), kind)}


def test_a_shape_or_an_ending_that_the_format_has_not_is_told(store: Store, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"Expected a shape of trl: conversational, .*; got round"):
        give(trl.FORMAT, store, tmp_path / "out.jsonl", "round")
    with pytest.raises(RequestError, match=r"chat is no table; name it .jsonl"):
        give(replace(hh.FORMAT, name="chat", schema=None), store, tmp_path / "out.parquet")
    assert list(tmp_path.glob("*out*")) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"chosen": 1, "rejected": "b"}, "chosen: expected text or a list of turns; got a number"),
        ({"chosen": "a", "rejected": QUESTION}, "both as text or both as turns"),
        ({"chosen": "\n\nHuman: x a", "rejected": "\n\nHuman: x b"}, "import them with hone import hh"),
        ({"messages": [3], "chosen": "a", "rejected": "b"}, "messages: "),
        ({"chosen": "a", "rejected": "b"}, "there is no prompt, and chosen and rejected do not begin"),
        ({"prompt": "x", "chosen": "a", "rejected": "a"}, "are the same"),
        (
            {"prompt": QUESTION, "chosen": QUESTION, "rejected": QUESTION},
            "end with an answer of the assistant",
        ),
        ({"prompt": "x", "chosen": "a", "rejected": "b", "margin": "far"}, "margin: "),
        (
            {"prompt": "x", "chosen": "a", "rejected": "b", "hone": "?"},
            "hone: expected JSON as an export wrote",
        ),
        (
            {"prompt": "x", "chosen": "a", "rejected": "b", "hone": '{"ranks":7}'},
            "hone: ranks: expected a list",
        ),
        ({"prompt": "x", "completion": QUESTION, "label": True}, "completion: expected text or one turn"),
        ({"prompt": "x", "completion": "a", "label": 3}, "label: "),
    ],
)
def test_a_row_that_trl_would_not_have_is_told_why(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    (told,) = trl.read([put(tmp_path / "x.jsonl", row)])
    assert str(told).startswith("x.jsonl, line 1: ")
    assert reason in str(told)

"""What a foreign format has no place for goes with it: from a home through a file into another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_judgements import EVERY, PAIR, as_set, bring, out

from store.database import Store, open_store
from store.door import LocalDoor
from store.exchange import catalogue, oasst, ultrafeedback
from store.exchange.format import Format, Wanted
from store.exchange.judgements import Answer
from store.exchange.publishing import unseen
from store.exchange.writing import write
from store.home import Home
from store.records import Turn

FORMATS = [oasst.FORMAT, ultrafeedback.FORMAT]


@pytest.fixture
def second(home: Home) -> Iterator[Store]:
    with open_store(Home(home.root.parent / "second")) as opened:
        yield opened


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "json"])
@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_home_goes_through_a_file_into_another_home(
    store: Store, second: Store, tmp_path: Path, form: Format, ending: str
) -> None:
    bring(store, *EVERY)
    file = tmp_path / f"out.{ending}"
    report = write(form, LocalDoor(store), Wanted(path=file))
    taken = form.bring(LocalDoor(second), [file], unseen)
    assert taken.bad == ()
    assert report.left_out == {}
    assert {repr(one) for one in out(second)} == as_set(EVERY)
    again = tmp_path / f"again.{ending}"
    write(form, LocalDoor(second), Wanted(path=again))
    assert form.bring(LocalDoor(second), [again], unseen).added == 0


@pytest.mark.wide
@pytest.mark.parametrize(
    "meta",
    [
        "no JSON",
        '{"oasst":{"prompt":7}}',
        '{"argilla":{"row":{"x":1}},"label-studio":{"row":{"data":7}}}',
        '{"argilla":{"row":7},"label-studio":{"row":7}}',
    ],
)
@pytest.mark.parametrize("form", catalogue.FORMATS.values(), ids=lambda form: form.name)
def test_a_note_that_another_hand_wrote_stops_no_export(
    store: Store, tmp_path: Path, form: Format, meta: str
) -> None:
    bring(store, PAIR, replace(PAIR, prompt_meta=meta, comparison_meta=meta, label_meta=meta))
    rows = write(form, LocalDoor(store), Wanted(path=tmp_path / "out.jsonl")).rows
    assert rows >= (0 if form.name == "demonstrations" else 1)


def test_a_conversation_that_no_tree_can_tell_is_left_out_with_the_reason(
    store: Store, tmp_path: Path
) -> None:
    user, assistant = Turn(role="user", content="q"), Turn(role="assistant", content="a")
    bring(
        store,
        PAIR,
        replace(PAIR, turns=(user, user)),
        replace(PAIR, turns=(*(user, assistant) * 50, user)),
        replace(PAIR, answers=(Answer(text="", policy="m"), Answer(text="b", policy="m"))),
    )
    report = write(oasst.FORMAT, LocalDoor(store), Wanted(path=tmp_path / "out.jsonl"))
    assert report.rows == 1
    assert report.left_out == {
        "as a tree it could not be read back: a turn or an answer has no words, or two in a row": 2,
        "as a tree it would be too deep: it has more than 90 turns": 1,
    }

"""What comparisons ask is read once, as long as it is not too long to be kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from duckdb import ConnectionException
from small_collection import comparisons

from store.database import Store
from store.records import Response
from store.texts import AHEAD, LONGEST, texts


def test_a_comparison_is_read_once_and_a_long_one_each_time(store: Store) -> None:
    short = comparisons(1, prefix="short")
    long = [
        replace(fact, text="x" * LONGEST) if isinstance(fact, Response) else fact
        for fact in comparisons(1, prefix="long")
    ]
    store.append("test", *short, *long)
    with store.reading() as db:
        assert texts(store, db, "shortc0") is texts(store, db, "shortc0")
        first, second = texts(store, db, "longc0"), texts(store, db, "longc0")
    assert first is not second
    assert first == second
    assert first.responses == ("x" * LONGEST,) * 2


def test_what_comes_next_in_line_is_read_with_what_is_wanted(store: Store) -> None:
    store.append("test", *comparisons(AHEAD + 5))
    in_line = sorted(f"c{number}" for number in range(AHEAD + 5))
    with store.reading() as closed:
        pass
    with store.reading() as db:
        texts(store, db, in_line[1])
    for near in in_line[1 : 2 + AHEAD]:
        assert len(texts(store, closed, near).responses) == 2
    for far in (in_line[0], in_line[2 + AHEAD]):
        with pytest.raises(ConnectionException):
            texts(store, closed, far)

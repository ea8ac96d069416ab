"""What comparisons ask is read once, as long as it is not too long to be kept."""

from __future__ import annotations

from dataclasses import replace

from small_collection import comparisons

from store.database import Store
from store.records import Response
from store.texts import LONGEST, texts


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

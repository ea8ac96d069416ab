"""The benchmark of quality: its claims and its table, and a small one from end to end."""

import pytest

from rlhf.bench.quality import claims, run, table, times
from rlhf.bench.quality_crew import HONEST, PLANTED, Planted, crew
from rlhf.bench.quality_found import Named, Queue
from store.bench.registry import Settings
from store.errors import HoneError
from store.intervals import wilson
from store.records import Turn
from store.suspicion.suspects import Fault


def named(fault: Planted, after: int | None, shown: Fault = Fault.DIFFERS) -> Named:
    return Named(seed=0, name="x", fault=fault, shown=shown if after else None, after=after)


def queue(first: int, of_all: int) -> Queue:
    return Queue(seed=0, first=wilson(first, 100), all=wilson(of_all, 1000))


CREWS = [
    [named(Planted.NOTHING, None), named(Planted.LEFT, 30, Fault.FIRST), named(Planted.DRIFT, None)],
    [named(Planted.NOTHING, 900), named(Planted.LEFT, 50, Fault.FIRST), named(Planted.DRIFT, 600)],
]


def test_whoever_is_named_counts_for_or_against():
    assert [met for _words, met in claims(CREWS, [queue(60, 100)])] == [False, False, True]
    assert [words for words, _met in claims(CREWS, [queue(30, 100)])] == [
        "honest annotators named at a level of 0.001 each: 1 of 2",
        "others who were named: 3 of 4",
        "the first of the queue are wrong 3.0 times as often as any",
    ]


def test_the_table_says_by_what_and_after_how_many_labels():
    rows = {row[0]: row[1:] for row in table(CREWS)}
    assert rows["always the left one"] == ["2 of 2", Fault.FIRST.value, "40", "50"]
    assert rows["careless from half-way"] == ["1 of 2", Fault.DIFFERS.value, "600", ""]
    assert rows["by chance"] == ["0 of 0", "", "", ""]


def test_all_queues_together_make_the_ratio():
    assert times([queue(60, 100), queue(20, 100)]) == pytest.approx(4)


def test_the_crew_has_every_fault_and_who_drifts_changes_half_way():
    members = crew(0, 10)
    faults = [one.fault for one in members]
    assert {fault: faults.count(fault) for fault in Planted} == {Planted.NOTHING: HONEST, **PLANTED}
    assert len({one.name for one in members}) == len(members)
    (drifting,) = (one for one in members if one.fault is Planted.DRIFT)
    careful = drifting.annotator
    for _label in range(5):
        drifting.judge([Turn(role="user", content="What is 2 plus 2?")], ["4.", "5."])
    assert drifting.annotator == careful
    drifting.judge([Turn(role="user", content="What is 2 plus 2?")], ["4.", "5."])
    assert drifting.annotator.careless > careful.careless


def test_one_size_is_asked_for():
    with pytest.raises(HoneError, match="one --size"):
        run(Settings(sizes=(10, 20)))


@pytest.mark.wide
@pytest.mark.timeout(900)
def test_a_small_one_names_who_clicks_one_side_and_nobody_honest():
    found = run(Settings(sizes=(60,), seeds=1))
    (members,) = found.crews
    assert [one.after for one in members if one.fault is Planted.NOTHING] == [None] * HONEST
    assert {one.shown for one in members if one.fault is Planted.LEFT} == {Fault.FIRST}
    (only,) = found.queues
    assert 0 < only.all.value < 0.3
    assert found.ratio == pytest.approx(only.first.value / only.all.value)

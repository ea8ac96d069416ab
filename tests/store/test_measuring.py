"""Gold answers and swapped repeats: when they come, and that nobody sees which they are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from judgements_given import take
from measured_work import SAFE, purposes, submit
from small_collection import comparisons

from store.database import Store, open_store
from store.errors import RequestError
from store.home import Home
from store.messages import (
    Actor,
    Assignment,
    EditLabel,
    NextComparison,
    RenewLease,
    SkipLease,
    UndoLabel,
)
from store.queueing.drawing import QueueSettings, draw
from store.records import Purpose, Role, SafetyLabel, Track
from store.verbs import (
    edit_label,
    make_gold,
    next_comparison,
    renew_lease,
    skip_lease,
    undo_label,
)
from store.verbs.golds import MakeGold


@pytest.fixture
def gold_home(tmp_path: Path) -> Home:
    """A home that draws gold answers and swapped repeats as often as it may."""
    home = Home(tmp_path / "measuring")
    home.root.mkdir()
    home.settings.write_text("[queue]\ngold_rate = 0.5\nswapped_rate = 0.5\nswapped_after = 5\n")
    return home


@pytest.fixture
def measuring(gold_home: Home) -> Iterator[Store]:
    with open_store(gold_home) as opened:
        yield opened


def test_gold_comes_silently_between_the_others(measuring: Store, ann: Actor, ben: Actor) -> None:
    measuring.append("test", *comparisons(40))
    for _ in range(3):
        label_id = submit(measuring, ben, take(measuring, ben))
        make_gold(measuring, ben, MakeGold(label_id=label_id, why="plain"))
    turns = []
    for _ in range(20):
        assignment = take(measuring, ann)
        assert "gold" not in repr(assignment)
        turns.append(assignment.turns)
        submit(measuring, ann, assignment)
    met = purposes(measuring, "ann")
    assert met.count("gold") == 3  # each of them once
    gold = [turn for turn, purpose in zip(turns, met, strict=True) if purpose == "gold"]
    assert len(set(gold)) == 3
    assert "gold" not in purposes(measuring, "ben")  # who made them judges others


@pytest.fixture
def ben() -> Actor:
    return Actor(annotator_id="ben", name="ben", role=Role.REVIEWER)


def test_a_gold_answer_is_what_the_label_says_now(measuring: Store, ben: Actor) -> None:
    measuring.append("test", *comparisons(1, track=Track.SAFETY))
    assignment = take(measuring, ben)
    label_id = submit(measuring, ben, assignment)
    unsafe = (SafetyLabel(safe=False, category="weapons", severity=2), SafetyLabel(safe=True))
    edited = replace(SAFE, ranks=(2, 1), safety=unsafe)
    edit_label(measuring, ben, EditLabel(label_id=label_id, judgement=edited))
    gold = make_gold(measuring, ben, MakeGold(label_id=label_id, why="shows a risk"))
    first_shown = assignment.responses[0]
    place = 0 if first_shown == "answer 0" else 1
    assert gold.ranks[place] == 2
    assert gold.safety[place] == unsafe[0]
    with pytest.raises(RequestError, match="has a gold answer already"):
        make_gold(measuring, ben, MakeGold(label_id=label_id, why="again"))


def test_a_withdrawn_label_is_no_gold_answer(measuring: Store, ben: Actor) -> None:
    measuring.append("test", *comparisons(1))
    label_id = submit(measuring, ben, take(measuring, ben))
    undo_label(measuring, ben, UndoLabel())
    with pytest.raises(RequestError, match="Expected a label that stands"):
        make_gold(measuring, ben, MakeGold(label_id=label_id, why=""))


def test_a_repeat_has_its_sides_swapped_and_comes_late_enough(measuring: Store, ann: Actor) -> None:
    measuring.append("test", *comparisons(30))
    shown: dict[object, tuple[int, tuple[str, ...]]] = {}
    repeats = 0
    for turn in range(25):
        assignment = take(measuring, ann)
        if assignment.turns in shown:
            before, responses = shown[assignment.turns]
            assert assignment.responses == responses[::-1]
            assert turn - before > 5
            repeats += 1
        else:
            shown[assignment.turns] = (turn, assignment.responses)
        submit(measuring, ann, assignment)
    assert repeats == purposes(measuring, "ann").count("swapped") > 3
    with measuring.reading() as db:
        pairs = db.execute(
            "select again.comparison_id, first.response_ids = again.response_ids, again.overlap "
            "from comparisons as again join comparisons as first on first.comparison_id = again.repeats"
        ).fetchall()
    assert len(pairs) == repeats
    assert {(same, overlap) for _, same, overlap in pairs} == {(True, 1)}


def test_what_is_asked_once_more_does_not_hang_on_stops_between(gold_home: Home, ann: Actor) -> None:
    there = gold_home.root.with_name("stopped")
    there.mkdir()
    (there / "hone.toml").write_text(gold_home.settings.read_text())
    through = asked_in_turn(gold_home, ann, stops=())
    assert len({turns for turns, _responses in through}) < len(through) - 3
    assert asked_in_turn(Home(there), ann, stops=(9, 10, 23, 31)) == through


def asked_in_turn(home: Home, actor: Actor, stops: tuple[int, ...]) -> list[tuple[object, object]]:
    """What 40 turns ask and how it is shown, where the home is closed and opened before some of them."""
    store, found = open_store(home), []
    store.append("test", *comparisons(60))
    for turn in range(40):
        if turn in stops:
            store.close()
            store = open_store(home)
        assignment = take(store, actor)
        found.append((assignment.turns, assignment.responses))
        submit(store, actor, assignment)
    store.close()
    return found


def until_swapped(store: Store, actor: Actor) -> Assignment:
    """The first swapped repeat, taken and not yet judged."""
    seen = set()
    for _ in range(25):
        assignment = take(store, actor)
        if assignment.turns in seen:
            return assignment
        seen.add(assignment.turns)
        submit(store, actor, assignment)
    raise AssertionError("no repeat came")


def test_a_repeat_is_still_held_after_the_home_was_closed(measuring: Store, ann: Actor) -> None:
    measuring.append("test", *comparisons(30))
    swapped = until_swapped(measuring, ann)
    measuring.close()
    with open_store(measuring.home) as reopened:
        assert take(reopened, ann) == swapped
        submit(reopened, ann, swapped)
        assert purposes(reopened, "ann")[-1] == "swapped"
        with reopened.reading() as db:
            surplus = "select count(*) from labels where surplus"
            assert db.execute(surplus).fetchall() == [(0,)]


def test_nobody_else_is_asked_somebodys_repeat(measuring: Store, ann: Actor) -> None:
    measuring.append("test", *comparisons(12))
    until_swapped(measuring, ann)
    measuring.close()
    cat = Actor(annotator_id="cat", name="cat", role=Role.ANNOTATOR)
    with open_store(measuring.home) as reopened:
        while isinstance(reply := next_comparison(reopened, cat, NextComparison()), Assignment):
            submit(reopened, cat, reply)
        assert "swapped" not in purposes(reopened, "cat")[:5]
        with reopened.reading() as db:
            mixed = (
                "select count(*) from comparisons as again join labels using (comparison_id) "
                "join labels as first on first.comparison_id = again.repeats "
                "where again.purpose = 'swapped' and first.annotator_id <> labels.annotator_id"
            )
            assert db.execute(mixed).fetchall() == [(0,)]


def test_what_was_repeated_is_not_repeated_again_after_the_home_was_closed(
    measuring: Store, ann: Actor
) -> None:
    measuring.append("test", *comparisons(60))
    submit(measuring, ann, until_swapped(measuring, ann))
    measuring.close()
    with open_store(measuring.home) as reopened:
        for _ in range(30):
            submit(reopened, ann, take(reopened, ann))
        with reopened.reading() as db:
            counts = db.execute(
                "select count(*), count(distinct repeats) from comparisons where purpose = 'swapped'"
            )
            (asked, different) = counts.fetchall()[0]
    assert asked == different > 2


def until_measured(store: Store, actor: Actor, purpose: Purpose) -> tuple[Assignment, str]:
    """The next that was asked for this purpose, and the id of its label."""
    for _ in range(25):
        assignment = take(store, actor)
        label_id = submit(store, actor, assignment)
        if purposes(store, actor.annotator_id)[-1] == purpose:
            return assignment, label_id
    raise AssertionError(f"no {purpose} came")


def test_the_undo_of_a_repeat_asks_it_of_the_same_person_again_as_it_was_shown(
    measuring: Store, ann: Actor
) -> None:
    measuring.append("test", *comparisons(60))
    for _ in range(6):
        swapped, label_id = until_measured(measuring, ann, Purpose.SWAPPED)
        again = undo_label(measuring, ann, UndoLabel(label_id=label_id))
        assert isinstance(again, Assignment)
        assert (again.turns, again.responses) == (swapped.turns, swapped.responses)
        submit(measuring, ann, again)


def test_a_repeat_that_was_skipped_is_not_asked_again_after_the_home_was_closed(
    measuring: Store, ann: Actor
) -> None:
    measuring.append("test", *comparisons(60))
    swapped = until_swapped(measuring, ann)
    skip_lease(measuring, ann, SkipLease(lease_id=swapped.lease_id, reason="seen"))
    measuring.close()
    with open_store(measuring.home) as reopened:
        while isinstance(reply := next_comparison(reopened, ann, NextComparison()), Assignment):
            assert reply.turns != swapped.turns
            submit(reopened, ann, reply)


@pytest.fixture
def second_batch(measuring: Store, ann: Actor, ben: Actor) -> Store:
    """A batch whose three gold answers and ten judged comparisons may be asked in the next, open one."""
    measuring.append("test", *comparisons(13, prefix="old"))
    for _ in range(3):
        label_id = submit(measuring, ben, take(measuring, ben))
        make_gold(measuring, ben, MakeGold(label_id=label_id, why="plain"))
    measuring.append("test", *comparisons(40, round_number=1, prefix="new"))
    return measuring


def test_the_batch_does_not_tell_what_only_measures(second_batch: Store, ann: Actor) -> None:
    asked = [take(second_batch, ann)]
    for _ in range(20):
        submit(second_batch, ann, asked[-1])
        asked.append(take(second_batch, ann))
    assert {"gold", "swapped"} <= set(purposes(second_batch, "ann"))
    assert {(one.batch_id, one.total) for one in asked} == {("batch-001", 40)}
    assert [one.done for one in asked] == list(range(21))


def test_the_progress_is_the_same_when_the_home_is_opened_again(second_batch: Store, ann: Actor) -> None:
    for _ in range(10):
        submit(second_batch, ann, take(second_batch, ann))
    assert {"gold", "train"} <= set(purposes(second_batch, "ann"))
    asked = take(second_batch, ann)
    second_batch.close()
    with open_store(second_batch.home) as again:
        assert (asked.done, asked.total) == (10, 40)
        assert take(again, ann) == asked
        submit(again, ann, asked)
        again.append("test", *comparisons(2, round_number=2, prefix="newest"))
        assert (take(again, ann).done, take(again, ann).total) == (0, 2)  # each batch is counted anew


def test_what_measured_comes_on_top_in_the_end(measuring: Store, ann: Actor, ben: Actor) -> None:
    measuring.append("test", *comparisons(6))
    make_gold(measuring, ben, MakeGold(label_id=submit(measuring, ben, take(measuring, ben)), why="plain"))
    measuring.append("test", *comparisons(1, prefix="gold"))
    left = []
    while isinstance(asked := next_comparison(measuring, ann, NextComparison()), Assignment):
        left.append(asked.total - asked.done)
        submit(measuring, ann, asked)
    met = purposes(measuring, "ann")
    assert met.count("gold") == 1
    assert left == [max(6 - place, 1) for place in range(len(met))]


def test_what_only_measures_is_edited_and_undone_like_the_others(second_batch: Store, ann: Actor) -> None:
    gold, label_id = until_measured(second_batch, ann, Purpose.GOLD)
    edit_label(second_batch, ann, EditLabel(label_id=label_id, judgement=replace(SAFE, comment="or so")))
    again = undo_label(second_batch, ann, UndoLabel(label_id=label_id))
    assert isinstance(again, Assignment)
    assert (again.turns, again.draft and again.draft.comment) == (gold.turns, "or so")
    submit(second_batch, ann, again)
    second_batch.append("test", *comparisons(1, round_number=2, prefix="newest"))
    with pytest.raises(RequestError, match="batch is closed"):
        edit_label(second_batch, ann, EditLabel(label_id=again.lease_id, judgement=SAFE))


def test_of_many_who_make_one_gold_answer_one_does(store: Store, chief: Actor) -> None:
    store.append("test", *comparisons(1, overlap=8))
    people = [Actor(annotator_id=f"a{n}", name=f"a{n}", role=Role.ANNOTATOR) for n in range(8)]
    label_ids = [submit(store, one, take(store, one)) for one in people]
    together, made = threading.Barrier(len(label_ids)), []

    def make(label_id: str) -> None:
        together.wait()
        with suppress(RequestError):
            made.append(make_gold(store, chief, MakeGold(label_id=label_id, why=label_id)).why)

    threads = [threading.Thread(target=make, args=(label_id,)) for label_id in label_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as db:
        assert db.execute("select why from golds").fetchall() == [(why,) for why in made]


def test_a_heartbeat_that_comes_after_the_label_is_no_error(asked: Store, ann: Actor, ben: Actor) -> None:
    assignment = take(asked, ann)
    submit(asked, ann, assignment)
    renew_lease(asked, ann, RenewLease(lease_id=assignment.lease_id))
    with pytest.raises(RequestError, match="This lease is over"):
        renew_lease(asked, ben, RenewLease(lease_id=assignment.lease_id))


def test_draws_come_at_their_rates_and_differ_between_annotators() -> None:
    settings = QueueSettings(gold_rate=0.1, swapped_rate=0.05)
    drawn = {who: [draw((who, turn, "c"), settings) for turn in range(20_000)] for who in ("ann", "ben")}
    for purposes_drawn in drawn.values():
        # Three standard deviations of a share of 20,000: 0.0064 and 0.0046.
        assert abs(purposes_drawn.count(Purpose.GOLD) / 20_000 - 0.1) < 0.0064
        assert abs(purposes_drawn.count(Purpose.SWAPPED) / 20_000 - 0.05) < 0.0046
    together = sum(one is two is Purpose.GOLD for one, two in zip(*drawn.values(), strict=True))
    assert abs(together / 20_000 - 0.01) < 0.0021


def test_a_gold_answer_is_not_asked_of_who_judged_its_original(
    measuring: Store, ann: Actor, ben: Actor
) -> None:
    measuring.append("test", *comparisons(20, overlap=2))
    for _ in range(5):
        label_id = submit(measuring, ben, take(measuring, ben))
        make_gold(measuring, ben, MakeGold(label_id=label_id, why="plain"))
    both = (
        "select count(*) from labels join comparisons as gold using (comparison_id) "
        "join labels as original on original.comparison_id = gold.repeats "
        "where gold.purpose = 'gold' and original.annotator_id = labels.annotator_id"
    )
    for _ in range(8):
        submit(measuring, ann, take(measuring, ann))
    measuring.close()
    with open_store(measuring.home) as reopened:
        while isinstance(reply := next_comparison(reopened, ann, NextComparison()), Assignment):
            submit(reopened, ann, reply)
        assert "gold" in purposes(reopened, "ann")
        with reopened.reading() as db:
            assert db.execute(both).fetchall() == [(0,)]

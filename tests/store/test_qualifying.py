"""The test before a track may be judged: made of gold, kept from reload to restart, and learned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from qualification_home import (
    RAE,
    SAFE,
    SAFETY,
    SETTINGS,
    UNSAFE,
    answer,
    begun,
    golds,
    judgement,
    may_judge,
    refused,
)
from small_collection import FIRST_BETTER, comparisons

from store.database import Store, open_store
from store.errors import RequestError
from store.home import Home
from store.messages import Actor, Assignment, Cause, NextComparison, NoWork
from store.messages.qualifying import (
    AnswerTest,
    BeginTest,
    ListStandings,
    NoTest,
    Obstacle,
    ReadTestResult,
)
from store.orders import keeps_order, likeness
from store.records import (
    Annotator,
    Gold,
    GoldEnd,
    Kind,
    Prompt,
    Purpose,
    Role,
    now,
)
from store.verbs import (
    answer_test,
    begin_test,
    list_standings,
    next_comparison,
    qualify,
    read_test_result,
    write_guideline,
)
from store.verbs.guiding import WriteGuideline
from store.verbs.measuring import Qualify
from store.verbs.qualifying import sections_named
from store.verbs.standings import case


@pytest.fixture
def tested(home: Home) -> Iterator[Store]:
    """A home that asks for a test of two gold answers on the safety track, one of which must be right."""
    home.root.mkdir(mode=0o700)
    home.settings.write_text(SETTINGS)
    with open_store(home) as opened:
        people = [
            Annotator(annotator_id=one, name=one, role=role, kind=Kind.PERSON)
            for one, role in (("ann", Role.ANNOTATOR), ("ben", Role.ANNOTATOR), ("rae", Role.REVIEWER))
        ]
        opened.append("test", *people)
        yield opened


def test_who_passes_is_qualified_by_the_test_and_gets_work_at_once(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(2), *comparisons(1, track=SAFETY))
    nothing = next_comparison(tested, ann, NextComparison(track=SAFETY))
    assert isinstance(nothing, NoWork)
    assert nothing.cause is Cause.NOT_QUALIFIED
    shown = answer(tested, ann, begun(tested, ann))
    assert (shown.answered, shown.total, shown.outcome) == (1, 2, None)
    shown = answer(tested, ann, shown, right=False)
    assert shown.outcome is not None
    assert (shown.item, shown.outcome.right, shown.outcome.total, shown.outcome.passed) == (None, 1, 2, True)
    assert isinstance(next_comparison(tested, ann, NextComparison(track=SAFETY)), Assignment)
    with tested.reading() as db:
        given = db.execute("select passed, why, given_by, guideline_version from qualifications").fetchall()
    assert given == [(True, "1 of 2 right in the test", f"test:{shown.test_id}", 1)]


def test_who_fails_is_told_when_another_try_may_begin(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(4))
    shown = answer(tested, ann, answer(tested, ann, begun(tested, ann), right=False), safety=False)
    assert shown.outcome is not None
    assert (shown.outcome.right, shown.outcome.passed) == (0, False)
    told = refused(tested, ann)
    assert (told.obstacle, told.retry_at) == (Obstacle.WAIT, shown.outcome.ended_at + timedelta(hours=24))
    assert not may_judge(tested, ann)


def test_another_try_asks_what_was_not_asked_before(
    tested: Store, ann: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested.append("test", *golds(5))
    first = begun(tested, ann)
    shown = answer(tested, ann, answer(tested, ann, first, right=False), right=False)
    asked = {one for course in _tests(tested) for one in course}
    monkeypatch.setattr("store.verbs.standings.now", lambda: now() + timedelta(hours=25))
    again = begun(tested, ann)
    assert again.test_id != shown.test_id
    assert not asked & set(_tests(tested)[-1])
    answer(tested, ann, answer(tested, ann, again, right=False), right=False)
    monkeypatch.setattr("store.verbs.standings.now", lambda: now() + timedelta(hours=50))
    told = refused(tested, ann)
    assert told.obstacle is Obstacle.TOO_FEW
    assert "takes 2 gold answers that you have not seen; there are 1" in told.reason


def _tests(store: Store) -> list[list[str]]:
    with store.reading() as db:
        return [
            ids
            for (ids,) in db.execute(
                "select comparison_ids from qualification_tests order by made_at"
            ).fetchall()
        ]


def test_a_test_goes_on_in_another_tab_and_after_a_restart(tested: Store, home: Home, ann: Actor) -> None:
    tested.append("test", *golds(2))
    first = begun(tested, ann)
    assert begun(tested, ann) == first
    second = answer(tested, ann, first)
    assert second.item != first.item
    tested.close()
    with open_store(home) as again:
        assert begun(again, ann) == second
        assert answer(again, ann, second).item is None
        assert may_judge(again, ann)


def test_a_second_click_and_the_other_tab_change_nothing(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(2))
    first = begun(tested, ann)
    second = answer(tested, ann, first)
    assert answer(tested, ann, first, right=False) == second
    with tested.reading() as db:
        kept = db.execute("select passed from qualification_answers").fetchall()
    assert kept == [(True,)]


def test_what_a_test_asked_is_never_asked_in_work_before_or_after_a_restart(
    tested: Store, home: Home, ann: Actor
) -> None:
    facts = golds(2)
    originals = [
        replace(fact, comparison_id=f"original of {fact.comparison_id}", purpose=Purpose.TRAIN)
        for fact in facts
        if hasattr(fact, "response_ids")
    ]
    copies = [
        replace(fact, repeats=f"original of {fact.comparison_id}") if hasattr(fact, "response_ids") else fact
        for fact in facts
    ]
    tested.append("test", *copies, *originals)
    shown = answer(tested, ann, answer(tested, ann, begun(tested, ann)))
    assert shown.outcome is not None and shown.outcome.passed  # noqa: PT018
    nothing = next_comparison(tested, ann, NextComparison(track=SAFETY))
    assert isinstance(nothing, NoWork)
    tested.close()
    with open_store(home) as again:
        assert isinstance(next_comparison(again, ann, NextComparison(track=SAFETY)), NoWork)


def test_what_was_asked_in_work_is_never_asked_in_a_test(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(2), *comparisons(1, track=SAFETY))
    pass_by_hand(tested, "ann")
    held = next_comparison(tested, ann, NextComparison(track=SAFETY))
    assert isinstance(held, Assignment)
    write(tested, requalify=True)
    with tested.reading() as db:
        held_golds = db.execute("select comparison_id from leases where comparison_id[:2] = 'gc'").fetchall()
        unseen = case(tested, db, ann, SAFETY).unseen
    assert set(unseen) == {"gc0", "gc1"} - {one for (one,) in held_golds}


def pass_by_hand(store: Store, name: str, *, passed: bool = True) -> None:
    qualify(store, RAE, Qualify(name=name, track=SAFETY, passed=passed, why="known"))


def write(store: Store, *, requalify: bool, text: str = "# Crime\nnew") -> None:
    request = WriteGuideline(track=SAFETY, text=text, changed="all", requalify=requalify)
    write_guideline(store, RAE, request)


def standing_of(store: Store, actor: Actor):
    return next(one for one in list_standings(store, actor, ListStandings()) if one.track is SAFETY)


@pytest.mark.parametrize("requalify", [False, True])
def test_a_version_that_asks_for_it_makes_older_passes_insufficient(
    tested: Store, home: Home, ann: Actor, requalify: bool
) -> None:
    tested.append("test", *golds(2), *comparisons(2, track=SAFETY))
    pass_by_hand(tested, "ann")
    assert isinstance(next_comparison(tested, ann, NextComparison(track=SAFETY)), Assignment)
    write(tested, requalify=requalify)
    assert may_judge(tested, ann) is not requalify
    reply = next_comparison(tested, ann, NextComparison(track=SAFETY))
    assert isinstance(reply, NoWork) is requalify
    tested.close()
    with open_store(home) as again:
        assert may_judge(again, ann) is not requalify
        pass_by_hand(again, "ann")
        assert may_judge(again, ann)


def test_words_that_ask_for_another_test_end_one_that_is_running(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(4))
    first = begun(tested, ann)
    write(tested, requalify=True)
    with pytest.raises(RequestError, match="changed so much that another test is needed"):
        answer(tested, ann, first)
    again = begun(tested, ann)
    assert (again.test_id == first.test_id, again.guideline_version) == (False, 2)


def test_words_that_do_not_let_a_running_test_go_on(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(2))
    first = begun(tested, ann)
    write(tested, requalify=False)
    answer(tested, ann, answer(tested, ann, first))
    assert may_judge(tested, ann)


def test_a_test_does_not_lift_what_a_reviewer_decided(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(2))
    first = begun(tested, ann)
    pass_by_hand(tested, "ann", passed=False)
    assert refused(tested, ann).obstacle is Obstacle.BARRED
    with pytest.raises(RequestError, match="A reviewer has decided"):
        answer(tested, ann, first)
    assert not may_judge(tested, ann)


@pytest.mark.parametrize("count", [0, 1])
def test_without_enough_gold_answers_it_is_said_what_to_do(tested: Store, ann: Actor, count: int) -> None:
    tested.append("test", *golds(count))
    told = refused(tested, ann)
    assert told.obstacle is Obstacle.TOO_FEW
    assert "hone gold" in told.reason
    standing = standing_of(tested, ann)
    assert (standing.golds, standing.items) == (count, 2)


def test_gold_in_other_languages_ended_or_by_oneself_tests_nobody(tested: Store, ann: Actor) -> None:
    german = [replace(fact, language="de-AT") if isinstance(fact, Prompt) else fact for fact in golds(2, "d")]
    own = [replace(fact, annotator_id="ann") if isinstance(fact, Gold) else fact for fact in golds(2, "o")]
    ended = GoldEnd(comparison_id="ec0", annotator_id="rae", why="wrong")
    tested.append("test", *german, *own, *golds(1, "e"), ended)
    assert refused(tested, ann).obstacle is Obstacle.TOO_FEW
    assert "there are 0" in refused(tested, ann).reason


def test_an_item_whose_known_answer_is_withdrawn_meanwhile_is_not_asked(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(2))
    shown = answer(tested, ann, begun(tested, ann))
    assert shown.item is not None
    tested.append("rae", GoldEnd(comparison_id=shown.item.comparison_id, annotator_id="rae", why="wrong"))
    over = begun(tested, ann)
    assert over.outcome is not None
    assert (over.item, over.outcome.right, over.outcome.total) == (None, 1, 1)
    assert may_judge(tested, ann)


def test_a_home_that_asks_for_no_test_gives_none(store: Store, ann: Actor) -> None:
    reply = begin_test(store, ann, BeginTest(track=SAFETY))
    assert isinstance(reply, NoTest)
    assert reply.obstacle is Obstacle.NOT_ASKED


def test_who_passed_is_not_tested_again(tested: Store, ann: Actor) -> None:
    pass_by_hand(tested, "ann")
    assert refused(tested, ann).obstacle is Obstacle.QUALIFIED


def test_the_result_says_what_was_right_what_is_known_and_what_to_read(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(2))
    shown = answer(tested, ann, begun(tested, ann))
    with pytest.raises(RequestError, match="not over"):
        read_test_result(tested, ann, ReadTestResult(test_id=shown.test_id))
    answer(tested, ann, shown, right=False)
    seen = read_test_result(tested, ann, ReadTestResult(test_id=shown.test_id))
    assert [one.passed for one in seen.items] == [True, False]
    missed = seen.items[1]
    first = missed.responses[0] == "answer 0"
    assert missed.known_ranks == ((1, 2) if first else (2, 1))
    assert missed.ranks == ((2, 1) if first else (1, 2))
    assert missed.known_safety == ((SAFE, UNSAFE) if first else (UNSAFE, SAFE))
    assert missed.why == "Because of Crime."


def test_nobody_sees_or_answers_the_test_of_somebody_else(tested: Store, ann: Actor, ben: Actor) -> None:
    tested.append("test", *golds(2))
    shown = begun(tested, ann)
    with pytest.raises(RequestError, match="no such test"):
        answer(tested, ben, shown)
    with pytest.raises(RequestError, match="no such test"):
        read_test_result(tested, ben, ReadTestResult(test_id=shown.test_id))


def test_what_the_test_did_not_ask_is_refused_and_so_is_what_does_not_fit(tested: Store, ann: Actor) -> None:
    tested.append("test", *golds(3))
    shown = begun(tested, ann)
    assert shown.item is not None
    other = next(f"gc{number}" for number in range(3) if f"gc{number}" not in _tests(tested)[0])
    with pytest.raises(RequestError, match="does not ask that"):
        answer_test(
            tested,
            ann,
            AnswerTest(test_id=shown.test_id, comparison_id=other, judgement=judgement(shown.item)),
        )
    with pytest.raises(RequestError, match="Expected 2 safety labels"):
        answer_test(
            tested,
            ann,
            AnswerTest(test_id=shown.test_id, comparison_id=shown.item.comparison_id, judgement=FIRST_BETTER),
        )


def test_the_headings_that_the_reasons_name_are_what_to_read() -> None:
    guideline = "# All\n## Crime\ntext\n### Hate or harm ##\n"
    assert sections_named(guideline, ["See: hate or HARM.", "nothing"]) == ("Hate or harm",)
    assert sections_named(guideline, ["I disagree"]) == ()


@pytest.mark.parametrize(
    ("said", "known", "kept"),
    [
        ((1, 2), (1, 2), True),
        ((2, 1), (1, 2), False),
        ((1, 1), (1, 2), False),
        ((1, 1), (1, 1), True),
        ((1, 2), (1, 1), False),
        ((1, 2, 3), (1, 2, 2), True),
        ((1, 3, 2), (1, 2, 2), True),
        ((2, 1, 3), (1, 2, 2), False),
    ],
)
def test_an_order_keeps_a_known_one_where_that_sets_apart(
    said: tuple[int, ...], known: tuple[int, ...], kept: bool
) -> None:
    assert keeps_order(said, known) is kept


def test_orders_are_alike_by_pairs() -> None:
    assert likeness((1, 2, 3), (1, 3, 2)) == pytest.approx(2 / 3)
    assert likeness((1, 2), (2, 1)) == 0
    assert likeness((1, 1), (1, 1)) == 1

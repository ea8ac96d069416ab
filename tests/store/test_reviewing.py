"""What a reviewer should see, and what a verdict does."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_collection import comparisons

from store import reviews
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor, Freeze
from store.records import (
    Contents,
    Degree,
    Edit,
    Fact,
    Label,
    Purpose,
    Retraction,
    Role,
    SafetyLabel,
    Skip,
    Track,
    Verdict,
)
from store.verbs import freeze, list_reviews_due, review_label, uncover
from store.verbs.reviewing import ReviewLabel
from store.verbs.reviews_due import ListReviewsDue
from store.verbs.roles import HONE
from store.verbs.uncovering import Uncover

SAFE, UNSAFE = SafetyLabel(safe=True), SafetyLabel(safe=False, category="weapons", severity=1)
EVE = Actor(annotator_id="eve", name="eve", role=Role.REVIEWER)


def label(comparison_id: str, ranks: tuple[int, ...] = (1, 2), **fields: object) -> Label:
    values = {
        "annotator_id": "ann",
        "degree": Degree.BETTER,
        "shown_order": tuple(range(len(ranks))),
        **fields,
    }
    return Label(label_id=f"l-{comparison_id}", comparison_id=comparison_id, ranks=ranks, **values)  # type: ignore[arg-type]


def due(store: Store) -> list[tuple[str, str]]:
    found = list_reviews_due(store, EVE, ListReviewsDue())
    assert found.waiting == len(found.due)
    return [(one.said.name, one.reasons[0]) for one in found.due]


def rule(store: Store, thing: str, verdict: Verdict = Verdict.CONFIRM, actor: Actor = EVE) -> None:
    with store.reading() as db:
        known = reviews.count(db, thing.partition(":")[2])
    review_label(store, actor, ReviewLabel(thing=thing, verdict=verdict, why="looked at it", verdicts=known))


def edit(of: str, version: int = 1, ranks: tuple[int, ...] = (2, 1)) -> Edit:
    return Edit(label_id=of, version=version, ranks=ranks, degree=Degree.SLIGHTLY)


def frozen(store: Store) -> int:
    return freeze(store, HONE, Freeze(contents=Contents.PREFERENCES)).row_count


def require(store: Store, tracks: str) -> None:
    Path(store.home.settings).write_text(f"[review]\nrequired = [{tracks}]\n")


@pytest.fixture
def judged(store: Store) -> list[Fact]:
    facts = [
        label("c0", safety=(UNSAFE, SAFE)),
        label("c1", (1, 1), both_bad=True),
        label("c2"),
        label("c3", safety=(SAFE, UNSAFE)),
        Skip(lease_id="s-c4", comparison_id="c4", annotator_id="ann", reason="a name in it", flagged=True),
        Skip(lease_id="s-c5", comparison_id="c5", annotator_id="ann", reason="too long"),
    ]
    store.append("test", *comparisons(6), *facts)
    return list(facts)


def test_the_most_pressing_is_first_with_its_reason(store: Store, judged: list[Fact]) -> None:
    assert due(store) == [
        ("l-c0", "chosen unsafe, another safe"),
        ("s-c4", "flagged"),
        ("l-c1", "both bad"),
    ]
    first, flag, last = list_reviews_due(store, EVE, ListReviewsDue()).due
    assert (first.covered, first.responses, first.said.turns) == (True, (), ())
    assert (flag.said.noun, flag.covered, flag.said.comment, flag.said.ranks) == ("skip", True, "", ())
    assert (last.covered, last.responses) == (False, ("answer 0", "answer 1"))


def test_the_list_is_cut_and_all_that_waits_is_counted(store: Store, judged: list[Fact]) -> None:
    found = list_reviews_due(store, EVE, ListReviewsDue(most=1))
    assert (len(found.due), found.waiting) == (1, 3)


def test_a_verdict_takes_it_from_the_list_and_an_edit_puts_it_back(store: Store, judged: list[Fact]) -> None:
    for thing in ("label:l-c0", "skip:s-c4"):
        uncover(store, EVE, Uncover(thing=thing))
    for thing in ("label:l-c0", "skip:s-c4", "label:l-c1"):
        rule(store, thing)
    assert due(store) == []
    safety = (UNSAFE, SAFE)
    store.append(
        "test",
        Edit(label_id="l-c0", version=1, ranks=(1, 2), degree=Degree.BETTER, safety=safety, comment="sure"),
    )
    assert due(store) == [("l-c0", "chosen unsafe, another safe")]


def test_where_review_is_required_only_what_was_confirmed_trains(store: Store, judged: list[Fact]) -> None:
    require(store, '"helpfulness"')
    with pytest.raises(RequestError, match="2 unreviewed"):
        frozen(store)
    with pytest.raises(RequestError, match="2 unreviewed"):  # whoever trains may ask for more, not for less
        freeze(store, HONE, Freeze(contents=Contents.PREFERENCES, required=()))
    assert ("l-c2", "unreviewed") in due(store)
    rule(store, "label:l-c2")
    assert frozen(store) == 1
    store.append("test", edit("l-c2"))
    with pytest.raises(RequestError, match="2 unreviewed"):
        frozen(store)  # what was confirmed is not what it says now
    rule(store, "label:l-c2")
    assert frozen(store) == 1


def test_review_of_the_other_track_asks_nothing_of_this_one(store: Store, judged: list[Fact]) -> None:
    require(store, '"safety"')
    assert frozen(store) == 2
    assert freeze(
        store, HONE, Freeze(contents=Contents.PREFERENCES, required=(Track.SAFETY,))
    ).parameters.endswith('"required":["safety"],"rounds":[],"tracks":[],"without":[]}')


@pytest.mark.parametrize("verdict", [Verdict.OVERTURN, Verdict.EXCLUDE])
def test_the_newest_verdict_counts(store: Store, judged: list[Fact], verdict: Verdict) -> None:
    rule(store, "label:l-c2", verdict)
    assert frozen(store) == 1
    rule(store, "label:l-c2", Verdict.CONFIRM)
    assert frozen(store) == 2
    rule(store, "label:l-c2", verdict)
    assert frozen(store) == 1


def test_what_only_measures_and_what_was_withdrawn_is_not_due(store: Store) -> None:
    store.append(
        "test",
        *comparisons(1, prefix="gold", purpose=Purpose.GOLD),
        *comparisons(1),
        label("goldc0", safety=(UNSAFE, SAFE)),
        label("c0", safety=(UNSAFE, SAFE)),
        Retraction(label_id="l-c0", annotator_id="ann", reason="undone"),
    )
    assert due(store) == []
    with pytest.raises(RequestError, match="was withdrawn"):
        rule(store, "label:l-c0")


def test_in_a_ranking_one_unsafe_answer_above_a_safe_one_is_enough(store: Store) -> None:
    store.append("test", *comparisons(1, responses=3), label("c0", (1, 2, 3), safety=(SAFE, UNSAFE, SAFE)))
    assert due(store) == [("l-c0", "chosen unsafe, another safe")]
    assert frozen(store) == 2  # the pairs 1 over 2 and 1 over 3 teach


def test_nobody_reviews_their_own_label(store: Store, judged: list[Fact]) -> None:
    ann = Actor(annotator_id="ann", name="ann", role=Role.REVIEWER)
    with pytest.raises(NotAllowedError, match="their own label"):
        rule(store, "label:l-c2", actor=ann)
    with pytest.raises(NotAllowedError, match="their own flag"):
        rule(store, "skip:s-c4", actor=ann)


@pytest.mark.parametrize(
    "thing", ["label:x", "label:", "skip:", "skip:s-c5", "policy:policy", "x", "label:l-"]
)
def test_what_cannot_be_reviewed_is_said_in_a_sentence(store: Store, judged: list[Fact], thing: str) -> None:
    with pytest.raises(RequestError):
        rule(store, thing)


def test_the_kinds_that_can_be_reviewed_are_named(store: Store, judged: list[Fact]) -> None:
    for thing in ("policy:policy", "l-c2"):
        with pytest.raises(RequestError, match=f"^Expected label:ID or skip:ID; got {thing}.$"):
            rule(store, thing)


def test_why_is_asked_for_and_a_flag_is_not_excluded(store: Store, judged: list[Fact]) -> None:
    with pytest.raises(RequestError, match="Expected why"):
        review_label(store, EVE, ReviewLabel(thing="label:l-c2", verdict=Verdict.CONFIRM, why=" "))
    with pytest.raises(RequestError, match="confirmed or overturned"):
        rule(store, "skip:s-c4", Verdict.EXCLUDE)

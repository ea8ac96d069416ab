"""Judgements of any format: into facts, back out of the store, and what contradicts itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from small_collection import comparisons

from store.database import Store, open_store
from store.door import LocalDoor
from store.exchange.facts import facts
from store.exchange.judgements import Answer, Judgement, best_first, ordered
from store.exchange.lines import RowError
from store.exchange.publishing import publish
from store.exchange.standing import Selection, exported
from store.home import Home
from store.records import (
    Annotator,
    Degree,
    Edit,
    Kind,
    Label,
    Purpose,
    Retraction,
    Review,
    Role,
    SafetyLabel,
    Split,
    Track,
    Turn,
    Verdict,
)

QUESTION = (Turn(role="user", content="Why is the sky blue?"),)
PAIR = Judgement(
    turns=QUESTION,
    answers=(Answer(text="Because of scattering.", policy="m"), Answer(text="It is not.", policy="m")),
    ranks=(1, 2),
    annotator="ann",
    split=Split.TRAIN,
)
ODD = Judgement(
    turns=(
        Turn(role="system", content=""),
        Turn(role="user", content="日本語 \u2028 \x00? 🙂\n\nHuman: no\t "),
    ),
    answers=(
        Answer(text="", policy="a", temperature=0.5, top_p=0.9, seed=7, meta='{"row":1}'),
        Answer(text="é", policy="a", finish_reason="length", token_count=4, logprob=-0.25),
        Answer(text="é", policy="b"),
        Answer(text="é", policy="b"),
    ),
    ranks=(1, 1, 3, 4),
    annotator="Ünï côdé",
    track=Track.SAFETY,
    split=Split.HELDOUT,
    language="ja",
    category="weapons",
    attack_vector="slang",
    author="zoë",
    degree=Degree.SIGNIFICANTLY,
    safety=(
        SafetyLabel(safe=True),
        SafetyLabel(safe=False, category="weapons", severity=2),
        SafetyLabel(safe=True),
        SafetyLabel(safe=False),
    ),
    reasons=("shorter", "kinder"),
    comment='said "so"',
    seconds=12.5,
    shown_order=(3, 1, 0, 2),
    guideline_version=4,
    made_at=datetime(2026, 1, 2, 3, 4, 5, 678901),
    prompt_meta='{"id":"p"}',
    comparison_meta='{"id":"c"}',
    label_meta='{"id":"l"}',
)
BOTH_BAD = replace(PAIR, ranks=(1, 1), both_bad=True, degree=Degree.NEGLIGIBLY)
EVERY = (
    PAIR,
    replace(PAIR, ranks=(2, 1)),
    replace(PAIR, annotator="ben"),
    replace(PAIR, ranks=(1, 1), degree=Degree.NEGLIGIBLY),
    replace(PAIR, track=Track.SAFETY),
    replace(PAIR, label_meta='{"row":"x7"}'),
    replace(PAIR, surplus=True, annotator="cem"),
    replace(PAIR, purpose=Purpose.EVALUATION),
    BOTH_BAD,
    ODD,
)


def bring(store: Store, *judgements: Judgement) -> int:
    return publish(
        LocalDoor(store),
        "x",
        iter(judgements),
        partial(facts, "x"),
        lambda home: home.labels + home.evaluation_labels,
    ).added


def out(store: Store, selection: Selection | None = None) -> list[Judgement]:
    with store.reading() as db:
        return list(exported(db, *([selection] if selection else [])))


def as_set(judgements: Any) -> set[str]:
    return {repr(best_first(one)) for one in judgements}


def test_judgements_come_out_as_they_went_in_and_from_a_second_home_too(store: Store, home: Home) -> None:
    assert bring(store, *EVERY) == len(EVERY)
    first = out(store)
    assert len(first) == len(EVERY)
    assert as_set(first) == as_set(EVERY)
    with open_store(Home(home.root / "second")) as second:
        bring(second, *first)
        assert as_set(out(second)) == as_set(EVERY)


def test_what_is_brought_again_is_there_already(store: Store) -> None:
    bring(store, *EVERY)
    assert bring(store, *EVERY, *out(store)) == 0


def test_two_annotators_of_the_same_answers_share_a_comparison(store: Store) -> None:
    turned = ordered(replace(PAIR, annotator="ben"), (1, 0))
    bring(store, PAIR, turned, replace(PAIR, ranks=(2, 1)))
    tables = facts("x", [PAIR, turned])
    assert [len(tables[name]) for name in ("prompts", "responses", "comparisons", "labels")] == [1, 2, 1, 2]
    with store.reading() as db:
        assert db.execute("select count(*) from comparisons").fetchall() == [(1,)]
        assert db.execute("select count(*) from labels").fetchall() == [(3,)]


def test_alike_answers_of_one_judgement_stay_two() -> None:
    twice = replace(PAIR, answers=(PAIR.answers[0], PAIR.answers[0]))
    assert len(facts("x", [twice])["responses"]) == 2


def test_labels_of_the_home_come_out_by_name_and_as_they_stand(store: Store) -> None:
    ann = Annotator(annotator_id="1", name="ann", role=Role.ANNOTATOR, kind=Kind.PERSON)
    said = Label(
        label_id="l0",
        comparison_id="c0",
        annotator_id="1",
        ranks=(2, 1),
        degree=Degree.BETTER,
        shown_order=(1, 0),
    )
    edit = Edit(label_id="l1", version=1, ranks=(1, 1), degree=Degree.NEGLIGIBLY, both_bad=True, seconds=2.0)
    review = Review(review_id="r", label_id="l3", reviewer_id="1", verdict=Verdict.OVERTURN, why="no")
    store.append("test", *comparisons(4), ann, edit, review)
    store.append("test", *(replace(said, label_id=f"l{n}", comparison_id=f"c{n}") for n in range(4)))
    store.append("test", Retraction(label_id="l2", annotator_id="1", reason="slip"))
    first, second = out(store)
    assert [answer.text for answer in first.answers] == ["answer 1", "answer 0"]
    assert (first.annotator, first.ranks, first.shown_order) == ("ann", (1, 2), (0, 1))
    assert (second.both_bad, second.ranks, second.seconds) == (True, (1, 1), 2.0)


def test_a_selection_narrows_by_track_split_language_and_use(store: Store) -> None:
    bring(store, *EVERY)
    assert len(out(store, Selection(track=Track.SAFETY))) == 2
    assert as_set(out(store, Selection(split=Split.HELDOUT))) == as_set([ODD])
    assert as_set(out(store, Selection(language="ja"))) == as_set([ODD])
    assert len(out(store, Selection(trains=True))) == len(EVERY) - 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answers": PAIR.answers[:1], "ranks": (1,)}, "2 to 100 answers; got 1"),
        ({"ranks": (1, 2, 3)}, "a rank from 1 to 2 for each of 2 answers"),
        ({"ranks": (0, 1)}, "a rank from 1 to 2"),
        ({"both_bad": True}, "equal ranks where no answer is acceptable"),
        ({"safety": (SafetyLabel(safe=True),)}, "safety for each of 2 answers or none; got 1"),
        ({"shown_order": (0, 0)}, "shown_order to name each of 2 answers"),
        ({"turns": ()}, "ends with a turn of the user"),
        ({"turns": (Turn(role="assistant", content="Hi"),)}, "ends with a turn of the user"),
    ],
)
def test_a_judgement_that_contradicts_itself_says_why(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        replace(PAIR, **change)

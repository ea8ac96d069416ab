"""People judge policies without knowing them: through the queue, into games, never into a snapshot."""

from __future__ import annotations

from itertools import count

import pytest
from pyarrow import parquet
from small_collection import comparisons, label

from store.axes import places
from store.blind_matches import BlindMatch, blind_comparison, blind_matches
from store.database import Store
from store.intervals import wilson
from store.messages import Actor, Assignment, CountHome, Freeze, Judgement, NextComparison, SubmitLabel
from store.rated import judges, ratings
from store.records import (
    Annotator,
    Batch,
    Contents,
    Degree,
    Edit,
    Fact,
    Judge,
    Kind,
    Label,
    Policy,
    Prompt,
    Purpose,
    Response,
    Retraction,
    Review,
    Role,
    Split,
    Track,
    Turn,
    Verdict,
)
from store.verbs import count_home, freeze, look_at_next_round, look_at_policy, next_comparison, submit_label
from store.verbs.describing import LookAtPolicy
from store.verbs.previewing import LookAtNextRound
from store.verbs.roles import HONE


def blind(prompts: int, round_number: int = 1, new: str = "new", before: str = "first") -> list[Fact]:
    """So many held-out prompts, each with the answers of two policies, as a round asks about them."""
    batch = Batch(batch_id=f"batch-{round_number}", round=round_number)
    facts: list[Fact] = [
        Policy(policy_id=before, path=before, round=round_number - 1),
        Policy(policy_id=new, path=new, round=round_number),
        batch,
    ]
    for number in range(prompts):
        prompt_id = f"h{number}"
        ours, theirs = (
            Response(
                response_id=f"{prompt_id}-{name}",
                prompt_id=prompt_id,
                policy_id=name,
                text=f"{name} {number}",
            )
            for name in (new, before)
        )
        turns = (Turn(role="user", content=f"held out {number}"),)
        facts += [
            Prompt(prompt_id=prompt_id, turns=turns, track=Track.HELPFULNESS, split=Split.HELDOUT),
            ours,
            theirs,
            blind_comparison(ours, theirs, batch.batch_id, round_number),
        ]
    return facts


def said(
    facts: list[Fact], number: int, winner: str, degree: Degree = Degree.BETTER, **more: object
) -> Label:
    """A label that prefers this policy's answer to the prompt of that number."""
    asked = [one for one in facts if getattr(one, "purpose", None) is Purpose.EVALUATION][number]
    ranks = tuple(1 if one.endswith(winner) else 2 for one in asked.response_ids)  # type: ignore[attr-defined]
    return label(asked.comparison_id, ranks, degree=degree, **more)  # type: ignore[attr-defined]


def matches(store: Store) -> list[BlindMatch]:
    with store.reading() as db:
        return blind_matches(db)


def points(store: Store) -> dict[str, float]:
    (match,) = matches(store)
    return {game.prompt_id: game.points for game in match.games}


def test_only_the_lowest_degree_is_a_tie(store: Store) -> None:
    facts = blind(5)
    store.append("test", *facts)
    given = [
        ("new", Degree.SIGNIFICANTLY),
        ("new", Degree.SLIGHTLY),
        ("first", Degree.SLIGHTLY),
        ("new", Degree(0)),
    ]
    store.append("test", *(said(facts, number, *one) for number, one in enumerate(given)))
    (match,) = matches(store)
    found = match.evaluation
    assert (found.judge, found.round, found.policy_id, found.opponent_id) == (Judge.PEOPLE, 1, "new", "first")
    assert (found.wins, found.ties, found.losses, match.asked) == (2, 1, 1, 5)
    assert found.win_rate == 0.625
    assert found.win_rate_low == wilson(2.5, 4).low
    assert points(store) == {"h0": 1.0, "h1": 1.0, "h2": 0.0, "h3": 0.5}
    assert {game.evaluation_id for game in match.games} == {found.evaluation_id}


def test_where_neither_answer_is_accepted_nobody_has_won(store: Store) -> None:
    facts = blind(1)
    neither = said(facts, 0, "nobody", Degree.SIGNIFICANTLY, both_bad=True)
    store.append("test", *facts, neither)
    assert points(store) == {"h0": 0.5}


def test_of_several_labels_the_points_decide(store: Store) -> None:
    facts = blind(2)
    people = {"annotator_id": "ben"}, {"annotator_id": "cora"}
    store.append(
        "test",
        *facts,
        said(facts, 0, "new"),
        said(facts, 0, "first", **people[0]),
        said(facts, 0, "first", **people[1]),
        said(facts, 1, "new"),
        said(facts, 1, "first", **people[0]),
    )
    assert points(store) == {"h0": 0.0, "h1": 0.5}


def test_what_does_not_stand_is_no_game_and_what_was_said_anew_counts(store: Store) -> None:
    facts = blind(6)
    given = [said(facts, number, "new") for number in range(6)]
    machine = Annotator(annotator_id="machine", name="m", role=Role.ANNOTATOR, kind=Kind.MODEL)
    given[4] = said(facts, 4, "new", annotator_id="machine")
    given[5] = said(facts, 5, "new", surplus=True)
    store.append("test", machine, *facts, *given)
    flipped = tuple(reversed(given[2].ranks))
    store.append(
        "test",
        Retraction(label_id=given[0].label_id, annotator_id="ann", reason="undo"),
        Review(
            review_id="r", label_id=given[1].label_id, reviewer_id="rita", verdict=Verdict.OVERTURN, why="no"
        ),
        Edit(label_id=given[2].label_id, version=1, ranks=flipped, degree=Degree.BETTER),
    )
    assert points(store) == {"h2": 0.0, "h3": 1.0}


def test_a_policy_stands_against_the_one_before_it_round_by_round(store: Store) -> None:
    first, second = blind(2), blind(2, 2, "newer", "new")
    store.append("test", *first, said(first, 0, "new"), *second, said(second, 1, "newer"))
    pairs = [
        (one.evaluation.round, one.evaluation.policy_id, one.evaluation.opponent_id) for one in matches(store)
    ]
    assert pairs == [(1, "new", "first"), (2, "newer", "new")]
    with store.reading() as db:
        assert judges(db) == ["people"]
        assert [one.policy_id for one in ratings(db, Judge.PEOPLE)] == ["newer", "new", "first"]
        (place,) = places(db)
    assert (place.round, place.policy_id, place.judge, place.harmlessness) == (1, "new", Judge.PEOPLE, None)
    assert place.helpfulness is not None
    assert (place.helpfulness.win_rate, place.helpfulness.prompts) == (wilson(1, 1), 1)
    record = look_at_policy(store, HONE, LookAtPolicy(policy="newer"))
    assert [(one.judge, one.opponent_id, one.wins) for one in record.evaluations] == [("people", "new", 1)]


def test_labels_that_teach_are_no_games(store: Store) -> None:
    store.append("test", *comparisons(1), label("c0"))
    assert matches(store) == []


def judge_all(store: Store, actor: Actor) -> int:
    """Judges until nothing is left, and says how many there were."""
    for done in count():
        given = next_comparison(store, actor, NextComparison())
        if not isinstance(given, Assignment):
            return done
        assert "evaluation" not in repr(given)
        judgement = Judgement(ranks=(1, 2), degree=Degree.BETTER)
        submit_label(store, actor, SubmitLabel(lease_id=given.lease_id, judgement=judgement))
    raise AssertionError


def test_people_are_asked_in_the_same_queue_and_no_snapshot_takes_what_they_say(
    store: Store, ann: Actor, chief: Actor
) -> None:
    store.append("test", *blind(3), *comparisons(2, round_number=1))
    assert judge_all(store, ann) == 5
    (match,) = matches(store)
    assert (match.asked, len(match.games)) == (3, 3)
    snapshot = freeze(store, chief, Freeze(contents=Contents.PREFERENCES))
    taken = parquet.read_table(store.home.root / snapshot.path).column("comparison_id").to_pylist()
    assert sorted(taken) == ["c0", "c1"]
    assert '"evaluation":3' in snapshot.left_out.replace(" ", "")


@pytest.mark.parametrize("prompts", [1, 40])
def test_the_newer_policy_is_shown_on_either_side(store: Store, ann: Actor, prompts: int) -> None:
    store.append("test", *blind(prompts))
    places = set()
    for _each in range(prompts):
        given = next_comparison(store, ann, NextComparison())
        assert isinstance(given, Assignment)
        places.add(given.responses[0].split()[0])
        judgement = Judgement(ranks=(1, 2), degree=Degree.BETTER)
        submit_label(store, ann, SubmitLabel(lease_id=given.lease_id, judgement=judgement))
    assert len(places) == min(prompts, 2)


def test_labels_that_only_evaluate_are_counted_apart_from_those_a_round_may_learn_from(store: Store) -> None:
    facts = blind(3)
    store.append("test", *facts, *comparisons(2), label("c0"), label("c1"))
    given = [said(facts, number, "new") for number in range(3)]
    store.append("test", *given)
    counted = count_home(store, HONE, CountHome())
    assert (counted.labels, counted.evaluation_labels) == (2, 3)
    seen = look_at_next_round(store, HONE, LookAtNextRound())
    assert (seen.labels, seen.new_labels, seen.left_out) == (2, 2, {"evaluation": 3})
    store.append("test", Retraction(label_id=given[0].label_id, annotator_id="ann", reason="undo"))
    counted = count_home(store, HONE, CountHome())
    assert (counted.labels, counted.evaluation_labels) == (2, 2)

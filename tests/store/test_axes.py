"""The two axes: win rates against the first policy, by track and judge, from the games."""

from __future__ import annotations

import pytest
from single_facts import policy

from store import axes, rated
from store.database import Store
from store.ratings import Rating
from store.records import Evaluation, Game, Judge, Prompt, Split, Track, Turn


def prompt(name: str, track: Track) -> Prompt:
    return Prompt(
        prompt_id=name,
        turns=(Turn(role="user", content=name),),
        track=track,
        split=Split.HELDOUT,
    )


def match(number: int, opponent: str, judge: Judge, **points: float) -> list[Evaluation | Game]:
    name = f"{number} {opponent} {judge}"
    return [
        Evaluation(
            evaluation_id=name,
            round=number,
            policy_id=f"policy-{number}",
            opponent_id=opponent,
            judge=judge,
            wins=0,
            ties=0,
            losses=0,
            win_rate=0.5,
            win_rate_low=0.0,
            win_rate_high=1.0,
        ),
        *(Game(evaluation_id=name, prompt_id=prompt_id, points=each) for prompt_id, each in points.items()),
    ]


@pytest.fixture
def played(store: Store) -> Store:
    """Two rounds; h0 and h1 ask for help, s0 for something unsafe."""
    store.append(
        "test",
        prompt("h0", Track.HELPFULNESS),
        prompt("h1", Track.HELPFULNESS),
        prompt("s0", Track.SAFETY),
        policy("first", round=0),
        policy("policy-1", round=1),
        policy("policy-2", round=2),
        *match(1, "first", Judge.GOLD, h0=1, h1=0.5, s0=0),
        *match(2, "first", Judge.GOLD, h0=1, h1=1, s0=0.5),
        *match(2, "first", Judge.REWARD_MODELS, h0=1, h1=1),
        *match(2, "policy-1", Judge.GOLD, h0=1, h1=0.5, s0=1),
    )
    return store


def test_each_policy_stands_at_its_win_rates_by_track_against_the_first_one(played: Store) -> None:
    with played.reading() as db:
        found = axes.places(db)
    assert [(one.round, one.judge) for one in found] == [(1, "gold"), (2, "gold"), (2, "reward models")]
    one, two, proxy = found
    assert one.helpfulness is not None
    assert one.harmlessness is not None
    assert (one.helpfulness.win_rate.value, one.helpfulness.prompts) == (0.75, 2)
    assert (one.harmlessness.win_rate.value, one.harmlessness.prompts) == (0, 1)
    assert two.helpfulness is not None
    assert two.harmlessness is not None
    assert (two.helpfulness.win_rate.value, two.harmlessness.win_rate.value) == (1, 0.5)
    assert two.helpfulness.win_rate.low == pytest.approx(0.3424, abs=1e-4)  # Wilson, 2 of 2
    assert proxy.harmlessness is None


def test_a_home_without_games_has_no_places_and_no_ratings(store: Store) -> None:
    with store.reading() as db:
        assert axes.places(db) == []
        assert rated.ratings(db, Judge.GOLD) == []


def test_ratings_are_of_one_judges_games_and_tied_to_the_first_policy(played: Store) -> None:
    with played.reading() as db:
        found = rated.ratings(db, Judge.GOLD)
        proxy = rated.ratings(db, Judge.REWARD_MODELS)
        judges = rated.judges(db)
    assert found[0].policy_id == "policy-2"
    assert {one.policy_id for one in found} == {"policy-2", "policy-1", "first"}
    assert [one.games for one in found] == [6, 6, 6]
    assert {one.policy_id for one in proxy} == {"policy-2", "first"}
    assert judges == ["gold", "reward models"]


def test_ratings_are_fitted_anew_only_where_there_are_other_games(played: Store) -> None:
    def strongest() -> Rating:
        with played.reading() as db:
            return rated.ratings(db, Judge.GOLD)[0]

    before = strongest()
    assert strongest() is before
    played.append("test", policy("policy-3", round=3), *match(3, "first", Judge.GOLD, h0=1))
    assert strongest() is not before

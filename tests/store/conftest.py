"""A home in a temporary folder, and a few comparisons to judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from single_facts import compared, edit, label, person, policy, rewarding
from small_collection import comparisons

from store.database import Store, open_store
from store.home import Home
from store.messages import Actor, Freeze
from store.records import (
    Contents,
    Gold,
    Purpose,
    Retraction,
    Review,
    Role,
    Score,
    Signature,
    Skip,
    Verdict,
)
from store.verbs import freeze
from store.verbs.roles import HONE


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with open_store(home) as opened:
        yield opened


@pytest.fixture
def asked(store: Store) -> Store:
    """A store with three pairs to judge: q0 to q2, each with the answers `answer 0` and `answer 1`."""
    store.append("test", *comparisons(3))
    return store


@pytest.fixture
def ann() -> Actor:
    return Actor(annotator_id="ann", name="ann", role=Role.ANNOTATOR)


@pytest.fixture
def ben() -> Actor:
    return Actor(annotator_id="ben", name="ben", role=Role.ANNOTATOR)


@pytest.fixture
def chief() -> Actor:
    return Actor(annotator_id="chief", name="chief", role=Role.ADMINISTRATOR)


@pytest.fixture
def healthy(store: Store) -> Store:
    """Labels l0 to l2 of c0 to c2, one edited, one of a gold comparison, one repeat, and a snapshot."""
    (store.home.policies / "policy").mkdir()
    store.append("test", person("ann"), person("ben"), *comparisons(6))
    store.append("ann", label("l0", "c0"), label("l1", "c1"), label("l2", "c2"), edit("l1", 1), edit("l1", 2))
    store.append(
        "test",
        compared("g", purpose=Purpose.GOLD),
        Gold(comparison_id="g", ranks=(1, 2), annotator_id="ben"),
        compared("s", purpose=Purpose.SWAPPED, repeats="c0"),
        label("l3", "g"),
        label("l4", "s", shown_order=(1, 0)),
        Skip(lease_id="k", comparison_id="c3", annotator_id="ben", reason="unclear"),
        Retraction(label_id="l2", annotator_id="ann", reason="undone"),
        Review(review_id="r", label_id="l0", reviewer_id="ben", verdict=Verdict.CONFIRM, why=""),
    )
    snapshot = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    store.append(
        "test",
        Signature(snapshot_id=snapshot.snapshot_id, reviewer_id="ben"),
        rewarding("m", snapshot.snapshot_id),
        policy("next", parents=("policy",), reward_models=("m",), snapshots=(snapshot.snapshot_id,)),
        Score(response_id="q0-r0", reward_model_id="m", score=1.0),
    )
    return store

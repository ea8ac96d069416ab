"""A home in a temporary folder, and a few comparisons to judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_collection import comparisons

from store.database import Store, open_store
from store.home import Home
from store.messages import Actor
from store.records import Role


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

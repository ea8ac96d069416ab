"""A real store in a temporary home."""

import pytest
from small_homes import person

from store.database import open_store
from store.home import Home


@pytest.fixture
def store(tmp_path):
    with open_store(Home(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def ana(store):
    return person(store, "ana")

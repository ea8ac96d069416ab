"""A real server over a real home, and a real browser; both are started once for all tests here."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "annotate"))

from desk import BROWSER, Desk, Server, make_home, started_browser  # after the path is set


@pytest.fixture(scope="session")
def browser():
    if not Path(BROWSER).exists():
        pytest.skip(f"no browser at {BROWSER}")
    with started_browser() as running:
        yield running


@pytest.fixture(scope="session")
def server(tmp_path_factory, browser):
    home = make_home(tmp_path_factory.mktemp("e2e") / "home")
    with Server(home) as running:
        yield running


@pytest.fixture
def desk(browser, server):
    """Opens pages for people; afterwards, none of them may have asked a stranger or thrown an error."""
    opened = []

    def open_desk(**context):
        opened.append(Desk(browser, server, **context))
        return opened[-1]

    yield open_desk
    for each in opened:
        each.close()
    assert [url for each in opened for url in each.foreign] == []
    assert [error for each in opened for error in each.errors] == []

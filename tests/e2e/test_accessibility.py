"""axe-core on every page, in both themes: what would keep people out of a page is found by a machine."""

import pytest
from axe_faults import COLOURS, faults, faults_in_both_themes
from desk import Desk

from annotate.shell import ROOMS


@pytest.fixture(scope="module")
def root(browser, server):
    """Somebody who may see every page, signed in once."""
    desk = Desk(browser, server, color_scheme="light")
    desk.enter("root")
    yield desk
    desk.close()


@pytest.mark.parametrize("address", [room.address for room in ROOMS])
def test_axe_finds_nothing_grave_on_any_page(root, address):
    root.visit(address)
    assert faults_in_both_themes(root) == []


def test_axe_finds_nothing_grave_at_the_sign_in(browser, server):
    desk = Desk(browser, server, color_scheme="light")
    desk.page.goto(f"{server.url}/sign-in")
    light = faults(desk)
    desk.page.emulate_media(color_scheme="dark")
    assert light + faults(desk, COLOURS) == []
    desk.close()


OPENED = {
    "guidelines": ["g"],
    "keys": ["?"],
    "skip": ["s"],
    "unsafe": ["q", "q"],
    "raw": ["v"],
    "warning": ["1", "Enter"],
}


@pytest.mark.wide
@pytest.mark.parametrize("keys", OPENED.values(), ids=OPENED)
def test_axe_finds_nothing_grave_in_what_the_deck_opens(root, keys):
    root.visit("compare")
    root.settle()
    root.press(*keys)
    assert faults_in_both_themes(root) == []

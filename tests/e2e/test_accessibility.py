"""axe-core on every page, in both themes: what would keep people out of a page is found by a machine."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from desk import Desk

from annotate.shell import ROOMS

GRAVE = {"serious", "critical"}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def root(browser, server):
    """Somebody who may see every page, signed in once."""
    desk = Desk(browser, server, color_scheme="light")
    desk.enter("root")
    yield desk
    desk.close()


def faults(desk, options=None):
    """What axe finds grave: the rule, and where."""
    found = Axe().run(desk.page, options=options or {"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def faults_in_both_themes(desk):
    desk.page.emulate_media(color_scheme="light")
    light = faults(desk)
    desk.page.emulate_media(color_scheme="dark")
    desk.themed("dark")
    dark = faults(desk, COLOURS)
    desk.page.emulate_media(color_scheme="light")
    desk.themed("light")
    return light + dark


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


@pytest.mark.parametrize("keys", OPENED.values(), ids=OPENED)
def test_axe_finds_nothing_grave_in_what_the_deck_opens(root, keys):
    root.visit("compare")
    root.settle()
    root.press(*keys)
    assert faults_in_both_themes(root) == []

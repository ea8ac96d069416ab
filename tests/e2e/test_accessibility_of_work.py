"""axe-core on pages that hold something: rankings, labels, people, versions, and what opens on them."""

import pytest
from axe_faults import faults_in_both_themes
from desk import PATIENCE, Desk, Server, asked_of_everyone
from playwright.sync_api import expect
from small_homes import comparisons, person
from small_rankings import rankings

from store.database import open_store
from store.home import Home
from store.records import Role, Track
from store.verbs.guiding import WriteGuideline, write_guideline

pytestmark = pytest.mark.wide

SOON = PATIENCE * 1000


@pytest.fixture(scope="module")
def root(tmp_path_factory, browser):
    """An administrator who has judged something; with rankings, and a second version of a guideline."""
    home = Home(tmp_path_factory.mktemp("accessible") / "home")
    with open_store(home) as store:
        actor = person(store, "root", Role.ADMINISTRATOR)
        person(store, "ana")
        store.append("hone", *map(asked_of_everyone, comparisons(4)), *rankings(4, 9, overlap=9))
        words = WriteGuideline(track=Track.HELPFULNESS, text="# Be brief", changed="Brevity counts.")
        write_guideline(store, actor, words)
    with Server(home) as server:
        desk = Desk(browser, server).compare("root")
        desk.press("Escape")
        desk.label("2")
        yield desk
        desk.close()


@pytest.mark.parametrize(
    "keys",
    [[], ["c", "=", "a", "1", "1"], ["z"], ["Shift+e"], ["0", "v", "g"]],
    ids=["dealt", "placed and unsafe", "one alone", "recent labels", "raw beside guidelines"],
)
def test_axe_finds_nothing_grave_in_a_ranking(root, keys):
    root.visit("rank")
    expect(root.page.locator(".cards .card").first).to_be_visible(timeout=SOON)
    root.settle()
    root.press("Escape", *keys)
    assert faults_in_both_themes(root) == []


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("write", ["m", "Control+Enter"]),
        ("write", ["s", "?"]),
        ("chat", ["Escape", "d"]),
        ("chat", ["Escape", "l"]),
    ],
    ids=["adversarial prompt", "sent and keys", "safety chat", "own chats"],
)
def test_axe_finds_nothing_grave_where_people_write(root, address, keys):
    root.visit(address)
    expect(root.page.locator(".deck")).to_be_visible(timeout=SOON)
    root.press(*keys)
    assert faults_in_both_themes(root) == []


@pytest.mark.parametrize("part", ["Write", "Versions", "Who has read it"])
def test_axe_finds_nothing_grave_in_any_part_of_the_guidelines(root, part):
    root.visit("guidelines")
    root.page.get_by_role("tab", name=part).click()
    expect(root.page.get_by_role("tab", name=part)).to_have_attribute("aria-selected", "true")
    assert faults_in_both_themes(root) == []


def test_axe_finds_nothing_grave_in_one_s_own_labels(root):
    root.visit("my-work")
    expect(root.page.get_by_role("link", name="Edit")).to_be_visible(timeout=SOON)
    assert faults_in_both_themes(root) == []


def test_axe_finds_nothing_grave_while_a_person_is_changed(root):
    root.visit("people")
    root.page.get_by_role("combobox", name="Person").click()
    root.page.get_by_role("option", name="ana").click()
    expect(root.page.get_by_role("button", name="Save role")).to_be_visible(timeout=SOON)
    assert faults_in_both_themes(root) == []


def test_axe_finds_nothing_grave_in_the_menu_of_the_person(root):
    root.visit("account")
    root.page.locator(".person").click()
    assert faults_in_both_themes(root) == []

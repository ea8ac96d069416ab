"""A person takes the test of a track by keyboard alone, is qualified by it, and gets work."""

from dataclasses import replace

import pytest
from desk import Server
from playwright.sync_api import expect
from small_homes import comparisons, pair, person

from store.database import open_store
from store.home import Home
from store.records import Comparison, Gold, Purpose, Role, SafetyLabel, Track

SETTINGS = """
[queue]
qualification = ["helpfulness", "safety"]
[qualification]
items = 2
pass_mark = 0.5
"""
SAFE = SafetyLabel(safe=True)


def gold(number):
    facts = [
        replace(fact, purpose=Purpose.GOLD) if isinstance(fact, Comparison) else fact
        for fact in pair(number, Track.SAFETY)
    ]
    known = {"ranks": (1, 2), "safety": (SAFE, SAFE), "why": "See: How strong.", "annotator_id": "rae"}
    return [*facts, Gold(comparison_id=facts[-1].comparison_id, **known)]


@pytest.fixture(scope="module")
def strict(tmp_path_factory, browser):
    """A server whose home asks for a test on both tracks, with gold answers for one of them."""
    home = Home(tmp_path_factory.mktemp("strict") / "home")
    home.root.mkdir(mode=0o700)
    home.settings.write_text(SETTINGS)
    with open_store(home) as store:
        for name in ("ana", "ben"):
            person(store, name)
        person(store, "rae", Role.REVIEWER)
        facts = [fact for number in range(100, 104) for fact in gold(number)]
        store.append("hone", *comparisons(2, track=Track.SAFETY), *facts)
    with Server(home) as running:
        yield running


@pytest.fixture
def server(strict):
    return strict


def is_right(desk):
    """The key of the answer that is known to be right, for the item on the screen."""
    return "2" if "Answer one" in desk.page.locator(".pane").first.inner_text() else "7"


def test_by_keyboard_from_no_work_to_work(desk):
    ana = desk().sign_in("ana")
    expect(ana.page.get_by_text("You are not qualified for")).to_be_visible()
    ana.page.get_by_role("link", name="Go to the test").focus()
    ana.press("Enter")
    expect(ana.page.get_by_text("Ask a reviewer")).to_be_visible()
    ana.page.get_by_role("button", name="Begin the test").focus()
    ana.press("Enter")
    expect(ana.page.locator(".pane").first).to_be_visible()
    ana.settle()
    assert ana.page.locator(".skip, .flag, .undo, .revise").filter(visible=True).count() == 0
    ana.press("s", "f", "u", "x", is_right(ana))
    ana.page.reload()
    expect(ana.page.locator(".scale [aria-checked=true]")).to_be_visible()
    ana.settle()
    ana.press("Enter")
    ana.expect_done(1)
    ana.settle()
    ana.press("x", is_right(ana), "Enter")
    expect(ana.page.get_by_text("Passed: 2 of 2 right.")).to_be_visible()
    ana.page.get_by_role("link", name="Go to work").click()
    expect(ana.page.locator(".pane").first).to_be_visible()


@pytest.mark.slow
def test_a_test_in_two_tabs_is_one_test_and_failing_says_what_to_read(desk):
    first, second = desk().sign_in("ben"), desk()
    expect(first.page.get_by_role("link", name="Go to the test")).to_be_visible()
    second.sign_in("ben")
    expect(second.page.get_by_role("link", name="Go to the test")).to_be_visible()
    for tab in (first, second):
        tab.page.goto(f"{tab.server.url}/qualification?test=safety")
        expect(tab.page.locator(".pane").first).to_be_visible()
        tab.settle()
    assert first.conversation() == second.conversation()
    wrong = {"2": "7", "7": "2"}
    first.press("x", wrong[is_right(first)], "Enter")
    first.expect_done(1)
    second.press("x", is_right(second), "Enter")  # what the other tab has answered stays answered
    second.expect_done(1)
    second.settle()
    second.press("x", wrong[is_right(second)], "Enter")
    expect(second.page.get_by_text("0 of 2 right")).to_be_visible()
    expect(second.page.get_by_text("– How strong")).to_be_visible()

"""The Lineage page in a real browser: from a policy to its labels and from a label to the policies."""

import pytest
from axe_faults import faults_in_both_themes
from descended import CHILD, descend
from desk import Desk, Server, until
from playwright.sync_api import expect

from store.database import open_store
from store.home import Home

HOSTILE = "<img src=x onerror='window.pwned = 1'>"


@pytest.fixture(scope="module")
def descended(tmp_path_factory, browser):
    """Sixty labels, a snapshot, two reward models with hostile ids, a policy of them and its parent."""
    home = Home(tmp_path_factory.mktemp("descended") / "home")
    with open_store(home) as store:
        descend(store, 60, HOSTILE)
    with Server(home) as running:
        yield running


def box(desk, words):
    return desk.page.locator(".picture a.thing").filter(has_text=words)


def test_a_reviewer_goes_from_the_policy_in_use_to_a_label_and_back_by_picture_and_list(browser, descended):
    vera = Desk(browser, descended).enter("vera").visit("lineage")
    expect(vera.page.get_by_text(f"Lineage of Policy {CHILD}")).to_be_visible()
    expect(vera.page.locator(".picture .thing")).to_have_count(6)
    expect(vera.page.locator(".picture path.edge")).to_have_count(7)
    expect(vera.page.locator(".picture")).to_contain_text("Labels: 60")
    vera.page.get_by_label("Search by the label").fill("question 31, turn")
    vera.press("Enter")
    expect(vera.page.get_by_text("1 of 60 labels, the oldest first")).to_be_visible()
    vera.page.get_by_role("link", name="Follow").last.click()
    expect(vera.page.get_by_text("Lineage of Label")).to_be_visible()
    until(lambda: "id=label" in vera.page.url, "an address that names the label")
    expect(vera.page.locator(".picture")).to_contain_text("labels of these: 1")
    box(vera, "child-of-bot").click()
    expect(vera.page.get_by_text(f"Lineage of Policy {CHILD}")).to_be_visible()
    box(vera, "round 1 · safety").click()
    expect(vera.page.get_by_text("Lineage of Reward model")).to_contain_text(HOSTILE)
    assert vera.page.evaluate("window.pwned") is None
    expect(vera.page.get_by_role("link", name="The card of this policy")).to_have_count(0)
    vera.close()
    assert (vera.foreign, vera.errors) == ([], [])


def test_a_search_begins_on_its_first_page(browser, descended):
    vera = Desk(browser, descended).enter("vera").visit("lineage")
    here = vera.page.locator("[data-testid=stPagination] [aria-current=page]")
    vera.page.get_by_role("button", name="Page 2").click()
    expect(here).to_have_text("2")
    vera.page.get_by_label("Search by the label").fill("question")
    vera.press("Enter")
    expect(here).to_have_text("1")
    vera.close()


def test_an_annotator_is_told_that_the_page_is_not_theirs_and_sees_no_name(browser, descended):
    ana = Desk(browser, descended).enter("ana").visit(f"lineage?id=policy:{CHILD}")
    expect(ana.page.get_by_text("This page takes the role Reviewer")).to_be_visible()
    assert CHILD not in ana.page.inner_text("body")
    expect(ana.page.locator(".picture")).to_have_count(0)
    ana.close()


@pytest.mark.wide
def test_axe_finds_nothing_grave_and_nothing_is_cut_off_sideways(browser, descended):
    rob = Desk(browser, descended, viewport={"width": 800, "height": 900}).enter("rob").visit("lineage")
    expect(rob.page.locator(".picture .thing")).to_have_count(6)
    width = "document.querySelector('[data-testid=stMain]').scrollWidth"
    until(lambda: rob.page.evaluate(width) <= 800, "a page that is no wider than its window")
    picture = rob.page.locator(".picture")
    assert picture.evaluate("one => one.scrollWidth <= one.clientWidth"), "the picture leaves its frame"
    assert faults_in_both_themes(rob) == []
    rob.close()

"""The page that is signed before a round starts, in a real browser."""

import pytest
from axe_faults import faults_in_both_themes
from desk import HOSTILE, Desk, Server, until
from playwright.sync_api import expect
from small_homes import comparisons, person

from store.database import open_store
from store.home import Home
from store.identity import identity
from store.records import Degree, Label, Role


@pytest.fixture(scope="module")
def labelled(tmp_path_factory, browser):
    """Twelve pairs, three of them ties, each with a label of ana's; rob is an engineer."""
    home = Home(tmp_path_factory.mktemp("labelled") / "home")
    with open_store(home) as store:
        ana = person(store, "ana").annotator_id
        person(store, "rob", Role.ENGINEER)
        person(store, "vera", Role.REVIEWER)
        facts = comparisons(12)
        asked = [fact.comparison_id for fact in facts if hasattr(fact, "overlap")]
        labels = [
            Label(
                label_id=identity("label", comparison_id),
                comparison_id=comparison_id,
                annotator_id=ana,
                ranks=(1, 1) if at % 4 == 0 else (1, 2),
                degree=Degree.BETTER,
                shown_order=(0, 1) if at % 2 else (1, 0),
            )
            for at, comparison_id in enumerate(asked)
        ]
        store.append("hone", *facts, *labels)
    with Server(home) as running:
        yield running


def width(desk):
    return desk.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")


def test_an_engineer_comes_from_the_rounds_reads_signs_and_reads_it_again_after_a_reload(browser, labelled):
    rob = Desk(browser, labelled).enter("rob").visit("rounds")
    rob.page.get_by_role("link", name="Before the next round").click()
    expect(rob.page.get_by_role("heading", name="Before round 1")).to_be_visible()
    teach = rob.page.get_by_test_id("stMetric").filter(has_text="Labels that teach")
    expect(teach.get_by_test_id("stMetricValue")).to_have_text("9")
    expect(rob.page.get_by_text("Nobody has signed this round yet.")).to_be_visible()
    rob.page.get_by_label("Note (kept with the signature)").fill(HOSTILE)
    rob.page.get_by_role("button", name="Sign round 1").click()
    expect(rob.page.get_by_text("You have signed round 1 as it stands.")).to_be_visible()
    rob.visit("next-round")
    expect(rob.page.get_by_text("rob signed on")).to_contain_text("<script>window.pwned = 1</script>")
    expect(rob.page.get_by_text("Nothing has changed since.")).to_be_visible()
    assert rob.page.evaluate("window.pwned") is None
    assert rob.page.locator("[data-testid=stMain] a[href*='evil']").count() == 0
    rob.close()
    assert (rob.foreign, rob.errors) == ([], [])


@pytest.mark.wide
def test_the_page_holds_together_in_both_themes_and_on_a_narrow_page(browser, labelled):
    rob = Desk(browser, labelled, viewport={"width": 800, "height": 900}).enter("rob").visit("next-round")
    expect(rob.page.get_by_role("heading", name="Signatures")).to_be_visible()
    until(lambda: width(rob) <= 800, "a page that is no wider than its window")
    assert faults_in_both_themes(rob) == []
    rob.close()


@pytest.mark.parametrize("name", ["ana", "vera"])
def test_other_roles_are_told_that_the_page_is_not_theirs(browser, labelled, name):
    desk = Desk(browser, labelled).enter(name).visit("next-round")
    expect(desk.page.get_by_text("This page takes the role Engineer")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Sign round 1")).to_have_count(0)
    desk.close()

"""A policy's card on the Policies page, in a real browser."""

import pytest
from axe_faults import faults_in_both_themes
from desk import HOSTILE, Desk, Server, until
from measured_models import first_policy, policy_id, round_facts
from playwright.sync_api import expect
from small_homes import person

from store.database import open_store
from store.home import Home
from store.records import Prompt, Response, Role, Split, Track, Turn

FIRST = "first-policy-of-all"


@pytest.fixture(scope="module")
def carded(tmp_path_factory, browser):
    """A policy that began and one of a round, with a hostile answer each to a held-out prompt."""
    home = Home(tmp_path_factory.mktemp("carded") / "home")
    with open_store(home) as store:
        for name, role in (("ana", Role.ANNOTATOR), ("vera", Role.REVIEWER), ("rob", Role.ENGINEER)):
            person(store, name, role)
        prompt = Prompt(
            prompt_id="held",
            turns=(Turn(role="user", content=HOSTILE),),
            track=Track.SAFETY,
            split=Split.HELDOUT,
        )
        answers = [
            Response(response_id=f"of {one}", prompt_id="held", policy_id=one, text=HOSTILE)
            for one in (FIRST, policy_id(1))
        ]
        store.append("hone", first_policy(), *round_facts(1), prompt, *answers)
    with Server(home) as running:
        yield running


def test_an_engineer_picks_a_line_reads_hostile_answers_as_text_and_withdraws_the_policy(browser, carded):
    rob = Desk(browser, carded).enter("rob").visit("policies")
    expect(rob.page.get_by_text("Choose a policy in the list")).to_be_visible()
    box = rob.page.get_by_test_id("stDataFrame").first.bounding_box()
    rob.page.mouse.click(box["x"] + 16, box["y"] + 52)  # the box before the newest policy
    expect(rob.page.get_by_text("Made in round 1 by")).to_be_visible()
    until(lambda: f"id={policy_id(1)[:20]}" in rob.page.url, "an address that names the policy")
    rob.page.get_by_text("Show answers").click()
    expect(rob.page.locator("article.card")).to_have_count(2)
    expect(rob.page.locator("article.card").first).to_contain_text("<script>window.pwned = 1</script>")
    assert rob.page.evaluate("window.pwned") is None
    assert rob.page.locator("[data-testid=stMain] a[href*='evil']").count() == 0
    rob.page.get_by_label("Why", exact=True).fill("It rambles.")
    rob.page.get_by_role("button", name="Withdraw").click()
    expect(rob.page.get_by_text("rob withdrew it on")).to_be_visible()
    rob.page.get_by_role("link", name=f"Its parent: {FIRST}").click()
    expect(rob.page.get_by_text("no round made it.").first).to_be_visible()
    rob.close()
    assert (rob.foreign, rob.errors) == ([], [])


@pytest.mark.wide
def test_axe_finds_nothing_grave_and_nothing_is_cut_off_sideways(browser, carded):
    rob = Desk(browser, carded, viewport={"width": 800, "height": 900}).enter("rob")
    rob.visit(f"policies?id={policy_id(1)[:20]}")
    expect(rob.page.get_by_text("Made in round 1 by")).to_be_visible()
    width = "document.querySelector('[data-testid=stMain]').scrollWidth"
    until(lambda: rob.page.evaluate(width) <= 800, "a page that is no wider than its window")
    assert faults_in_both_themes(rob) == []
    rob.close()


@pytest.mark.parametrize("name", ["ana", "vera"])
def test_other_roles_see_no_card_by_its_address_either(browser, carded, name):
    desk = Desk(browser, carded).enter(name).visit(f"policies?id={policy_id(1)[:20]}")
    expect(desk.page.get_by_text("This page takes the role Engineer")).to_be_visible()
    expect(desk.page.get_by_text("Made in round 1 by")).to_have_count(0)
    desk.close()

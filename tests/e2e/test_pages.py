from desk import PATIENCE
from playwright.sync_api import expect


def test_the_keyboard_works_after_a_visit_to_another_page(desk):
    rob = desk().compare("rob").label("2")
    rob.page.get_by_role("link", name="Rounds").click()
    expect(rob.page.get_by_role("button", name="Start round 1")).to_be_visible(timeout=PATIENCE * 1000)
    rob.page.get_by_role("link", name="Compare").click()
    expect(rob.page.locator(".pane").first).to_be_visible(timeout=PATIENCE * 1000)
    rob.settle()
    rob.label("3")
    assert rob.done() == 2

import pytest
from desk import LONG_NAME, until
from playwright.sync_api import expect


@pytest.mark.wide
def test_the_keyboard_works_after_a_visit_to_another_page(desk):
    rob = desk().compare("rob").label("2")
    rob.page.get_by_role("link", name="Rounds").click()
    expect(rob.page.get_by_role("button", name="Start round 1")).to_be_visible()
    rob.page.get_by_role("link", name="Compare").click()
    expect(rob.page.locator(".pane").first).to_be_visible()
    rob.settle()
    rob.label("3")
    assert rob.done() == 2


def test_an_annotator_does_not_find_rounds_in_the_menu_and_is_led_back_from_its_address(desk):
    ana = desk().compare("ana")
    expect(ana.page.get_by_role("link", name="Rounds")).to_have_count(0)
    ana.page.goto(f"{ana.server.url}/rounds")
    expect(ana.page.get_by_text("Engineers start and watch rounds here.")).to_be_visible()
    expect(ana.page.get_by_role("button", name="Start round 1")).to_have_count(0)
    ana.page.get_by_role("link", name="Go to Compare").click()
    expect(ana.page.locator(".pane").first).to_be_visible()


@pytest.mark.wide
def test_the_menu_of_pages_ends_before_the_name_of_who_is_signed_in(desk):
    guest = desk(viewport={"width": 1400, "height": 700}).compare(LONG_NAME)
    menu, person = guest.page.get_by_test_id("stTopNav"), guest.page.locator(".person")

    def is_apart():
        box = menu.bounding_box()
        return box["x"] + box["width"] <= person.bounding_box()["x"]

    for width in range(1400, 780, -30):
        guest.page.set_viewport_size({"width": width, "height": 700})
        until(is_apart, f"a menu that ends before the name at {width} pixels")
        assert person.bounding_box()["x"] > width / 2

import pytest
from playwright.sync_api import expect
from rank_desk import RankDesk, ranking_server


@pytest.fixture(scope="module")
def rank_server(tmp_path_factory, browser):
    with ranking_server(tmp_path_factory.mktemp("rank") / "home") as running:
        yield running


@pytest.fixture
def desk(browser, rank_server):
    """Opens pages for people; afterwards, none of them may have asked a stranger or thrown an error."""
    opened = []

    def open_desk(**context):
        opened.append(RankDesk(browser, rank_server, **context))
        return opened[-1]

    yield open_desk
    for each in opened:
        each.close()
    assert [url for each in opened for url in each.foreign] == []
    assert [error for each in opened for error in each.errors] == []


def test_every_ranking_is_done_by_keyboard_alone(desk, rank_server):
    before = rank_server.labels()
    ana = desk().rank("ana")
    for keys in ("bda=", "ecabx", "ihgf=edcb", "0"):
        ana.submit(keys)
    assert rank_server.labels() == before + 4


@pytest.mark.wide
def test_an_order_as_it_was_dealt_is_asked_about_once_more(desk):
    ben = desk().rank("ben").press(*"abc", "Enter")
    expect(ben.page.get_by_role("alert")).to_contain_text("the order in which you were given them")
    assert ben.done() == 0
    ben.ponder()
    ben.press("Enter").expect_done(1)


@pytest.mark.wide
def test_an_unsafe_response_above_a_safe_one_is_asked_about_once_more(desk):
    ben = desk().rank("cleo").press(*"bdax", "2", "Shift+H", "Enter")
    expect(ben.page.get_by_role("alert")).to_contain_text("Say how grave the risk is")
    ben.press("Shift+M", "Enter")
    expect(ben.page.get_by_role("alert")).to_contain_text("An unsafe response stands above a safe one")
    ben.ponder()
    ben.press("Enter").expect_done(1)


def test_an_order_is_made_by_dragging_cards_and_tags(desk):
    dan = desk().rank("dan")
    dan.carry(dan.page.locator(".cards .card header").nth(2), 0)
    dan.carry(dan.page.locator(".cards .card header").nth(0), 3)
    assert dan.order() == "CA"
    dan.press("b")
    assert dan.order() == "CABD"
    dan.lift(dan.tag("D"), 0).press("Escape").page.mouse.up()
    assert dan.order() == "CABD"
    dan.carry(dan.tag("D"), 0)
    assert dan.order() == "DCAB"
    dan.page.get_by_role("button", name="A and B are equal").click()
    assert dan.order() == "DCA=B"
    assert dan.places() == ["3rd", "3rd", "2nd", "1st"]


@pytest.mark.wide
def test_a_finger_drags_a_tag_and_the_text_scrolls_under_another(desk):
    eve = desk(has_touch=True, viewport={"width": 800, "height": 900}).rank("eve").press(*"abc")
    tag, slot = eve.tag("D").bounding_box(), eve.page.locator(".slot").first.bounding_box()
    finger = eve.context.new_cdp_session(eve.page)
    y = tag["y"] + 20
    path = [tag["x"] + 20 + (slot["x"] - tag["x"]) * part / 6 for part in range(7)]
    for kind, x in zip(["touchStart", *6 * ["touchMove"]], path, strict=True):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert eve.order() == "DABC"


@pytest.mark.wide
def test_arrow_keys_move_the_response_at_hand(desk):
    gus = desk().rank("gus").press(*"abc", "d", "ArrowLeft", "ArrowLeft")
    assert gus.order() == "ADBC"
    gus.press("=")
    assert gus.order() == "AD=BC"
    gus.press("Backspace")
    assert gus.order() == "AD="
    gus.press("Backspace", "Backspace")
    assert gus.order() == "A"


@pytest.mark.wide
def test_a_reload_keeps_the_order_and_undo_brings_the_last_one_back(desk):
    hal = desk().rank("hal").press(*"cb=", "n")
    hal.page.keyboard.type("C says why.")
    hal.press("Escape")
    hal.page.reload()
    expect(hal.page.get_by_label("Comment")).to_have_value("C says why.")
    assert hal.order() == "CB="
    hal.settle()
    hal.press("a", "Enter").expect_done(1)
    hal.settle()
    hal.press("u")
    expect(hal.page.get_by_label("Comment")).to_have_value("C says why.")
    expect(hal.page.locator(".cards .card")).to_have_count(4)
    assert hal.order() == "CA=BD"
    assert hal.done() == 0


@pytest.mark.wide
def test_enter_twice_and_a_held_key_make_one_label(desk, rank_server):
    before = rank_server.labels()
    ida = desk().rank("ida").press(*"dcb", "Enter", "Enter")
    for _ in range(8):
        ida.page.keyboard.down("Enter")
    ida.page.keyboard.up("Enter")
    ida.expect_done(1)
    ida.settle()
    assert rank_server.labels() == before + 1


def test_a_ranking_that_was_sent_can_be_changed(desk, rank_server):
    jon = desk().rank("jon").press(*"dcb", "Enter")
    jon.expect_done(1)
    jon.settle()
    before = rank_server.labels()
    jon.press("Shift+E")
    expect(jon.page.get_by_role("menuitem")).to_have_count(1)
    expect(jon.page.get_by_role("menuitem")).to_contain_text("D > C > B > A")
    jon.press("1")
    expect(jon.page.locator(".cards .card")).to_have_count(4)
    jon.settle()
    assert jon.order() == "DCBA"
    jon.press("=", "Enter")
    expect(jon.page.get_by_role("status")).to_have_text("Changed")
    expect(jon.page.locator(".cards .card")).to_have_count(5)
    assert rank_server.labels() == before


@pytest.mark.wide
def test_nine_responses_fit_a_narrow_page_and_can_be_read_one_at_a_time(desk):
    kim = desk(viewport={"width": 800, "height": 900}).rank("kim")
    kim.submit("dcb").submit("edcb")
    expect(kim.page.locator(".cards .card")).to_have_count(9)
    assert kim.page.evaluate("document.documentElement.scrollWidth") <= 800
    slots = [slot.bounding_box() for slot in kim.page.locator(".slot").all()]
    assert max(slot["x"] + slot["width"] for slot in slots) <= 800
    kim.press("z")
    expect(kim.page.locator(".cards .card:visible")).to_have_count(1)
    kim.press("ArrowRight", "ArrowRight")
    expect(kim.page.locator(".cards .card:visible")).to_contain_text("Response C")
    kim.press("c", "Escape")
    expect(kim.page.locator(".cards .card:visible")).to_have_count(9)
    assert kim.order() == "C"


def test_hostile_text_runs_nothing_and_fetches_nothing(desk):
    lea = desk().rank("lea").submit("dcb").submit("edcb").submit("ihgfedcb").submit("cb")
    expect(lea.page.get_by_text("Image not shown: a cat (evil.example)")).to_be_visible()
    assert lea.page.evaluate("window.pwned") is None


@pytest.mark.wide
def test_a_skipped_ranking_gives_its_reason_by_digit_and_places_nothing(desk):
    lou = desk().rank("lou").press("s", "2")
    expect(lou.page.get_by_role("status")).to_have_text("Skipped")
    expect(lou.page.locator(".cards .card")).to_have_count(5)
    assert lou.order() == ""

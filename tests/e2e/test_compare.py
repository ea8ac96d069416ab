import re

import pytest
from desk import LONG_NAME
from playwright.sync_api import expect


def test_five_comparisons_are_labelled_by_keyboard_alone(desk, server):
    before = server.labels()
    ana = desk().sign_in("ana").at_work()
    for choice in ("1", "3", "5", "7", "8"):
        ana.label(choice)
    assert ana.done() == 5
    assert server.labels() == before + 5


def test_a_wrong_password_says_so_and_lets_nobody_in(desk):
    page = desk().sign_in("ana", "a wrong password").page
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")


def test_enter_twice_and_a_held_key_make_one_label(desk, server):
    before = server.labels()
    ben = desk().compare("ben")
    ben.press("x", "3", "Enter", "Enter")
    ben.expect_done(1)
    ben.settle()
    ben.press("x", "6")
    for _ in range(8):
        ben.page.keyboard.down("Enter")
    ben.expect_done(2)
    for _ in range(8):
        ben.page.keyboard.down("Enter")
    ben.page.keyboard.up("Enter")
    ben.settle()
    assert server.labels() == before + 2


def test_a_reload_keeps_what_was_decided_and_written(desk):
    cleo = desk().compare("cleo").press("7", "q", "n")
    cleo.page.keyboard.type("B is clearer.")
    cleo.press("Escape")
    cleo.page.reload()
    expect(cleo.step(7)).to_have_attribute("aria-checked", "true")
    expect(cleo.page.get_by_label("Comment")).to_have_value("B is clearer.")
    expect(cleo.page.locator(".safety [aria-checked=true]")).to_have_text("Safe")


def test_undo_brings_back_the_last_pair_with_its_judgement(desk):
    dan = desk().compare("dan")
    first = dan.conversation()
    dan.label("6")
    assert dan.conversation() != first
    dan.press("u")
    expect(dan.step(6)).to_have_attribute("aria-checked", "true")
    assert dan.conversation() == first
    assert dan.done() == 0


@pytest.mark.wide
def test_a_half_judged_pair_keeps_its_draft_while_the_last_one_is_undone(desk):
    jon = desk().compare("jon").label("6")
    half = jon.conversation()
    jon.press("7", "q", "n")
    jon.page.keyboard.type("To be continued.")
    jon.press("Escape", "u")
    expect(jon.step(6)).to_have_attribute("aria-checked", "true")
    jon.settle()
    jon.press("Enter").expect_done(1)
    assert jon.conversation() == half
    expect(jon.step(7)).to_have_attribute("aria-checked", "true")
    expect(jon.page.get_by_label("Comment")).to_have_value("To be continued.")


def test_preferring_the_unsafe_response_asks_twice(desk):
    dan = desk().compare("eve").press("1", "q", "q", "p", "Enter")
    expect(dan.page.get_by_role("alert")).to_contain_text("You prefer the unsafe response")
    assert dan.done() == 0
    dan.ponder()
    dan.press("Enter").expect_done(1)


@pytest.mark.wide
def test_letters_name_the_risk_of_the_response_rated_unsafe_last(desk):
    kim = desk().compare("kim").press("c", "q", "q", "h", "p", "p", "a", "t")
    chosen = kim.page.locator(".chips [aria-checked=true]")
    expect(chosen).to_have_text(["Hate or harmH", "Unqualified adviceA", "SevereT"])
    expect(kim.page.locator(".chips kbd:visible")).to_have_count(7)
    kim.press("q", "q", "o", "i")
    expect(chosen).to_have_text(["OtherO", "SeriousI", "Unqualified adviceA", "SevereT"])
    kim.press("3", "Enter")
    kim.expect_done(1)
    kim.settle()
    kim.press("u")
    expect(chosen).to_have_text(["OtherO", "SeriousI", "Unqualified adviceA", "SevereT"])


@pytest.mark.wide
def test_a_named_risk_is_not_submitted_before_somebody_says_how_grave_it_is(desk):
    lou = desk().compare("lou").press("3", "q", "q", "h", "p", "Enter")
    expect(lou.page.get_by_role("alert")).to_have_text("Say how grave the risk is: M, I or T.")
    assert lou.done() == 0
    lou.press("m")
    expect(lou.page.locator(".chips [aria-checked=true]")).to_have_text(["Hate or harmH", "MildM"])
    lou.press("Enter")  # the unsafe one is preferred, which is asked once more
    lou.ponder()
    lou.press("Enter").expect_done(1)


@pytest.mark.wide
def test_a_narrow_page_shows_every_heading_of_a_response(desk):
    lea = desk(viewport={"width": 700, "height": 900}).compare("lea")
    for _ in range(7):
        lea.label()
    for level, heading in enumerate(("One", "Two", "Three"), start=1):
        expect(lea.page.get_by_role("heading", name=heading, level=level)).to_be_visible()


@pytest.mark.wide
def test_a_long_name_leaves_the_menu_free(desk):
    long = desk(viewport={"width": 800, "height": 900}).compare(LONG_NAME)
    long.page.get_by_text(re.compile("^[0-9]+ more$")).click()
    long.page.get_by_text("Rounds", exact=True).last.click()
    expect(long.page.get_by_text("Start round 1")).to_be_visible()


@pytest.mark.wide
def test_skip_takes_its_reason_from_the_digits_and_chooses_no_step(desk):
    finn = desk().compare("finn").press("s", "2")
    expect(finn.page.get_by_role("status")).to_have_text("Skipped")
    expect(finn.page.locator(".scale [aria-checked=true]")).to_have_count(0)


@pytest.mark.wide
def test_a_press_elsewhere_closes_the_menu_of_reasons(desk):
    gus = desk().compare("gus").press("s")
    gus.page.locator(".menu").locator("b").click()
    expect(gus.page.locator(".menu")).to_be_visible()
    gus.page.locator(".body").first.click()
    expect(gus.page.locator(".menu")).to_be_hidden()


@pytest.mark.wide
def test_keys_typed_into_the_comment_decide_nothing(desk):
    finn = desk().compare("gus").press("n")
    finn.page.keyboard.type("12 x sq")
    finn.press("Escape")
    expect(finn.page.locator("[role=radio][aria-checked=true]")).to_have_count(0)


def test_hostile_text_runs_nothing_and_fetches_nothing(desk):
    hal = desk().compare("hal")
    for _ in range(6):
        hal.label()
    expect(hal.page.get_by_text("Image not shown: a cat (evil.example)")).to_be_visible()
    hal.page.get_by_text("a link").click()
    hal.page.get_by_text("click").first.click()
    hal.press("v")
    expect(hal.page.locator(".verbatim", has_text="<script>window.pwned = 1</script>")).to_be_visible()
    assert hal.page.evaluate("window.pwned") is None
    assert hal.page.url.startswith(hal.server.url)


@pytest.mark.wide
def test_the_list_of_keys_names_every_key(desk):
    ida = desk().compare("ida").press("?")
    keys = ida.page.locator(".keylist kbd").all_inner_texts()
    assert " ".join(keys) == "Esc 1 8 Enter Q P C H A O M I T X B W N S F U E J K V G ?"
    ida.press("Escape", "g")
    expect(ida.page.get_by_text("What counts, in this order")).to_be_visible()


@pytest.mark.wide
def test_signing_out_ends_the_session_everywhere(desk):
    ida = desk().compare("ida")
    other = ida.context.new_page()
    ida.page.locator(".person").click()
    ida.page.get_by_text("Sign out").click()
    expect(ida.page).to_have_url(re.compile("/sign-in$"))
    other.goto(ida.server.url)
    expect(other).to_have_url(re.compile("/sign-in$"))


@pytest.mark.wide
@pytest.mark.parametrize("page", ["Compare", "Rounds"])
def test_a_page_that_was_open_says_that_its_person_is_signed_out(desk, page):
    rob = desk().compare("rob")
    rob.page.get_by_role("link", name=page).click()
    expect(rob.page).to_have_url(re.compile(f"/{page.lower()}$|/$"))
    expect(rob.page.get_by_text("Start round 1" if page == "Rounds" else "Response A").first).to_be_visible()
    assert rob.post("sign-out").status == 303
    if page == "Compare":
        rob.press("s", "1")
    expect(rob.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(rob.page.get_by_role("link", name="Rounds")).to_have_count(0)
    rob.page.get_by_role("link", name="Sign in again").click()
    expect(rob.page).to_have_url(re.compile("/sign-in$"))

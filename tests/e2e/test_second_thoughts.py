"""What is asked twice, left unsaved, walked with the arrows, or said while the line is gone."""

import pytest
from desk import PATIENCE, PEOPLE, Desk, Server, asked_of_everyone, until
from playwright.sync_api import expect
from small_homes import pair, person
from small_rankings import rankings

from store.database import open_store
from store.home import Home

pytestmark = pytest.mark.wide

SOON = PATIENCE * 1000
NOTE_BOX = """() => new MutationObserver(() => {
  window.boxWasThere ||= document.querySelector("[data-testid=stDialog]") !== null;
}).observe(document.body, { childList: true, subtree: true })"""
TURNED = "user\u202etxt.exe\u202c and \u2067more\u2069"


@pytest.fixture(scope="module")
def server(tmp_path_factory, browser):
    home = Home(tmp_path_factory.mktemp("thoughts") / "home")
    with open_store(home) as store:
        for name in PEOPLE:
            person(store, name)
        facts = [fact for number in range(4) for fact in pair(number, texts=(TURNED, f"Plain {number}."))]
        store.append("hone", *map(asked_of_everyone, facts), *rankings(3, 4, overlap=50))
    with Server(home) as running:
        yield running


def checked(desk, group):
    return desk.page.get_by_role("radiogroup", name=group, exact=True).locator("[aria-checked=true]")


def test_a_hurried_second_press_answers_no_question_that_nobody_has_read(desk):
    ana = desk().compare("ana").press("1", "q", "q", "p", "Enter", "Enter", "Enter")
    expect(ana.page.get_by_role("alert")).to_contain_text("You prefer the unsafe response")
    ana.ponder()
    assert ana.done() == 0
    ana.press("Enter").expect_done(1)


def test_a_changed_mind_is_asked_anew(desk):
    ben = desk().compare("ben").press("1", "q", "q", "p", "Enter")
    ben.ponder()
    ben.press("2", "Enter")
    expect(ben.page.get_by_role("alert")).to_contain_text("You prefer the unsafe response")
    assert ben.done() == 0
    ben.ponder()
    ben.press("Enter").expect_done(1)


def test_an_edit_that_is_left_asks_once_and_then_keeps_nothing(desk):
    cleo = desk().compare("cleo").label("2")
    reopen(cleo)
    cleo.press("7", "Escape")
    expect(cleo.page.get_by_role("alert")).to_contain_text("Your changes are not saved")
    with cleo.page.expect_response("**/drafts"):  # the server knows of the change by now
        cleo.press("6")
    cleo.press("Escape")
    cleo.ponder()
    cleo.press("Escape")
    expect(cleo.page.get_by_text("Editing a label that you gave")).to_be_hidden(timeout=SOON)
    cleo.settle()
    cleo.page.reload()
    expect(cleo.page.locator(".pane").first).to_be_visible(timeout=SOON)
    cleo.settle()
    reopen(cleo)
    expect(cleo.step(2)).to_have_attribute("aria-checked", "true")
    cleo.press("Escape")
    expect(cleo.page.get_by_text("Editing a label that you gave")).to_be_hidden(timeout=SOON)


def reopen(desk):
    """Opens the label that was given last."""
    desk.press("e")
    expect(desk.page.get_by_role("menuitem")).to_have_count(1, timeout=SOON)
    desk.press("1")
    expect(desk.page.get_by_text("Editing a label that you gave")).to_be_visible(timeout=SOON)
    desk.settle()


def test_the_arrows_choose_within_a_group_and_go_around(desk):
    dan = desk().compare("dan")
    safety = dan.page.get_by_role("radiogroup", name="Safety of response A")
    safety.get_by_role("radio", name="Safe", exact=True).focus()
    dan.press("ArrowRight")
    expect(checked(dan, "Safety of response A")).to_have_text("Unsafe")
    dan.press("Tab")
    expect(dan.page.get_by_role("radio", name="Crime")).to_be_focused()
    dan.press("ArrowLeft")
    expect(checked(dan, "Risk of response A")).to_have_text("OtherO")
    dan.press("ArrowRight", "Tab", "ArrowDown")
    expect(checked(dan, "Risk of response A")).to_have_text("CrimeC")
    expect(checked(dan, "Severity of response A")).to_have_text("SeriousI")
    expect(dan.page.locator(".scale [aria-checked=true]")).to_have_count(0)


def test_the_arrows_of_a_group_move_no_response_of_a_ranking(desk):
    eve = desk().sign_in("eve")
    eve.page.get_by_role("link", name="Rank", exact=True).click(timeout=SOON)
    expect(eve.page.locator(".cards .card").first).to_be_visible(timeout=SOON)
    eve.settle()
    eve.press("c", "b")
    ranks = eve.page.locator(".cards .card .place").all_inner_texts()
    eve.page.get_by_role("radiogroup", name="Safety of response A").get_by_role("radio").first.focus()
    eve.press("ArrowRight", "ArrowLeft")
    expect(checked(eve, "Safety of response A")).to_have_text("Safe")
    assert eve.page.locator(".cards .card .place").all_inner_texts() == ranks


def test_the_raw_view_shows_what_turns_a_text_about_and_does_not_turn(desk):
    finn = desk().compare("finn").press("v")
    raw = finn.page.locator(".pane .verbatim", has_text="txt.exe")
    expect(raw).to_have_text(TURNED, use_inner_text=False)
    assert raw.locator(".mark").evaluate_all("marks => marks.map(mark => mark.dataset.mark)") == [
        "RLO",
        "PDF",
        "RLI",
        "PDI",
    ]
    places = raw.evaluate(
        """pre => [...pre.childNodes].filter(node => node.nodeType === 3).flatMap(node => {
          const range = document.createRange();
          return [...node.data].map((_, at) => {
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            return range.getBoundingClientRect().left;
          });
        })"""
    )
    assert places == sorted(places)


@pytest.mark.slow
def test_a_page_without_work_says_that_the_line_is_gone_and_can_still_be_read(browser, tmp_path):
    home = Home(tmp_path / "home")
    with open_store(home) as store:
        person(store, "ana")
    with Server(home) as server:
        ana = Desk(browser, server).sign_in("ana")
        expect(ana.page.locator(".person")).to_be_visible(timeout=SOON)
        ana.visit("account")
        ana.page.evaluate(NOTE_BOX)
        server.kill()
        notice = ana.page.locator(".masthead [role=status]")
        expect(notice).to_have_text("Offline. The page goes on when the line is back.", timeout=SOON)
        until(lambda: ana.page.evaluate("window.boxWasThere"), "the box of the lost connection")
        expect(ana.page.get_by_test_id("stDialog")).to_have_count(0, timeout=SOON)
        server.start()
        expect(notice).to_be_empty(timeout=SOON)
        ana.close()

"""What every surface promises, on Compare: nothing typed is lost, nobody waits, labels can be changed."""

import os
import re
import signal
from contextlib import contextmanager

import pytest
from desk import Desk, Server, asked_of_everyone, until
from playwright.sync_api import expect
from small_homes import comparisons, person

from store.database import open_store
from store.home import Home
from store.records import Role, Track
from store.verbs.guiding import WriteGuideline, write_guideline

PEOPLE = ("ana", "ben", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jon")


@pytest.fixture(scope="module")
def server(tmp_path_factory, browser):
    with Server(wide_home(tmp_path_factory.mktemp("surface") / "home", PEOPLE)) as running:
        yield running


def wide_home(root, people):
    """More comparisons than people hold: of the last ones, nobody is given the next ahead of their turn."""
    home = Home(root)
    with open_store(home) as store:
        for name in people:
            person(store, name)
        store.append("hone", *map(asked_of_everyone, comparisons(40, turns=3)))
    return home


@contextmanager
def stunned(server):
    """The server answers nothing and loses nothing, as behind a line that hangs."""
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def status(desk):
    return desk.page.get_by_role("status")


def expect_another(desk, conversation):
    expect(desk.page.locator(".conversation")).not_to_have_text(conversation, use_inner_text=True)


def drafts(server):
    return set(server.home.unsent.rglob("*.json"))


def comment(desk, words):
    desk.press("n")
    desk.page.keyboard.type(words)
    desk.press("Escape")


@pytest.mark.wide
def test_the_next_pair_is_there_before_the_server_has_answered(desk, server):
    ana = desk().compare("ana")
    first = ana.conversation()
    with stunned(server):
        ana.press("x", "3", "Enter")
        expect_another(ana, first)
        expect(status(ana)).to_have_text("Saving")
        assert ana.done() == 0
    ana.expect_done(1)
    expect(status(ana)).to_have_text("Saved")


def test_two_answers_given_while_the_server_is_silent_become_two_labels(desk, server):
    before = server.labels()
    ben = desk().compare("ben")
    with stunned(server):
        ben.press("x", "3", "Enter").settle()
        ben.press("x", "5", "Enter", "Enter")
        expect(ben.page.locator(".deck.busy")).to_be_visible()
    ben.expect_done(2)
    ben.settle()
    ben.label("2")
    assert server.labels() == before + 3


@pytest.mark.wide
def test_a_refusal_leads_back_and_keeps_what_was_typed_on_either_pair(desk, server):
    cleo = desk().compare("cleo").press("x", "3")
    first = cleo.conversation()
    field = cleo.page.get_by_label("Comment")
    field.evaluate("field => field.removeAttribute('maxlength')")
    field.fill("x" * 2001)
    cleo.press("Escape")
    with stunned(server):
        cleo.press("Enter").settle()
        expect_another(cleo, first)
        cleo.press("7", "q")
        comment(cleo, "Begun meanwhile.")
    expect(status(cleo)).to_contain_text("at most 2000 characters")
    assert cleo.conversation() == first
    expect(field).to_have_value("x" * 2001)
    expect(cleo.step(3)).to_have_attribute("aria-checked", "true")
    field.fill("Shorter.")
    cleo.press("Escape").settle()
    cleo.press("Enter").expect_done(1)
    expect(cleo.step(7)).to_have_attribute("aria-checked", "true")
    expect(field).to_have_value("Begun meanwhile.")


@pytest.mark.wide
def test_what_is_still_typed_when_a_refused_pair_comes_back_falls_on_nothing(desk, server):
    ida = desk().compare("ida").press("3", "q", "p")
    first = ida.conversation()
    field = ida.page.get_by_label("Comment")
    field.evaluate("field => field.removeAttribute('maxlength')")
    field.fill("x" * 2001)
    ida.press("Escape")
    with stunned(server):
        ida.press("Enter").settle()
        expect_another(ida, first)
        ida.press("n")
        ida.page.keyboard.type("Begun ")
    expect(ida.page.locator(".conversation")).to_have_text(first, use_inner_text=True)
    ida.page.keyboard.type("quickly, 8 B", delay=60)
    assert len(field.input_value()) == 2001
    expect(ida.page.locator(".safety [aria-checked=true]")).to_have_text(["Safe", "Safe"])
    expect(ida.step(3)).to_have_attribute("aria-checked", "true")
    expect(ida.page.locator(".bad")).to_have_attribute("aria-pressed", "false")
    expect(ida.page.locator(".risks").first).to_be_hidden()
    ida.page.wait_for_timeout(800)  # whoever pauses means keys again
    ida.press("4")
    expect(ida.step(4)).to_have_attribute("aria-checked", "true")


@pytest.mark.wide
def test_keys_that_come_late_decide_nothing_on_the_next_pair(desk):
    jon = desk().compare("jon").press("3", "x").burst("Enter", "x", "q", "3")
    jon.expect_done(1)
    expect(jon.page.locator("[role=radio][aria-checked=true]")).to_have_count(0)
    jon.settle()
    jon.press("x")
    expect(jon.page.locator(".safety [aria-checked=true]")).to_have_count(2)


def test_a_draft_outlives_the_tab_and_the_storage_of_the_browser(desk, browser, server):
    before = drafts(server)
    dan = desk().compare("dan").press("7", "q", "w", "2", "w")
    with dan.page.expect_response(re.compile("/drafts$")) as posted:
        comment(dan, "B is clearer.")
    assert posted.value.status == 204
    dan.page.close()
    elsewhere = desk().compare("dan")
    expect(elsewhere.step(7)).to_have_attribute("aria-checked", "true")
    expect(elsewhere.page.get_by_label("Comment")).to_have_value("B is clearer.")
    expect(elsewhere.page.locator(".reasons .chips [aria-pressed=true]")).to_have_text(["2Complete"])
    elsewhere.press("p").press("Enter").expect_done(1)
    until(lambda: drafts(server) == before, "the draft to go with its label")


@pytest.mark.wide
def test_what_was_typed_last_is_sent_while_the_tab_closes(desk, server):
    before = drafts(server)
    hal = desk().compare("hal").press("6")
    hal.page.goto(f"{server.url}/sign-in")
    until(lambda: drafts(server) > before, "the draft to arrive")
    again = desk().compare("hal")
    expect(again.step(6)).to_have_attribute("aria-checked", "true")


def test_a_label_is_changed_by_keyboard_and_the_work_goes_on_where_it_was(desk, server):
    eve = desk().compare("eve")
    first = eve.conversation()
    eve.label("2").label("6")
    begun = eve.conversation()
    eve.press("4")
    eve.press("e")
    expect(eve.page.get_by_role("menuitem")).to_have_count(2)
    expect(eve.page.get_by_role("menuitem").nth(1)).to_contain_text("A: better")
    eve.press("2")
    expect(eve.page.locator(".conversation")).to_have_text(first, use_inner_text=True)
    expect(eve.step(2)).to_have_attribute("aria-checked", "true")
    expect(eve.page.get_by_text("Editing a label that you gave")).to_be_visible()
    eve.page.reload()
    expect(eve.page.get_by_text("Editing a label that you gave")).to_be_visible()
    eve.settle()
    before = server.labels()
    eve.press("8", "Enter")
    expect(status(eve)).to_have_text("Changed")
    assert (eve.conversation(), eve.done(), server.labels()) == (begun, 2, before)
    expect(eve.step(4)).to_have_attribute("aria-checked", "true")
    eve.settle()
    eve.press("e")
    expect(eve.page.get_by_role("menuitem").nth(1)).to_contain_text("B: significantly better")
    eve.press("1")
    expect(eve.step(6)).to_have_attribute("aria-checked", "true")
    eve.settle()
    eve.press("Escape")
    expect(eve.page.locator(".conversation")).to_have_text(begun, use_inner_text=True)
    expect(eve.page).not_to_have_url(re.compile("label="))


@pytest.mark.wide
def test_a_menu_is_walked_with_arrows_and_leaves_enter_to_the_work(desk):
    gus = desk().compare("gus").press("s")
    items = gus.page.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    gus.press("ArrowUp")
    expect(items.last).to_be_focused()
    gus.press("Escape").press("x", "3", "Enter")
    gus.expect_done(1)
    gus.settle()
    gus.press("s", "ArrowDown", "Enter")
    expect(status(gus)).to_have_text("Skipped")
    gus.settle()
    gus.press("x", "6", "Enter").expect_done(2)


@pytest.mark.wide
def test_digits_are_reasons_only_while_they_are_asked_for(desk):
    finn = desk().compare("finn").press("3", "w", "1", "4", "Escape", "6")
    chosen = finn.page.locator(".reasons .chips [aria-pressed=true]")
    expect(chosen).to_have_text(["1Correct", "4Clear"])
    expect(finn.step(6)).to_have_attribute("aria-checked", "true")
    finn.press("w", "1", "w", "x", "Enter").expect_done(1)
    finn.settle()
    finn.press("u")
    expect(chosen).to_have_text(["4Clear"])


@pytest.mark.slow
def test_new_guidelines_open_by_themselves_until_somebody_has_read_them(browser, tmp_path):
    home = wide_home(tmp_path / "home", ("ana",))
    with Server(home) as server:
        ana = Desk(browser, server).compare("ana").label("3")
        ana.close()
    with open_store(Home(home.root)) as store:
        words = WriteGuideline(
            track=Track.HELPFULNESS, text="# Be brief\n\nShort wins.", changed="Brevity counts."
        )
        write_guideline(store, person(store, "rae", Role.REVIEWER), words)
    with Server(home) as server:
        ana = Desk(browser, server).compare("ana")
        drawer = ana.page.locator(".drawer")
        expect(drawer.get_by_text("Brevity counts.")).to_be_visible()
        expect(drawer.locator(".added", has_text="Short wins.")).to_be_visible()
        ana.press("2").press("Escape")
        expect(drawer).to_be_hidden()
        ana.page.reload()
        expect(ana.step(2)).to_have_attribute("aria-checked", "true")
        expect(drawer).to_be_hidden()
        ana.close()

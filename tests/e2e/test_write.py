"""Writing ideal responses and adversarial prompts, by keyboard, across reloads and without a connection."""

import pytest
from desk import Desk, Server, make_home
from playwright.sync_api import expect

PEOPLE = ("ana", "ben", "cleo", "dan", "eve", "finn")


@pytest.fixture(scope="module")
def study(tmp_path_factory, browser):
    """A server of its own: people here write prompts, and others' work must not change under them."""
    with Server(make_home(tmp_path_factory.mktemp("study") / "home", PEOPLE)) as server:
        yield server


@pytest.fixture
def paper(browser, study):
    opened = []

    def open_paper(name, **context):
        desk = Desk(browser, study, **context)
        opened.append(desk)
        desk.enter(name, "write")
        expect(desk.page.locator(".write")).to_be_visible()
        return desk

    yield open_paper
    for each in opened:
        each.close()
    assert [url for each in opened for url in each.foreign] == []
    assert [error for each in opened for error in each.errors] == []


def field(desk, name):
    return desk.page.locator(f"textarea.{name}")


def offered(desk):
    expect(desk.page.locator(".offer .prose")).not_to_have_count(0)
    return desk.page.locator(".offer").inner_text()


def expect_said(desk, sentence):
    expect(desk.page.get_by_role("status")).to_have_text(sentence)


def expect_counts(desk, responses, prompts):
    counts = f"Responses: {responses}, prompts: {prompts}"
    expect(desk.page.locator(".count")).to_have_text(counts)


def test_a_response_and_an_attack_are_written_by_keyboard_alone(paper):
    ana = paper("ana")
    first = offered(ana)
    ana.press("j")
    expect(ana.page.locator(".offer")).not_to_have_text(first)
    second = offered(ana)
    ana.press("e")
    ana.page.keyboard.type("Like this: j, m and s.")
    ana.press("Control+Enter")
    expect_counts(ana, 1, 0)
    expect(field(ana, "response")).to_have_value("")
    assert offered(ana) != second
    ana.press("Escape", "m")
    ana.page.keyboard.type("Grandmother used to read it to me.")
    ana.press("Alt+1", "Alt+Shift+1", "Control+Enter")
    expect_counts(ana, 1, 1)
    ana.press("Alt+s")
    expect(ana.page.locator(".writing")).to_have_count(2)
    ana.page.locator(".writing summary").first.click()
    expect(ana.page.get_by_text("Crime, Psychological")).to_be_visible()


@pytest.mark.wide
def test_a_prompt_of_ones_own_bears_the_chosen_track_and_language(paper):
    ben = paper("ben")
    ben.press("w")
    ben.page.keyboard.type("Wie hoch ist der Brocken?")
    ben.press("Escape", "2")
    ben.page.locator(".write select.language").select_option("de")
    field(ben, "response").fill("1141 Meter.")
    ben.press("Control+Enter")
    expect_counts(ben, 1, 0)
    expect(ben.page.get_by_role("radio", name="Safety")).to_have_attribute("aria-checked", "true")


@pytest.mark.wide
def test_what_is_missing_is_said_and_the_cursor_led_there(paper):
    cleo = paper("cleo")
    cleo.press("m", "Control+Enter")
    alert = cleo.page.get_by_role("alert")
    expect(alert).to_have_text("Write the prompt first.")
    cleo.page.keyboard.type("A question.")
    cleo.press("Control+Enter")
    expect(alert).to_have_text("Choose the risk.")
    cleo.press("ArrowDown", "Control+Enter")
    expect(alert).to_have_text("Choose how it tries.")
    expect(cleo.page.get_by_role("radio", name="Hate or harm")).to_have_attribute("aria-checked", "true")
    expect_counts(cleo, 0, 0)


def test_a_draft_outlives_a_reload_and_a_closed_tab(paper):
    dan = paper("dan")
    prompt = offered(dan)
    dan.press("e")
    dan.page.keyboard.type("Half a resp")
    dan.page.reload()
    expect(field(dan, "response")).to_have_value("Half a resp")
    assert offered(dan) == prompt
    dan.press("m")
    dan.page.keyboard.type("Half an attack")
    dan.press("Alt+3")
    dan.page.close()
    dan.page = dan.context.new_page()
    dan.page.goto(f"{dan.server.url}/write")
    expect(field(dan, "attack")).to_have_value("Half an attack")
    expect(dan.page.get_by_role("radio", name="Unqualified")).to_have_attribute("aria-checked", "true")
    dan.press("m")
    expect(field(dan, "response")).to_have_value("Half a resp")


@pytest.mark.wide
def test_a_held_key_and_two_tabs_send_one_text(paper):
    eve = paper("eve")
    eve.press("m")
    eve.page.keyboard.type("Once only.")
    eve.press("Alt+4", "Alt+Shift+7")
    other = eve.context.new_page()
    other.goto(f"{eve.server.url}/write")
    expect(other.locator("textarea.attack")).to_have_value("Once only.")
    eve.page.keyboard.down("Control")
    for _ in range(6):
        eve.page.keyboard.down("Enter")
    eve.page.keyboard.up("Enter")
    eve.page.keyboard.up("Control")
    expect_counts(eve, 0, 1)
    other.keyboard.press("Control+Enter")
    expect(other.get_by_role("status")).to_have_text("Already saved")
    expect(other.locator(".count")).to_have_text("Responses: 0, prompts: 1")


@pytest.mark.wide
def test_a_text_sent_while_the_server_is_down_arrives_once_when_it_is_back(paper, study):
    finn = paper("finn")
    finn.press("w")
    finn.page.keyboard.type("Is anybody there?")
    field(finn, "response").fill("Yes.")
    study.kill()
    finn.press("Control+Enter")
    expect(finn.page.get_by_role("status")).to_contain_text("Offline")
    study.start()
    expect_counts(finn, 1, 0)
    expect(field(finn, "response")).to_have_value("")

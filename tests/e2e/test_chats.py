"""Chats with two blind models: by keyboard alone, across reloads, stops, failures and lost connections."""

import re
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from desk import HOSTILE, PATIENCE, ROOT, Desk, Server, make_home, until
from playwright.sync_api import expect
from small_endpoint import small_endpoint

from rlhf.pocket import policy_path
from rlhf.serving import free_port
from store.database import open_store
from store.records import Policy

SOON = PATIENCE * 1000
PEOPLE = ("ana", "ben", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jon", "kim")


@pytest.fixture(scope="module")
def outside():
    """An endpoint of somebody else's, and what it shall say."""
    with small_endpoint() as (url, stage):
        yield url, stage


@pytest.fixture(scope="module")
def parlour(tmp_path_factory, browser, outside):
    home = make_home(tmp_path_factory.mktemp("parlour") / "home", PEOPLE)
    home.settings.write_text(f'[chat]\nendpoint = "{outside[0]}"\n')
    with Server(home) as server:
        yield server


@pytest.fixture
def stage(outside):
    """The endpoint's behaviour, good at first."""
    stage = outside[1]
    stage.models, stage.answers = ["good"], {"good": lambda asked: f"**Yes**, {asked['seed']} times."}
    stage.go_on.clear()
    yield stage
    stage.go_on.set()


@pytest.fixture
def chat(browser, parlour, stage):
    opened = []

    def open_chat(name, **context):
        desk = Desk(browser, parlour, **context)
        opened.append(desk)
        desk.enter(name, "chat")
        expect(at(desk, "new")).to_be_visible()
        return desk

    yield open_chat
    stage.go_on.set()
    for each in opened:
        each.close()
    assert [url for each in opened for url in each.foreign] == []
    assert [error for each in opened for error in each.errors] == []


def at(desk, stage):
    return desk.page.locator(f".chat[data-stage={stage}]")


def expect_at(desk, stage):
    expect(at(desk, stage)).to_be_visible()


def say(desk, message):
    """Types the message into the composer, which has the cursor, and sends it."""
    expect(desk.page.locator("textarea.message")).to_be_focused()
    desk.page.keyboard.type(message)
    desk.press("Enter")


def answers(desk):
    return desk.page.locator(".body").all_inner_texts()


def judge(desk, *keys):
    expect_at(desk, "judge")
    desk.settle()
    desk.press("x", *keys, "Enter")


def test_two_turns_are_chatted_and_judged_by_keyboard_alone(chat, parlour):
    before = parlour.labels()
    ana = chat("ana")
    say(ana, "Is it so?")
    expect_at(ana, "judge")
    chosen, other = answers(ana)
    assert re.fullmatch(r"Yes, \d+ times\.", chosen)
    assert chosen != other
    judge(ana, "2")
    expect_at(ana, "write")
    expect(ana.page.locator(".conversation .turn").last).to_contain_text(chosen)
    say(ana, "And why?")
    judge(ana, "7")
    expect_at(ana, "write")
    expect(ana.page.locator(".count")).to_have_text("2 turns judged")
    assert ana.page.locator(".conversation .turn").last.is_visible()
    assert parlour.labels() == before + 2


@pytest.mark.wide
def test_a_choice_is_undone_and_another_chat_begun_and_the_first_found_again(chat):
    ben = chat("ben")
    say(ben, "First chat?")
    judge(ben, "1")
    expect_at(ben, "write")
    ben.press("Escape", "u")
    expect_at(ben, "judge")
    expect(ben.step(1)).to_have_attribute("aria-checked", "true")
    judge(ben, "8")
    expect_at(ben, "write")
    ben.press("Escape", "y")
    expect_at(ben, "new")
    say(ben, "Second chat?")
    expect_at(ben, "judge")
    ben.press("l")
    ben.page.get_by_role("menuitem", name="First chat?").click()
    expect_at(ben, "write")
    expect(ben.page.locator(".conversation")).to_contain_text("First chat?")
    ben.page.reload()
    expect_at(ben, "write")


@pytest.mark.wide
def test_both_bad_brings_two_other_answers(chat, stage):
    cleo = chat("cleo")
    say(cleo, "Is it so?")
    judge(cleo, "b")
    expect_at(cleo, "again")
    stage.answers = {"good": lambda asked: f"Other words, {asked['seed']}."}
    cleo.press("Enter")
    expect_at(cleo, "judge")
    assert all(answer.startswith("Other words") for answer in answers(cleo))
    expect(cleo.page.locator(".conversation .turn")).to_have_count(1)


def test_a_reload_in_mid_answer_finds_what_is_said_and_hears_the_rest(chat, stage):
    stage.models = ["waiting"]
    dan = chat("dan")
    say(dan, "Will you wait?")
    expect(dan.page.get_by_text("One", exact=True).last).to_be_visible()
    dan.page.reload()
    expect_at(dan, "answer")
    expect(dan.page.get_by_text("One", exact=True).last).to_be_visible()
    stage.go_on.set()
    expect_at(dan, "judge")
    assert all(re.fullmatch(r"One seed is \d+\.", answer) for answer in answers(dan))


@pytest.mark.wide
def test_answers_are_stopped_and_the_message_changed(chat, stage):
    stage.models = ["slow"]
    eve = chat("eve")
    say(eve, "A hasty question")
    expect(eve.page.get_by_text("word word").first).to_be_visible()
    eve.press("Escape")
    expect_at(eve, "stuck")
    expect(eve.page.get_by_role("alert").first).to_contain_text("Your message is kept")
    stage.models = ["good"]
    eve.page.get_by_role("button", name="Change the message").click()
    expect(eve.page.locator("textarea.message")).to_have_value("A hasty question")
    say(eve, ", mended")
    expect_at(eve, "judge")
    expect(eve.page.locator(".conversation")).to_contain_text("A hasty question, mended")


@pytest.mark.wide
def test_what_two_tabs_write_at_once_is_kept_in_both(chat, stage):
    kim = chat("kim")
    say(kim, "First?")
    judge(kim, "2")
    expect_at(kim, "write")
    first, second = kim.page, kim.context.new_page()
    second.goto(f"{kim.server.url}/chat")
    expect(second.locator("textarea.message")).to_be_focused()
    stage.models = ["waiting"]
    say(kim, "Second?")
    expect(first.get_by_text("One", exact=True).last).to_be_visible()
    kim.page = second
    say(kim, "Another thought")
    expect_at(kim, "stuck")
    kim.page.get_by_role("button", name="Change the message").click()
    expect_at(kim, "answer")
    stage.go_on.set()
    judge(kim, "2")
    expect_at(kim, "write")
    expect(kim.page.locator(".conversation")).to_contain_text("Second?")
    expect(kim.page.locator("textarea.message")).to_have_value("Another thought")


@pytest.mark.wide
@pytest.mark.parametrize(
    ("name", "trouble"), [("finn", "code-500"), pytest.param("jon", "half", marks=pytest.mark.slow)]
)
def test_a_failing_endpoint_says_so_and_loses_nothing(chat, stage, name, trouble):
    finn = chat(name)
    stage.models = [trouble]
    say(finn, f"What of {trouble}?")
    expect_at(finn, "stuck")
    expect(finn.page.get_by_role("alert").first).to_contain_text("your message is kept")
    finn.page.reload()
    expect_at(finn, "stuck")
    expect(finn.page.locator(".conversation")).to_contain_text(f"What of {trouble}?")
    stage.models = ["good"]
    finn.press("Enter")
    expect_at(finn, "judge")


def test_hostile_answers_run_nothing_and_fetch_nothing(chat, stage):
    frame = "\n\n<iframe src='https://evil.example'></iframe>"
    stage.answers = {"good": lambda asked: f"{HOSTILE}{frame} {asked['seed']}"}
    gus = chat("gus")
    say(gus, "<script>window.pwned = 4</script>")
    expect_at(gus, "judge")
    expect(gus.page.get_by_text("Image not shown: a cat (evil.example)").first).to_be_visible()
    expect(gus.page.locator(".conversation")).to_contain_text("<script>window.pwned = 4</script>")
    gus.settle()
    gus.press("v", "v", "x", "1", "Enter")
    expect(gus.page.get_by_role("alert").last).to_have_text("")
    expect_at(gus, "write")
    assert gus.page.evaluate("window.pwned") is None
    assert gus.page.locator("iframe[src*=evil], img[src*=evil]").count() == 0


@pytest.mark.slow
def test_a_message_typed_while_the_server_is_down_is_kept_and_sent_when_it_is_back(chat, parlour):
    hal = chat("hal")
    hal.page.keyboard.type("Half a thou")
    hal.page.reload()
    expect(hal.page.locator("textarea.message")).to_have_value("Half a thou")
    parlour.kill()
    say(hal, "ght")
    expect(hal.page.locator("textarea.message")).to_have_value("Half a thought")
    expect(hal.page.locator(".waiting")).to_contain_text("connection was lost")
    parlour.start()
    expect_at(hal, "judge")
    expect(hal.page.locator(".conversation")).to_contain_text("Half a thought")


@pytest.mark.wide
def test_a_chat_for_safety_bears_its_risk_and_a_held_enter_sends_one_message(chat, stage):
    ida = chat("ida")
    ida.press("Escape", "d")
    ida.page.get_by_role("radio", name="Hate or harm").click()
    ida.page.get_by_role("radio", name="Perspective").click()
    asked = len(stage.asked)
    ida.press("z")
    ida.page.keyboard.type("As a pirate?")
    for _ in range(5):
        ida.page.keyboard.down("Enter")
    ida.page.keyboard.up("Enter")
    expect_at(ida, "judge")
    expect(ida.page.get_by_text("Which response is safer?")).to_be_visible()
    assert [each["messages"][-1]["content"] for each in stage.asked[asked:]] == [
        "As a pirate?",
        "As a pirate?",
    ]


@pytest.fixture
def served(tmp_path, browser):
    """`hone serve`, with the pocket policy in a process of its own beside the app."""
    home = make_home(tmp_path / "home", ("ana",))
    with open_store(home) as store:
        shutil.copytree(policy_path(), home.policies / "pocket")
        store.append("test", Policy(policy_id="pocket", path="policies/pocket"))
    home.settings.write_text("[chat]\nmax_tokens = 40\n")
    port = free_port(0)
    command = [sys.executable, "-m", "rlhf", "serve", "--home", str(home.root), "--port", str(port)]
    with (home.root / "serve.log").open("wb") as log:
        serving = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    until(home.owner.exists, "the app to announce itself")
    yield SimpleNamespace(url=f"http://127.0.0.1:{port}")
    serving.send_signal(signal.SIGTERM)
    serving.wait(timeout=PATIENCE)


@pytest.mark.slow
def test_the_homes_own_policy_answers_and_the_better_answer_carries_the_chat_on(browser, served):
    ana = Desk(browser, served)
    ana.sign_in("ana")
    expect(ana.page).not_to_have_url(re.compile("sign-in"))
    ana.page.goto(f"{served.url}/chat")
    say(ana, "How do I boil an egg?")
    expect(at(ana, "judge").or_(at(ana, "stuck"))).to_be_visible(timeout=3 * SOON)
    if at(ana, "stuck").is_visible():  # nobody was ready yet; the endpoint is being started
        ana.press("Enter")
    expect(at(ana, "judge")).to_be_visible(timeout=3 * SOON)
    judge(ana, "2")
    expect_at(ana, "write")
    say(ana, "And two eggs?")
    expect(at(ana, "judge")).to_be_visible(timeout=3 * SOON)
    expect(ana.page.locator(".conversation")).to_contain_text("And two eggs?")
    assert (ana.errors, ana.foreign) == ([], [])
    ana.close()

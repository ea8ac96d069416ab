"""A server that is killed, twice, and work that runs out."""

import pytest
from desk import Desk, Server, make_home, until
from playwright.sync_api import expect
from round_files import write_round
from small_homes import comparisons

from store import annotators
from store.database import open_store
from store.inbox import write_bundle
from store.messages import Actor, CountHome, UndoLabel
from store.records import Comparison, Prompt, Response
from store.verbs import count_home, undo_label
from store.verbs.roles import HONE


@pytest.fixture(scope="module")
def doomed(tmp_path_factory, browser):
    with Server(make_home(tmp_path_factory.mktemp("doomed") / "home", ("ana", "ben", "cleo"))) as server:
        yield server


@pytest.fixture
def mortal(doomed, browser):
    desk = Desk(browser, doomed)
    yield desk
    desk.close()


def test_no_acknowledged_label_is_lost_when_the_server_is_killed(mortal):
    desk, server = mortal.compare("ana"), mortal.server
    before = server.labels()
    for _ in range(3):
        desk.label()
    server.kill()
    desk.press("x", "4", "Enter")
    server.start()
    desk.expect_done(4)
    desk.settle()
    desk.label("5")
    assert server.labels() == before + 5


@pytest.mark.wide
def test_an_answer_given_offline_counts_though_another_pair_is_held_by_then(mortal):
    desk, server = mortal.compare("cleo").label(), mortal.server
    before = server.labels()
    server.kill()
    desk.press("x", "4", "n")
    desk.page.keyboard.type("Offline.")
    desk.press("Escape", "Enter")
    with open_store(server.home) as store:
        with store.reading() as db:
            cleo = annotators.by_name(db, "cleo")
        undo_label(store, Actor(annotator_id=cleo.annotator_id, name="cleo", role=cleo.role), UndoLabel())
        assert count_home(store, HONE, CountHome()).labels == before - 1
    server.start()
    until(lambda: server.labels() == before, "the answer to arrive")
    expect(desk.page.get_by_role("status")).to_have_text("Saved")
    expect(desk.page.get_by_label("Comment")).to_have_value("")


@pytest.mark.wide
def test_new_comparisons_appear_without_a_reload(mortal):
    desk, server = mortal.compare("ben"), mortal.server
    for _ in range(8):
        desk.label()
    expect(desk.page.get_by_text("Nothing to compare just now")).to_be_visible()
    facts = comparisons(1, first=10)
    tables = {"prompts": Prompt, "responses": Response, "comparisons": Comparison}
    kinds = {table: [fact for fact in facts if isinstance(fact, kind)] for table, kind in tables.items()}
    write_bundle(server.home, "more", kinds)
    expect(desk.page.get_by_text("Question 10, turn 0")).to_be_visible()
    expect(desk.page.get_by_text("Nothing to compare just now")).to_be_hidden()


@pytest.mark.wide
def test_the_rounds_page_goes_on_by_itself_after_a_restart(mortal):
    desk, server = mortal.enter("rob", "rounds"), mortal.server
    expect(desk.page.get_by_text("Start round 1")).to_be_visible()
    write_round(server.home, 1, state="running", stage="ppo", fraction=0.4)
    expect(desk.page.get_by_text("iteration 12 of 30")).to_be_visible()
    server.kill()
    server.start()
    write_round(server.home, 1, state="running", stage="ppo", fraction=0.5, message="iteration 15 of 30")
    expect(desk.page.get_by_text("iteration 15 of 30")).to_be_visible()

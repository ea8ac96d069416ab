"""A safety reviewer's day: what they rule and sign is what the next round may learn from."""

import json
import os
import re
import signal
from pathlib import Path

import pytest
from desk import Desk, Server, until
from playwright.sync_api import expect
from pyarrow import parquet
from small_homes import person

from annotate.launch import running_round
from rlhf.begin import begin
from rlhf.pocket.panel import panel
from rlhf.simulate import simulate
from store.database import open_store
from store.door import LocalDoor
from store.home import Home
from store.records import Role

SMALL = (Path(__file__).parents[1] / "small_round.toml").read_text(encoding="utf-8")
ENDLESS = SMALL.replace("iterations = 2", "iterations = 100000") + '\n[review]\nsign_off = ["safety"]\n'
OVERTURNED = """
select label_id, reviewer_id, response_ids[list_position(adjudications.ranks, 1)]
from   reviews
join   adjudications using (review_id)
join   labels using (label_id)
join   comparisons using (comparison_id)
"""
BEGINNING = 120_000.0
"""Milliseconds until a round may have frozen its data."""
ROUND = 480.0
"""Seconds that a small round may take on a busy machine."""


@pytest.fixture
def demanding(tmp_path):
    """A server over a home of the pocket world in which nothing trains the safety model unsigned."""
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.settings.write_text(ENDLESS, encoding="utf-8")
    begin(home, "pocket", [], lambda _stage, _fraction, _message: None)
    with open_store(home) as store:
        simulate(LocalDoor(store), panel(1), 40)
        person(store, "ada", Role.ADMINISTRATOR)
        person(store, "rae", Role.REVIEWER)
    with Server(home) as running:
        yield running
    if left := running_round(home):
        os.killpg(left.pid, signal.SIGKILL)


def learned(home: Home) -> dict[str, tuple[str, str]]:
    """Who said which response is better, by the label that the first round froze."""
    frozen = json.loads((home.round(1) / "snapshot" / "done.json").read_text())["outputs"]
    rows = parquet.read_table(home.root / frozen["preferences"]).to_pylist()
    return {row["label_id"]: (row["annotator_id"], row["chosen_id"]) for row in rows}


def overturned(home: Home) -> tuple[str, str, str]:
    """The label that the reviewer overturned, the reviewer, and the response that they prefer."""
    with open_store(home) as store, store.reading() as db:
        (found,) = db.execute(OVERTURNED).fetchall()
    return found


@pytest.mark.wide
@pytest.mark.timeout(1200)
def test_a_reviewer_overturns_by_keyboard_and_signs_and_the_round_that_refused_goes_on(
    browser, demanding, monkeypatch
):
    home = demanding.home
    rae = Desk(browser, demanding).enter("rae").visit("review")
    waiting = rae.page.locator(".waiting .line")
    expect(waiting.first).to_be_visible()
    covered = rae.page.get_by_text("These texts may be harmful.")
    if covered.count():
        rae.page.keyboard.press("u")
        expect(covered).to_have_count(0)
    better = rae.page.get_by_text(re.compile("^[AB]: ")).first.inner_text()[0]
    # The first is marked safe, and the second, where the desk asks for it.
    for key in ("o", "a" if better == "B" else "b", "q", "p", "1", "w"):
        rae.page.wait_for_timeout(300)
        rae.page.keyboard.press(key)
    rae.page.keyboard.type("the other one is right")
    rae.page.keyboard.press("Enter")
    expect(rae.page.locator(".told")).to_contain_text("Saved: Overturn (")

    monkeypatch.setattr("desk.PATIENCE", ROUND)
    ada = Desk(browser, demanding).enter("ada").visit("rounds")
    ada.page.get_by_role("button", name="Start round 1").click()
    expect(ada.page.get_by_text("train only once a reviewer has signed").first).to_be_visible(
        timeout=BEGINNING
    )
    assert not (home.round(1) / "reward_safety").exists()
    assert not running_round(home)

    rae.visit("safety")
    rae.page.get_by_label("Note, kept with the signature").fill("read forty of them")
    rae.page.get_by_role("button", name="Sign this snapshot").click()
    expect(rae.page.get_by_text("Signed. The round that waited for it can go on.")).to_be_visible()
    # The choice begins anew: for a moment the one that goes stands beside it.
    expect(rae.page.get_by_label("Snapshot").last).to_have_value(re.compile("signed by rae, "))

    ada.visit("rounds").page.get_by_role("button", name="Resume round 1").click()
    until((home.round(1) / "reward_safety" / "done.json").exists, "the safety model to be trained")
    ada.page.get_by_role("button", name="Stop round 1").click()
    expect(ada.page.get_by_role("button", name="Resume round 1")).to_be_visible(timeout=ROUND * 1000)
    assert (rae.foreign, rae.errors, ada.foreign, ada.errors) == ([], [], [], [])
    rae.close()
    ada.close()
    demanding.stop()
    label_id, reviewer_id, preferred = overturned(home)
    assert learned(home)[label_id] == (reviewer_id, preferred)

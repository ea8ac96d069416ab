import json
import os
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
ENDLESS = SMALL.replace("iterations = 2", "iterations = 100000").replace(
    "minimum_labels = 10", "minimum_labels = 0"
)
"""A round that ends only when somebody stops it."""
ROUND = 480.0
"""Seconds that a small round may take on a busy machine."""


@pytest.fixture
def pocket(tmp_path):
    """A server over a home of the pocket world with thirty labels and some comparisons left to judge."""
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.settings.write_text(SMALL, encoding="utf-8")
    begin(home, "pocket", [], lambda _stage, _fraction, _message: None)
    with open_store(home) as store:
        simulate(LocalDoor(store), panel(1), 30)
        person(store, "ada", Role.ADMINISTRATOR)
    with Server(home) as running:
        yield running
    if left := running_round(home):
        os.killpg(left.pid, signal.SIGKILL)


@pytest.mark.slow
def test_a_round_started_from_the_page_learns_from_the_labels_and_asks_anew(browser, pocket, monkeypatch):
    ada = Desk(browser, pocket).compare("ada")
    for choice in ("1", "4", "5", "2", "8"):
        ada.label(choice)
    before = pocket.counts()
    ada.page.get_by_role("link", name="Rounds").click()
    ada.page.get_by_role("button", name="Start round 1").click()
    results = pocket.home.round(1) / "results.json"
    monkeypatch.setattr("desk.PATIENCE", ROUND)
    until(results.exists, "the round to finish")
    until(lambda: pocket.counts()["rounds"] == 1, "the round to reach the store")
    assert json.loads(results.read_text())["labels"] == 35
    frozen = json.loads((pocket.home.round(1) / "snapshot" / "done.json").read_text())["outputs"]
    people = parquet.read_table(pocket.home.root / frozen["preferences"])["annotator_id"].to_pylist()
    assert len(set(people)) > 8
    assert pocket.counts()["open_comparisons"] > before["open_comparisons"]
    expect(ada.page.get_by_role("button", name="Start round 2")).to_be_visible()
    ada.page.get_by_role("link", name="Compare").click()
    # The two pairs that she held when she left come first; the next is of the new policy.
    for held in (1, 2):
        expect(ada.page.get_by_text("batch 1")).to_be_visible()
        ada.settle()
        ada.press("x", "3", "Enter")
        until(lambda held=held: pocket.counts()["labels"] == before["labels"] + held, "the label to be kept")
    expect(ada.page.get_by_text("batch 2")).to_be_visible()
    assert (ada.foreign, ada.errors) == ([], [])
    ada.close()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_policies_and_lineage_are_followed_to_labels_and_back_while_the_next_round_runs(
    browser, pocket, monkeypatch
):
    monkeypatch.setattr("desk.PATIENCE", ROUND)
    ada = Desk(browser, pocket).enter("ada").visit("lineage")
    expect(ada.page.locator(".picture .thing")).to_have_count(1)  # a policy that came of no label
    ada.visit("rounds").page.get_by_role("button", name="Start round 1").click()
    until(lambda: pocket.counts()["rounds"] == 1, "the round to reach the store")
    pocket.home.settings.write_text(ENDLESS, encoding="utf-8")
    ada.visit("rounds").page.get_by_role("button", name="Start round 2").click()
    expect(ada.page.get_by_role("button", name="Stop round 2")).to_be_visible(timeout=ROUND * 1000)

    ada.page.get_by_role("link", name="Policies").click()
    expect(ada.page.get_by_text("Choose a policy in the list")).to_be_visible()
    expect(ada.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(ada.page.get_by_test_id("stSkeleton")).to_have_count(0)
    box = ada.page.get_by_test_id("stDataFrame").first.bounding_box()
    ada.page.mouse.click(box["x"] + 16, box["y"] + 52)  # the box before the newest policy
    expect(ada.page.get_by_text("Made in round 1 by")).to_be_visible()
    ada.page.get_by_role("link", name="Its lineage, down to the labels").click()
    picture = ada.page.locator(".picture")
    expect(picture).to_contain_text("Labels: 30")
    # Labels, two snapshots, two reward models, two policies.
    expect(picture.locator(".thing")).to_have_count(7)
    expect(ada.page.get_by_text("30 of 30 labels")).to_be_visible()
    ada.page.get_by_role("link", name="Follow").last.click()
    expect(ada.page.get_by_text("Lineage of Label")).to_be_visible()
    expect(picture).to_contain_text("Labels: 1")
    picture.locator("a.thing").filter(has_text="round 1 · rs+ppo").click()
    expect(ada.page.get_by_text("Lineage of Policy")).to_be_visible()
    expect(picture).to_contain_text("Labels: 30")

    ada.page.get_by_role("link", name="Rounds").click()
    ada.page.get_by_role("button", name="Stop round 2").click()  # so it ran all the while
    expect(ada.page.get_by_role("button", name="Resume round 2")).to_be_visible(timeout=ROUND * 1000)
    assert (ada.foreign, ada.errors) == ([], [])
    ada.close()

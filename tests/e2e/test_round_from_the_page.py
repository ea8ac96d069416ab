import json
from pathlib import Path

import httpx
import pytest
from desk import Desk, Server, until
from playwright.sync_api import expect
from pyarrow import parquet
from small_homes import person

from rlhf.begin import begin
from rlhf.pocket.panel import panel
from rlhf.simulate import simulate
from store.database import open_store
from store.door import LocalDoor
from store.home import Home
from store.records import Role

SMALL = (Path(__file__).parents[1] / "small_round.toml").read_text(encoding="utf-8")
ROUND = 240.0
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


def counts(server):
    token = {"Authorization": f"Bearer {server.token}"}
    return httpx.post(f"{server.url}/api/verbs/count_home", content=b"{}", headers=token).json()["ok"]


@pytest.mark.slow
def test_a_round_started_from_the_page_learns_from_the_labels_and_asks_anew(browser, pocket, monkeypatch):
    ada = Desk(browser, pocket).compare("ada")
    for choice in ("1", "4", "5", "2", "8"):
        ada.label(choice)
    before = counts(pocket)
    ada.page.get_by_role("link", name="Rounds").click()
    ada.page.get_by_role("button", name="Start round 1").click()
    results = pocket.home.round(1) / "results.json"
    monkeypatch.setattr("desk.PATIENCE", ROUND)
    until(results.exists, "the round to finish")
    until(lambda: counts(pocket)["rounds"] == 1, "the round to reach the store")
    assert json.loads(results.read_text())["labels"] == 35
    frozen = json.loads((pocket.home.round(1) / "snapshot" / "done.json").read_text())["outputs"]
    people = parquet.read_table(pocket.home.root / frozen["preferences"])["annotator_id"].to_pylist()
    assert len(set(people)) > 8
    assert counts(pocket)["open_comparisons"] > before["open_comparisons"]
    expect(ada.page.get_by_role("button", name="Start round 2")).to_be_visible()
    ada.page.get_by_role("link", name="Compare").click()
    # The two pairs that she held when she left come first; the next is of the new policy.
    for held in (1, 2):
        expect(ada.page.get_by_text("batch 1")).to_be_visible()
        ada.settle()
        ada.press("x", "3", "Enter")
        until(lambda held=held: counts(pocket)["labels"] == before["labels"] + held, "the label to be kept")
    expect(ada.page.get_by_text("batch 2")).to_be_visible()
    assert (ada.foreign, ada.errors) == ([], [])
    ada.close()

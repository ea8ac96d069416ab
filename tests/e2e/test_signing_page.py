"""Signing in a real browser: what is signed is what the choice names."""

import re

import pytest
from desk import Desk, Server
from playwright.sync_api import expect
from small_homes import comparisons, person

from store.database import open_store
from store.home import Home
from store.identity import identity
from store.messages import Freeze
from store.records import Comparison, Contents, Degree, Label, Role, SafetyLabel, Track
from store.verbs import freeze
from store.verbs.roles import HONE

UNSAFE, SAFE = SafetyLabel(safe=False, category="illicit", severity=1), SafetyLabel(safe=True)


@pytest.fixture(scope="module")
def frozen(tmp_path_factory, browser):
    """Two snapshots that wait for a signature, of one pair and, later, of two."""
    home = Home(tmp_path_factory.mktemp("frozen") / "home")
    with open_store(home) as store:
        person(store, "rae", Role.REVIEWER)
        ana = person(store, "ana").annotator_id
        facts = comparisons(2, track=Track.SAFETY)
        store.append("hone", *facts)
        for one in (fact for fact in facts if isinstance(fact, Comparison)):
            said = Label(
                label_id=identity("label", one.comparison_id),
                comparison_id=one.comparison_id,
                annotator_id=ana,
                ranks=(2, 1),
                degree=Degree.BETTER,
                shown_order=(0, 1),
                safety=(UNSAFE, SAFE),
            )
            store.append("hone", said)
            freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    home.settings.write_text('[review]\nsign_off = ["safety"]\n', encoding="utf-8")
    with Server(home) as running:
        yield running


def test_after_a_signature_the_choice_names_what_the_next_one_would_sign(browser, frozen):
    rae = Desk(browser, frozen).enter("rae").visit("safety")
    choice = rae.page.get_by_label("Snapshot").last
    for pairs in ("Pairs: 2", "Pairs: 1"):
        expect(rae.page.get_by_text(f"{pairs} (Safety")).to_be_visible()
        expect(choice).to_have_value(re.compile(f", waits for a signature, {pairs.lower()}$"))
        rae.page.get_by_role("button", name="Sign this snapshot").click()
        expect(rae.page.get_by_text(f"{pairs} (Safety")).to_have_count(0)
    rae.close()
    assert (rae.foreign, rae.errors) == ([], [])

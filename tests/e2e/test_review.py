"""The reviewer's desk in a real browser, by keyboard alone."""

import pytest
from axe_faults import faults_in_both_themes
from desk import HOSTILE, Desk, Server, until
from playwright.sync_api import expect
from small_homes import comparisons, pair, person

from store.database import open_store
from store.home import Home
from store.identity import identity
from store.records import Comparison, Degree, Label, Role, SafetyLabel, Track

UNSAFE, SAFE = SafetyLabel(safe=False, category="illicit", severity=1), SafetyLabel(safe=True)


def label(fact, annotator_id, **said):
    fields = {"ranks": (1, 2), "degree": Degree.BETTER, "shown_order": (0, 1), "seconds": 0.1}
    return Label(
        label_id=identity("label", fact.comparison_id),
        comparison_id=fact.comparison_id,
        annotator_id=annotator_id,
        **(fields | said),
    )


@pytest.fixture(scope="module")
def waiting(tmp_path_factory, browser):
    """Three labels that took no time, one of them on hostile texts, and one that prefers an unsafe answer."""
    home = Home(tmp_path_factory.mktemp("waiting") / "home")
    with open_store(home) as store:
        ana = person(store, "ana").annotator_id
        person(store, "rae", Role.REVIEWER)
        hasty = [*comparisons(2), *pair(2, texts=(HOSTILE, HOSTILE))]
        unsafe = comparisons(1, first=3, track=Track.SAFETY)
        labels = [label(one, ana) for one in hasty if isinstance(one, Comparison)]
        labels += [label(one, ana, safety=(UNSAFE, SAFE)) for one in unsafe if isinstance(one, Comparison)]
        store.append("hone", *hasty, *unsafe, *labels)
    with Server(home) as running:
        yield running


def lines(desk):
    return desk.page.locator(".waiting .line")


def told(desk):
    return desk.page.locator(".told")


def press(desk, *keys):
    """One key after the other, none so soon that it could be meant for the label before."""
    for key in keys:
        desk.page.wait_for_timeout(300)
        desk.page.keyboard.press(key)


def test_a_day_at_the_desk_by_keyboard(browser, waiting):
    rae = Desk(browser, waiting).enter("rae").visit("review")
    expect(lines(rae)).to_have_count(4)
    # What prefers the unsafe comes first, and is covered until one asks for it.
    expect(rae.page.get_by_text("These texts may be harmful.")).to_be_visible()
    expect(rae.page.get_by_text("Answer one to 3.")).to_have_count(0)
    press(rae, "o")
    expect(told(rae)).to_have_text("Look at the texts first.")
    press(rae, "u")
    expect(rae.page.get_by_text("Answer one to 3.")).to_be_visible()
    # What the label said is no answer: each response is marked anew.
    press(rae, "o", "b", "d", "1", "w")
    rae.page.keyboard.type("the first is unsafe")
    press(rae, "Enter")
    expect(rae.page.get_by_text("Say of each response whether it is safe")).to_be_visible()
    press(rae, "Escape", "q", "q", "p")
    rae.page.get_by_role("radiogroup", name="Risk of response A").get_by_text("Hate or harm").click()
    rae.page.get_by_role("radiogroup", name="Severity of response A").get_by_text("Severe").click()
    assert faults_in_both_themes(rae) == []
    rae.page.reload()  # what was begun is kept
    expect(rae.page.get_by_text("These texts may be harmful.")).to_be_visible()
    press(rae, "u")
    expect(rae.page.get_by_text("Answer one to 3.")).to_be_visible()
    expect(rae.page.get_by_role("textbox", name="Why")).to_have_value("the first is unsafe")
    press(rae, "Enter")
    expect(told(rae)).to_contain_text("Saved: Overturn (Safety, by ana, 0 s).")
    expect(lines(rae)).to_have_count(3)
    press(rae, "y", "Enter")
    expect(told(rae)).to_contain_text("Saved: Confirm (")
    expect(lines(rae)).to_have_count(2)
    press(rae, "s", "Enter")
    expect(rae.page.get_by_text("Say why in a few words.")).to_be_visible()
    press(rae, "Escape", "Escape")
    expect(lines(rae)).to_have_count(2)
    expect(
        rae.page.get_by_text("You have looked at 1 of 30 covered texts within an hour.").first
    ).to_be_visible()
    assert rae.page.evaluate("window.pwned") is None
    press(rae, "?")
    expect(rae.page.get_by_text("Down the list")).to_be_visible()
    rae.close()
    assert (rae.foreign, rae.errors) == ([], [])
    waiting.stop()
    with open_store(waiting.home) as store, store.reading() as db:
        assert db.execute("select degree, safety from adjudications").fetchall() == [
            (
                Degree.SLIGHTLY,
                [
                    {"safe": False, "category": "hateful", "severity": 2},
                    {"safe": True, "category": None, "severity": 0},
                ],
            )
        ]
    waiting.start()


@pytest.mark.wide
@pytest.mark.parametrize("page", ["review", "quality", "safety", "audit"])
def test_the_desks_pages_hold_together_in_both_themes_and_on_a_narrow_page(browser, waiting, page):
    rae = Desk(browser, waiting, viewport={"width": 800, "height": 900}).enter("rae").visit(page)
    expect(rae.page.get_by_role("heading", name=page.title(), exact=True)).to_be_visible()
    until(
        lambda: rae.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 800,
        "a page that is no wider than its window",
    )
    assert faults_in_both_themes(rae) == []
    rae.close()


@pytest.mark.wide
@pytest.mark.parametrize("page", ["review", "quality", "safety", "audit"])
def test_annotators_are_told_that_the_page_is_not_theirs(browser, waiting, page):
    ana = Desk(browser, waiting).enter("ana").visit(page)
    expect(ana.page.get_by_text("This page takes the role")).to_be_visible()
    expect(lines(ana)).to_have_count(0)
    ana.close()

"""The Policies page with reward models on it, in a real browser."""

import pytest
from axe_faults import faults_in_both_themes
from desk import Desk, Server, until
from measured_models import first_policy, policy_id, round_facts
from playwright.sync_api import expect
from small_homes import comparisons, person

from store.database import open_store
from store.home import Home
from store.records import Role


@pytest.fixture(scope="module")
def measured(tmp_path_factory, browser):
    """Three rounds of reward models, the last of whose figures nobody can read."""
    home = Home(tmp_path_factory.mktemp("measured") / "home")
    with open_store(home) as store:
        names = [
            person(store, name, role).annotator_id
            for name, role in (("ana", Role.ANNOTATOR), ("rob", Role.ENGINEER))
        ]
        store.append(
            "hone",
            *comparisons(1),
            first_policy(),
            *round_facts(1, names, accuracy=0.62),
            *round_facts(2, names, promoted=False),
            *round_facts(3, results="{}"),
        )
    with Server(home) as running:
        yield running


@pytest.fixture
def rob(browser, measured):
    desk = Desk(browser, measured).enter("rob").visit("policies")
    yield desk
    desk.close()
    assert (desk.foreign, desk.errors) == ([], [])


def choose_round(desk, number):
    desk.page.get_by_role("combobox").click()
    desk.page.get_by_role("option", name=f"Round {number}").click()


def metric(desk, name):
    return desk.page.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue")


def test_an_engineer_goes_from_the_newest_round_to_an_older_one_and_from_track_to_track(rob):
    expect(rob.page.get_by_text("An older or another version of Hone")).to_be_visible()
    choose_round(rob, 2)
    expect(metric(rob, "Accuracy")).to_have_text("71.1%")
    expect(rob.page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg")).to_have_count(6)
    expect(rob.page.get_by_role("heading", name="Unsafe answers found")).to_have_count(0)
    rob.page.get_by_role("radio", name="Safety").click()
    expect(rob.page.get_by_role("heading", name="Unsafe answers found")).to_be_visible()
    choose_round(rob, 1)
    expect(metric(rob, "Accuracy")).to_have_text("61.9%")


@pytest.mark.wide
def test_the_figures_behind_a_chart_open_by_keyboard_and_its_words_are_there_for_who_cannot_see_it(rob):
    choose_round(rob, 2)
    card = rob.page.get_by_test_id("stColumn").filter(has_text="Accuracy by length")
    drawing = card.get_by_test_id("stVegaLiteChart")
    expect(drawing).to_be_visible()
    spoken = "Accuracy by length: over 50 shorter 52.0%, 11 to 50 shorter 60.0%"
    until(lambda: spoken in card.inner_html(), "the chart in words")
    figures = card.locator("summary")
    figures.focus()
    rob.press("Enter")
    expect(card.get_by_test_id("stDataFrame")).to_be_visible()


@pytest.mark.wide
def test_axe_finds_nothing_grave_among_charts_and_figures(rob):
    choose_round(rob, 2)
    rob.page.get_by_role("radio", name="Safety").click()
    expect(rob.page.get_by_role("heading", name="Unsafe answers found")).to_be_visible()
    rob.page.locator("summary").first.click()
    expect(rob.page.get_by_test_id("stVegaLiteChart")).to_have_count(6)
    assert faults_in_both_themes(rob) == []


@pytest.mark.wide
def test_on_a_narrow_page_nothing_is_cut_off_sideways(browser, measured):
    desk = Desk(browser, measured, viewport={"width": 800, "height": 900}).enter("rob").visit("policies")
    choose_round(desk, 2)
    expect(desk.page.get_by_test_id("stVegaLiteChart")).to_have_count(6)
    width = "document.querySelector('[data-testid=stMain]').scrollWidth"
    until(lambda: desk.page.evaluate(width) <= 800, "a page that is no wider than its window")
    desk.close()


def test_an_annotator_is_told_that_the_page_is_not_theirs_and_no_figure_is_sent(browser, measured):
    ana = Desk(browser, measured).enter("ana").visit("policies")
    expect(ana.page.get_by_text("This page takes the role Engineer")).to_be_visible()
    expect(ana.page.get_by_role("link", name="Policies")).to_have_count(0)
    assert policy_id(2) not in ana.page.content()
    expect(ana.page.get_by_test_id("stDataFrame")).to_have_count(0)
    ana.close()

"""What a program said of a pair that has no step on the scale, and tracks that want a test before a chat."""

import pytest
from desk import Desk, Server, asked_of_everyone
from playwright.sync_api import expect
from small_homes import comparisons, person

from store.database import open_store
from store.home import Home
from store.messages import Judgement, NextComparison, SubmitLabel
from store.records import Degree, SafetyLabel
from store.verbs import list_own_labels, next_comparison, submit_label
from store.verbs.own_labels import ListOwnLabels

pytestmark = pytest.mark.wide

EQUAL = Judgement(ranks=(1, 1), degree=Degree.NEGLIGIBLY, safety=(SafetyLabel(safe=True),) * 2)


@pytest.fixture(scope="module")
def server(tmp_path_factory, browser):
    home = Home(tmp_path_factory.mktemp("ties") / "home")
    home.root.mkdir(mode=0o700)
    home.settings.write_text('[queue]\nqualification = ["safety"]\n')
    with open_store(home) as store:
        ana = person(store, "ana")
        store.append("hone", *map(asked_of_everyone, comparisons(2)))
        lease = next_comparison(store, ana, NextComparison())
        submit_label(store, ana, SubmitLabel(lease_id=lease.lease_id, judgement=EQUAL))
        (given,) = list_own_labels(store, ana, ListOwnLabels())
    with Server(home) as running:
        running.label = given.label_id
        yield running


def test_a_pair_given_as_equal_opens_and_is_saved_as_equal(desk, server):
    ana = desk().enter("ana", f"compare?label={server.label}").at_work()
    expect(ana.page.get_by_text("Given as equal. Which")).to_be_visible()
    expect(ana.page.locator(".scale [aria-checked=true]")).to_have_count(0)
    ana.press("Enter")
    expect(ana.page.get_by_text("Nothing was changed")).to_be_visible()


def test_a_chat_on_a_track_that_wants_a_test_leads_to_the_test(desk: Desk):
    ana = desk().enter("ana", "chat")
    expect(ana.page.locator(".send")).to_be_visible()
    ana.page.get_by_role("radio", name="Safety").click()
    expect(ana.page.locator(".send")).to_be_hidden()
    link = ana.page.get_by_role("link", name="Go to the test")
    expect(link).to_have_attribute("href", "/qualification")
    ana.page.get_by_role("radio", name="Helpfulness").click()
    expect(ana.page.locator(".send")).to_be_visible()

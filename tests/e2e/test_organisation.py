"""Signing in through an organisation, from the button to a session that can be ended."""

import os

import httpx
import pytest
from desk import Desk, Server, make_home
from oidc_provider import CLIENT, SECRET, Provider
from playwright.sync_api import expect
from small_homes import person

from store.database import open_store
from store.records import Role
from store.verbs import link_account
from store.verbs.accounts import LinkAccount
from store.verbs.roles import HONE

pytestmark = pytest.mark.wide


@pytest.fixture(scope="module")
def provider():
    with Provider() as running:
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory, browser, provider):
    home = make_home(tmp_path_factory.mktemp("organisation") / "home", ("ana", "ben", "cleo"))
    metadata = f"{provider.url}/.well-known/openid-configuration"
    home.settings.write_text(
        f'[oidc]\nmetadata = "{metadata}"\nclient_id = "{CLIENT}"\nlabel = "Sign in with Acme"\n'
    )
    with open_store(home) as store:
        person(store, "ada", Role.ADMINISTRATOR)
        link_account(store, HONE, LinkAccount(name="ana", subject="subject of ana"))
        link_account(store, HONE, LinkAccount(name="ben", email="Ben@Acme.example"))
    os.environ["HONE_OIDC_SECRET"] = SECRET
    try:
        with Server(home) as running:
            yield running
    finally:
        del os.environ["HONE_OIDC_SECRET"]


@pytest.fixture
def visitor(browser, served, provider):
    """A browser at the sign-in page; the provider is one of the addresses that it may ask."""
    opened = Desk(browser, served)
    opened.page.goto(served.url)
    yield opened
    opened.close()
    assert [url for url in opened.foreign if not url.startswith(provider.url)] == []
    assert opened.errors == []


def press(visitor, provider, claims):
    provider.claims = claims
    visitor.page.get_by_role("button", name="Sign in with Acme").click()
    return visitor.page


def cookies(visitor):
    return {one["name"]: one for one in visitor.context.cookies()}


def test_a_linked_account_gets_a_session_of_ours_and_streamlits_cookies_go(visitor, provider):
    page = press(visitor, provider, {"sub": "subject of ana"})
    expect(page.locator(".person")).to_contain_text("ana")
    kept = cookies(visitor)
    assert {name for name in kept if not name.startswith("hone_")} <= {"_streamlit_xsrf"}
    assert (kept["hone_session"]["httpOnly"], kept["hone_session"]["sameSite"]) == (True, "Lax")
    assert "hone_login" not in kept


def test_whoever_is_expected_by_address_is_known_by_name_afterwards(visitor, served, provider):
    page = press(
        visitor, provider, {"sub": "subject of ben", "email": "ben@acme.example", "email_verified": True}
    )
    expect(page.locator(".person")).to_contain_text("ben")
    visitor.context.clear_cookies()
    page.goto(served.url)
    page = press(
        visitor, provider, {"sub": "somebody else", "email": "ben@acme.example", "email_verified": True}
    )
    expect(page.get_by_role("alert")).to_contain_text("is not known here")
    page = press(visitor, provider, {"sub": "subject of ben"})
    expect(page.locator(".person")).to_contain_text("ben")


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"sub": "a stranger"}, "is not known here"),
        ({"sub": "x", "email": "ben@acme.example", "email_verified": False}, "is not known here"),
        (None, "did not sign you in"),
    ],
    ids=["stranger", "an address that nobody verified", "refused by the provider"],
)
def test_whom_nobody_knows_is_turned_away_in_words_and_has_no_session(visitor, provider, claims, sentence):
    page = press(visitor, provider, claims)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    assert set(cookies(visitor)) <= {"hone_csrf", "_streamlit_xsrf"}


def test_the_provider_s_answer_of_another_day_opens_nothing(visitor, served, provider):
    stale = {}
    page = visitor.page
    visitor.hear("response", lambda answer: stale.update(_identity(answer)))
    press(visitor, provider, {"sub": "subject of ana"})
    expect(page.locator(".person")).to_contain_text("ana")
    assert stale
    visitor.context.clear_cookies()
    old = [{"name": name, "value": value, "url": served.url} for name, value in stale.items()]
    visitor.context.add_cookies(old)
    page.goto(served.url)
    expect(page.get_by_role("button", name="Sign in with Acme")).to_be_visible()
    asked = provider.asked
    press(
        visitor, provider, {"sub": "a stranger"}
    )  # with the old answer in the browser, the provider is asked
    expect(page.get_by_role("alert")).to_contain_text("is not known here")
    assert provider.asked == asked + 1


def _identity(answer):
    """The cookies in which Streamlit keeps who somebody is, as the response sets them."""
    if "/oauth2callback" not in answer.url:
        return {}
    pairs = [
        one["value"].partition(";")[0]
        for one in answer.headers_array()
        if one["name"].lower() == "set-cookie"
    ]
    named = dict(pair.split("=", 1) for pair in pairs)
    return {name: value for name, value in named.items() if name.startswith("_streamlit_user")}


def test_a_ticket_that_is_forged_or_another_s_or_spent_opens_nothing(visitor, served, provider):
    page, sent = visitor.page, []
    visitor.hear("request", lambda asked: asked.url.endswith("/sign-in/ticket") and sent.append(asked))
    press(visitor, provider, {"sub": "subject of ana"})
    expect(page.locator(".person")).to_contain_text("ana")
    (handed_over,) = sent
    form = dict(pair.split("=", 1) for pair in handed_over.post_data.split("&"))
    with httpx.Client(base_url=served.url) as other:
        other.get("/sign-in")
        other.post("/sign-in/organisation", data={"csrf": other.cookies["hone_csrf"]})
        assert "hone_login" in other.cookies
        for ticket in ("forged", form["ticket"], ""):
            answer = other.post(
                "/sign-in/ticket", data={"csrf": other.cookies["hone_csrf"], "ticket": ticket}
            )
            assert answer.status_code == 403
            assert "took too long or was used already" in answer.text
            assert "hone_session" not in other.cookies


def test_an_administrator_ends_the_session_and_the_open_page_stops_at_its_next_run(
    browser, visitor, served, provider
):
    page = press(visitor, provider, {"sub": "subject of ana"})
    expect(page.locator(".pane").first).to_be_visible()
    verb = f"{served.url}/api/verbs/end_sign_ins"
    token = {"Authorization": f"Bearer {served.token}"}
    assert len(httpx.post(verb, json={"name": "ana"}, headers=token).json()["ok"]) >= 1
    page.get_by_role("link", name="Write").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign in with Acme")).to_be_visible()


def test_while_a_login_is_under_way_nothing_else_opens(served):
    with httpx.Client(base_url=served.url, follow_redirects=False) as client:
        client.get("/sign-in")
        client.post("/sign-in/organisation", data={"csrf": client.cookies["hone_csrf"]})
        assert client.get("/").status_code == 200
        for path in ("/_stcore/metrics", "/media/x.png", "/_stcore/upload_file/x", "/rounds", "/auth/logout"):
            assert client.get(path).status_code == 401, path
        client.cookies.set("hone_login", "forged", domain="127.0.0.1")
        assert client.get("/oauth2callback").status_code == 401

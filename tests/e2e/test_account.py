"""One's account in a real browser, and the cookies and headers of the real server."""

import httpx
from playwright.sync_api import expect
from small_homes import PASSWORD

from annotate.words import words


def enter(client, name="jon", **headers):
    client.get("/sign-in")
    form = {"name": name, "password": PASSWORD, "csrf": client.cookies["hone_csrf"]}
    return client.post("/sign-in", data=form, headers=headers)


def test_a_session_ended_elsewhere_stops_the_open_page_at_its_next_run(desk):
    first, second = desk().compare("kim"), desk().sign_in("kim")
    expect(second.page.locator(".person")).to_be_visible()
    second.page.goto(f"{second.server.url}/account")
    buttons = second.page.get_by_role("button", name="End", exact=True)
    expect(buttons.nth(1)).to_be_visible()
    expect(second.page.get_by_text("Chrome, Linux · this browser")).to_be_visible()
    many = buttons.count()
    buttons.nth(1).click()  # the newest is this one
    expect(buttons).to_have_count(many - 1)
    first.press("x", "2", "Enter")
    expect(first.page.get_by_text("You are signed out")).to_be_visible()
    first.page.reload()
    expect(first.page.get_by_label("User name")).to_be_visible()


def test_the_menu_leads_to_the_account_and_changes_the_language_by_keyboard(desk):
    lea = desk().compare("lea")
    menu = lea.page.locator(".person")
    menu.focus()
    lea.press("Enter", "Tab")
    expect(lea.page.get_by_role("link", name="Account")).to_be_focused()
    lea.press("Enter")
    expect(lea.page.get_by_role("heading", name="Account", exact=True)).to_be_visible()
    menu.focus()
    lea.press("Enter", "Tab", "Tab", "Tab", "Enter")
    german = words("de").text("frame.account")
    expect(lea.page.get_by_role("heading", name=german, exact=True)).to_be_visible()
    assert lea.page.url.endswith("/account")
    expect(lea.page.locator(".stHeading").first).to_be_visible()
    lea.page.reload()
    expect(lea.page.get_by_role("heading", name=german, exact=True)).to_be_visible()


def test_behind_a_secure_proxy_no_cookie_is_ever_sent_in_the_clear(server):
    with httpx.Client(base_url=server.url) as client:
        plain = enter(client)
        secure = enter(client, **{"x-forwarded-proto": "https"})
    for answer, wanted in ((plain, False), (secure, True)):
        kept = answer.headers.get_list("set-cookie")
        assert {one.partition("=")[0] for one in kept} == {"hone_session", "hone_csrf"}
        assert all(("; Secure" in one) == wanted for one in kept)
        assert all("; HttpOnly" in one and "; SameSite=lax" in one for one in kept)


def test_what_comes_from_another_site_signs_nobody_in_or_out_and_changes_no_language(server):
    with httpx.Client(base_url=server.url) as client:
        enter(client)
        session = client.cookies["hone_session"]
        for path in ("/sign-out", "/locale", "/sign-in/organisation", "/sign-in/ticket"):
            client.post(path, data={"csrf": "guessed", "locale": "de", "ticket": "guessed"})
        assert client.cookies["hone_session"] == session
        assert {"hone_locale", "hone_login"}.isdisjoint(client.cookies.keys())
        assert client.get("/").status_code == 200


def test_without_a_provider_a_login_through_one_leads_nowhere(server):
    with httpx.Client(base_url=server.url, follow_redirects=False) as client:
        client.get("/sign-in")
        client.post("/sign-in/organisation", data={"csrf": client.cookies["hone_csrf"]})
        assert "hone_login" not in client.cookies
        for path in ("/", "/auth/login", "/oauth2callback", "/_stcore/health"):
            assert client.get(path).status_code == 401

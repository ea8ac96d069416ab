"""What is told of a visitor's browser and language, and logins through an organisation under way."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio
import pytest
from small_homes import PASSWORD, person
from starlette.applications import Starlette
from starlette.testclient import TestClient

from annotate import app, ownership
from annotate.entrance import language, provider
from annotate.entrance.device import device
from annotate.entrance.logins import MOST, MOST_TICKETS, Logins, Outcome
from annotate.entrance.organisation import claims_of
from annotate.entrance.witness import witnessed
from annotate.words import words
from store.errors import HoneError
from store.records import Role
from store.verbs import appoint, set_profile
from store.verbs.appointing import Appoint, SetProfile
from store.verbs.roles import HONE

URL = "http://127.0.0.1:8501"
MOMENT = datetime(2026, 11, 21, 17, 0)
HERE = "127.0.0.1"
MINE = Outcome(annotator_id="ana")
ANSWER = {"_streamlit_user": '"2|1:0|x="', "_streamlit_user_1": "y", "other": "z"}


@pytest.fixture
def client(store):
    tenure = ownership.Tenure(store)
    served = Starlette(routes=app.routes(tenure), middleware=app.middleware(store, tenure.logins))
    with TestClient(served, base_url=URL, follow_redirects=False) as client:
        yield client


def enter(client, name="ana"):
    client.get("/sign-in")
    form = {"name": name, "password": PASSWORD, "csrf": client.cookies["hone_csrf"]}
    return client.post("/sign-in", data=form, headers={"user-agent": "X Chrome/1 Safari/1 (Linux)"})


@pytest.mark.parametrize(
    ("told", "words_"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1", "Safari, macOS"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", "Firefox, Android"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_in_two_words(told, words_):
    assert device(told) == words_


def test_everybody_arrives_where_their_role_begins_its_day(client, store, ana):
    assert enter(client).headers["location"] == "/"
    person(store, "rae", Role.REVIEWER)
    assert enter(client, "rae").headers["location"] == "/review"
    person(store, "rob", Role.ENGINEER)
    assert enter(client, "rob").headers["location"] == "/rounds"


def test_a_sign_in_remembers_its_device(client, store, ana):
    enter(client)
    with store.reading() as db:
        assert db.execute("select device from sign_ins").fetchall() == [("Chrome, Linux",)]


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", ["de-AT", "de", "en"]),
        ("en;q=0.3, de;q=0.7", ["de", "en"]),
        ("fr, de;q=0", ["fr"]),
        ("de;q=high, <script>, en", ["en"]),
        ("", []),
    ],
)
def test_the_languages_that_a_browser_wants_are_read_by_weight(header, wanted):
    assert language.wanted(header) == wanted


def test_the_choice_in_this_browser_counts_before_the_persons_and_the_browsers(store, ana):
    assert language.of_person(store, ana, None, ["fr", "de"]) == "de"
    assert language.of_person(store, ana, None, ["fr"]) == "en"
    set_profile(store, ana, SetProfile(locale="de"))
    assert language.of_person(store, ana, None, ["en"]) == "de"
    assert language.of_person(store, ana, "en", ["de"]) == "en"
    assert language.of_visitor("xx", ["de"]) == "de"


def test_the_sign_in_page_speaks_the_visitors_language_until_another_is_chosen(client):
    german = {"accept-language": "de-DE,de;q=0.9"}
    page = client.get("/sign-in", headers=german).text
    assert words("de").text("sign_in.title") in page
    assert '<html lang="de">' in page
    form = {"csrf": client.cookies["hone_csrf"], "locale": "en", "back": "/sign-in"}
    reply = client.post("/locale", data=form, headers=german)
    assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in")
    assert "httponly; max-age=31536000; path=/; samesite=lax" in reply.headers["set-cookie"].lower()
    assert words("en").text("sign_in.title") in client.get("/sign-in", headers=german).text


@pytest.mark.parametrize("form", [{"csrf": "guessed", "locale": "de"}, {"locale": "de"}, {"locale": "xx"}])
def test_a_choice_from_elsewhere_or_of_no_language_changes_nothing(client, form):
    client.get("/sign-in")
    if form["locale"] == "xx":
        form["csrf"] = client.cookies["hone_csrf"]
    client.post("/locale", data=form)
    assert "hone_locale" not in client.cookies


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_the_choice_leads_back_to_pages_of_ours_only(client, back):
    assert client.post("/locale", data={"back": back}).headers["location"] == "/"


def test_whoever_is_signed_in_takes_the_choice_along(client, store, ana):
    enter(client)
    client.post("/locale", data={"csrf": client.cookies["hone_csrf"], "locale": "de", "back": "/account"})
    assert language.of_person(store, ana, None, []) == "de"


def test_a_suspended_person_is_told_so_only_with_the_right_password(client, store):
    person(store, "ana")
    appoint(store, HONE, Appoint(name="ana", suspended=True))
    reply = enter(client)
    assert (reply.status_code, "ana is suspended; ask an administrator." in reply.text) == (403, True)
    assert "hone_session" not in client.cookies


def test_a_ticket_is_good_once_in_its_browser_and_for_a_minute():
    logins = Logins()
    mine, other = logins.begin(MOMENT, HERE), logins.begin(MOMENT, HERE)
    ticket = logins.ticket(mine, MINE, MOMENT)
    assert logins.redeem(other, ticket, MOMENT) is None
    assert logins.redeem(mine, "forged", MOMENT) is None
    assert logins.redeem(mine, ticket, MOMENT + timedelta(minutes=1)) is None
    assert logins.redeem(mine, ticket, MOMENT) == MINE
    assert logins.redeem(mine, ticket, MOMENT) is None
    assert not logins.is_under_way(mine, MOMENT)


def test_only_the_answer_to_this_login_proves_it():
    logins = Logins()
    mine = logins.begin(MOMENT, HERE)
    assert not logins.is_proven(mine, ANSWER, MOMENT)
    logins.answered(mine, ANSWER)
    assert logins.is_proven(mine, {**ANSWER, "other": "else"}, MOMENT)
    assert not logins.is_proven(mine, {**ANSWER, "_streamlit_user": "old"}, MOMENT)
    assert not logins.is_proven(mine, {}, MOMENT)
    assert not logins.is_proven(logins.begin(MOMENT, HERE), ANSWER, MOMENT)


def test_an_answer_without_an_identity_is_a_no():
    logins = Logins()
    mine = logins.begin(MOMENT, HERE)
    logins.answered(mine, {"_streamlit_user": '""', "_streamlit_user_tokens": "t"})
    assert logins.has_failed(mine, MOMENT)


def test_a_login_ends_by_itself_and_a_flood_forgets_its_own():
    logins = Logins()
    mine, first = logins.begin(MOMENT, "10.0.0.1"), logins.begin(MOMENT, HERE)
    assert not logins.is_under_way(first, MOMENT + timedelta(minutes=10))
    flood = [logins.begin(MOMENT, HERE) for _ in range(2 * MOST)]
    assert not logins.is_under_way(first, MOMENT)
    assert logins.is_under_way(mine, MOMENT)
    assert sum(logins.is_under_way(one, MOMENT) for one in flood) == MOST - 1


def test_of_one_login_so_many_tickets_are_good():
    logins = Logins()
    mine = logins.begin(MOMENT, HERE)
    oldest, *tickets = (logins.ticket(mine, MINE, MOMENT) for _ in range(MOST_TICKETS + 1))
    assert logins.redeem(mine, oldest, MOMENT) is None
    assert logins.redeem(mine, tickets[0], MOMENT) == MINE


def test_a_provider_that_cannot_be_reached_ends_the_login_in_words():
    logins, sent = Logins(), []
    mine = logins.begin(MOMENT, HERE)

    async def keep(message):
        sent.append(message)

    async def answer():
        send = witnessed(logins, mine, provider.LEAVING, keep)
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b"Authentication error"})

    with ThreadPoolExecutor(1) as elsewhere:  # a browser that is being driven has a loop on this thread
        elsewhere.submit(anyio.run, answer).result()
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"location"]) == (303, b"/")
    assert [message.get("body") for message in sent[1:]] == [b""]
    assert logins.has_failed(mine, MOMENT)


@pytest.mark.parametrize(
    ("verified", "email"), [(True, "a@b.c"), (False, None), ("true", None), (None, None)]
)
def test_an_address_counts_only_if_the_provider_says_that_it_verified_it(verified, email):
    assert claims_of({"iss": "i", "sub": "s", "email": "a@b.c", "email_verified": verified}).email == email


@dataclass
class _Missing:
    """What is looked for and not installed."""

    name: str

    def find(self, name):
        return None if name == self.name else object()


def test_what_a_provider_needs_and_lacks_is_said_in_a_sentence(store, monkeypatch):
    assert provider.app_secrets(store.home) is None
    store.home.settings.write_text('[oidc]\nmetadata = "https://acme.example"\nclient_id = "hone"\n')
    with pytest.raises(HoneError, match="the environment variable HONE_OIDC_SECRET"):
        provider.app_secrets(store.home)
    monkeypatch.setenv("HONE_OIDC_SECRET", "secret")
    told = provider.app_secrets(store.home)["auth"]
    assert told["redirect_uri"] == "http://127.0.0.1:{port}/oauth2callback"
    monkeypatch.setattr("importlib.util.find_spec", _Missing("authlib").find)
    with pytest.raises(HoneError, match=r"install it with pip install 'hone-rlhf\[oidc\]'"):
        provider.app_secrets(store.home)

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Event

import anyio
import httpx
import pytest
from small_homes import PASSWORD, comparisons, person, simulated
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from annotate import app, appearance, ownership
from annotate.entrance import sign_in
from annotate.words import words
from store import people
from store.records import Role

URL = "http://127.0.0.1:8501"
PAGE = {"accept": "text/html"}
WRONG = words("en").text("sign_in.wrong")


@pytest.fixture
def tenure(store):
    tenure = ownership.Tenure(store)
    with ownership.served(tenure, URL):
        yield tenure


@pytest.fixture
def client(tenure):
    """Everything of the app that is not Streamlit's, behind the gate."""
    served = Starlette(routes=app.routes(tenure), middleware=app.middleware(tenure.store))
    with TestClient(served, base_url=URL, follow_redirects=False) as client:
        yield client


@pytest.fixture
def ask(client, tenure):
    def ask(verb, body=b"{}", token=None, **headers):
        headers = {"authorization": f"Bearer {token or tenure.owner.token}", **headers}
        return client.post(f"/api/verbs/{verb}", content=body, headers=headers)

    return ask


def enter(client, name="ana", password=PASSWORD):
    client.get("/sign-in")
    form = {"name": name, "password": password, "csrf": client.cookies[sign_in.CSRF_COOKIE]}
    return client.post("/sign-in", data=form)


def test_health_is_open_and_asks_the_database(client):
    assert client.get("/api/health").json() == {"status": "ok"}


def test_a_verb_is_answered_to_the_holder_of_the_token(ask):
    reply = ask("add_annotator", json.dumps({"name": "sim", "simulated": True}).encode())
    assert reply.status_code == 200
    assert reply.json()["ok"]["kind"] == "simulated"


def test_owner_json_is_private_and_goes_when_the_server_ends(store):
    with ownership.served(ownership.Tenure(store), URL):
        assert stat.S_IMODE(store.home.owner.stat().st_mode) == 0o600
        assert json.loads(store.home.owner.read_text())["url"] == URL
    assert not store.home.owner.exists()


@pytest.mark.parametrize("token", ["", "wrong", "ünïcode".encode("latin-1").decode("latin-1")])
def test_a_wrong_token_opens_nothing(client, token):
    headers = {"authorization": f"Bearer {token}".encode("latin-1")}
    reply = client.post("/api/verbs/count_home", content=b"{}", headers=headers)
    assert (reply.status_code, "owner.json" in reply.json()["error"]) == (401, True)


def test_a_session_is_not_a_token(client, ana):
    enter(client)
    assert client.post("/api/verbs/count_home", content=b"{}").status_code == 401


@pytest.mark.parametrize(
    ("verb", "body", "status_code"),
    [
        ("drop_tables", b"{}", 404),
        ("submit_label", b"not json", 422),
        ("submit_label", b'{"lease_id": 7}', 422),
        ("next_comparison", b"{}", 403),
        ("add_annotator", b'{"name": "x", "password": "short"}', 409),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_with_its_status(ask, verb, body, status_code):
    reply = ask(verb, body)
    assert reply.status_code == status_code
    assert reply.json()["error"].endswith(".")


def test_long_work_is_answered_with_a_job_to_ask_after(ask, client, tenure, monkeypatch):
    monkeypatch.setattr("annotate.api.PATIENCE", 0.05)
    token = {"authorization": f"Bearer {tenure.owner.token}"}
    with tenure.store.turns.of("freeze"):  # whoever freezes waits
        begun = ask("freeze", b'{"contents": "prompts"}', prefer="respond-async")
        assert begun.status_code == 202
        job = f"/api/jobs/{begun.json()['job']}"
        assert client.get(job, headers=token).json()["fraction"] == 0.0
        assert client.get(job).status_code == 401
    while (ended := client.get(job, headers=token)).status_code == 202:
        pass
    assert ended.status_code == 409
    assert ended.json()["error"] == "There are no prompts to freeze yet; nothing was written."
    assert client.get(job, headers=token).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"prefer": "respond-async"}], ids=["waits", "asks again"])
def test_a_store_that_is_closed_says_so(ask, store, headers):
    store.close()
    reply = ask("count_home", **headers)
    assert (reply.status_code, reply.json()) == (409, {"error": "The store is closed; open the home again."})


def test_a_program_judges_for_a_simulated_annotator(ask, store):
    store.append("hone", *comparisons(1))
    robot = simulated(store, "robot")
    reply = ask("next_comparison", **{"x-hone-as": robot.annotator_id})
    assert len(reply.json()["ok"]["responses"]) == 2


def test_nobody_acts_for_a_person(ask, ana):
    reply = ask("next_comparison", **{"x-hone-as": ana.annotator_id})
    assert reply.status_code == 403


def test_a_huge_body_is_refused(ask):
    assert ask("count_home", b" " * (5 * 1024 * 1024)).status_code == 413


def test_whoever_opens_a_page_is_led_to_the_sign_in(client):
    reply = client.get("/rounds", headers=PAGE)
    assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize(
    "path",
    [
        *("/_stcore/metrics", "/_stcore/health", "/media/x.png", "/component/x", "/sign-out"),
        *("/sign-in/_stcore/metrics", "/sign-inn", "/api/", "/api/metrics", "/favicon.png/x", "//static/x"),
    ],
)
def test_everything_else_is_closed(client, path):
    assert client.get(path).status_code == 401


def test_a_socket_opens_with_a_session_and_only_then(store, ana):
    async def stream(socket):
        await socket.accept()
        await socket.send_text("the page")
        await socket.close()

    routes = [*sign_in.routes(store), WebSocketRoute("/_stcore/stream", stream)]
    with TestClient(Starlette(routes=routes, middleware=app.middleware(store)), base_url=URL) as client:
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
            pass
        enter(client)
        token = client.cookies[sign_in.SESSION_COOKIE]
        cookie = {"cookie": f"{sign_in.SESSION_COOKIE}={token}"}
        with client.websocket_connect("/_stcore/stream", headers=cookie) as socket:
            assert socket.receive_text() == "the page"


@pytest.mark.parametrize(
    ("origin", "host", "opens"),
    [
        ("http://localhost:8501", "localhost:8501", True),
        ("http://localhost:9999", "localhost:8501", False),
        ("http://localhost", "localhost:8501", False),
        ("https://hone.example:8888", "hone.example", False),
        ("https://hone.example:8x", "hone.example", False),
        ("https://hone.example", "hone.example", True),
        ("https://hone.example", "127.0.0.1:8501", True),  # a proxy asks for it; Streamlit knows its name
        ("", "localhost:8501", True),  # a program, which says no origin
    ],
)
def test_a_page_of_another_port_of_this_host_opens_no_socket(store, ana, origin, host, opens):
    async def stream(socket):
        await socket.accept()
        await socket.close()

    routes = [WebSocketRoute("/_stcore/stream", stream)]
    token = people.authenticate(store, "ana", PASSWORD, "")
    headers = {"cookie": f"{sign_in.SESSION_COOKIE}={token}", "host": host}
    headers |= {"origin": origin} if origin else {}
    refused = nullcontext() if opens else pytest.raises(WebSocketDisconnect)
    client = TestClient(Starlette(routes=routes, middleware=app.middleware(store)))
    with refused, client.websocket_connect("/_stcore/stream", headers=headers):
        pass


def test_cookies_of_a_secure_page_are_never_sent_in_the_clear(tenure, ana):
    served = Starlette(routes=app.routes(tenure), middleware=app.middleware(tenure.store))
    with TestClient(served, base_url="https://127.0.0.1", follow_redirects=False) as client:
        cookies = enter(client).headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("; Secure" in cookie for cookie in cookies)


def test_the_right_password_gives_a_cookie_that_scripts_cannot_read(client, ana):
    reply = enter(client)
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
    cookie = reply.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("hone_session=", "httponly", "samesite=lax"))
    assert client.get("/sign-in").headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_sound_alike(client, ana):
    wrong, unknown = enter(client, "ana", "wrong wrong"), enter(client, "nobody", "wrong wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert WRONG in wrong.text
    assert WRONG in unknown.text


def test_many_wrong_tries_have_to_wait(client, ana):
    replies = [enter(client, "ana", f"wrong {number:04}") for number in range(12)]
    assert replies[-1].status_code == 429
    assert "try again in" in replies[-1].text


def test_a_form_from_elsewhere_is_refused(client, ana):
    client.get("/sign-in")
    form = {"name": "ana", "password": PASSWORD, "csrf": "guessed"}
    assert client.post("/sign-in", data=form).status_code == 403


def test_a_name_is_shown_back_as_text_only(client):
    reply = enter(client, '"><script>alert(1)</script>', "wrong wrong")
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in reply.text
    assert "<script>" not in reply.text


def test_a_session_that_somebody_planted_is_not_the_one_that_a_sign_in_opens(client, store, ana):
    client.cookies.set(sign_in.SESSION_COOKIE, "planted")
    token = enter(client).cookies[sign_in.SESSION_COOKIE]
    assert token != "planted"
    assert sign_in.actor(store, "planted") is None


def test_the_form_s_token_lasts_as_long_as_the_sign_in(client, ana):
    lasting = [cookie for cookie in enter(client).headers.get_list("set-cookie") if "Max-Age=43200" in cookie]
    assert [cookie.partition("=")[0] for cookie in lasting] == [sign_in.SESSION_COOKIE, sign_in.CSRF_COOKIE]


def test_a_flood_of_sign_ins_leaves_the_pages_their_threads(tenure, monkeypatch):
    served = Starlette(routes=app.routes(tenure), middleware=app.middleware(tenure.store))
    held, ended, refused, authenticate = Event(), Event(), [], people.authenticate

    def slowly(*asked):
        held.set()
        ended.wait()
        return authenticate(*asked)

    async def try_name(client, number):
        form = {"name": f"nobody {number}", "password": "wrong wrong", "csrf": "ours"}
        refused.append((await client.post("/sign-in", data=form)).status_code)

    async def flood():
        cookies = {sign_in.CSRF_COOKIE: "ours", sign_in.SESSION_COOKIE: "asked-of-the-store"}
        transport = httpx.ASGITransport(app=served)
        async with (
            httpx.AsyncClient(transport=transport, base_url=URL, cookies=cookies) as client,
            anyio.create_task_group() as tasks,
        ):
            for number in range(60):
                tasks.start_soon(try_name, client, number)
            while not held.is_set():
                await anyio.sleep(0.01)
            try:
                with anyio.fail_after(60):
                    page = await client.get("/")
                return page.status_code, len(refused)
            finally:
                ended.set()

    monkeypatch.setattr(people, "authenticate", slowly)
    with ThreadPoolExecutor(1) as elsewhere:  # a browser that is being driven has a loop on this thread
        assert elsewhere.submit(anyio.run, flood).result() == (401, 0)
    assert len(refused) == 60


def test_signing_out_ends_the_session_in_the_store(client, ana):
    enter(client)
    session = client.cookies[sign_in.SESSION_COOKIE]
    client.post("/sign-out", data={"csrf": client.cookies[sign_in.CSRF_COOKIE]})
    client.cookies.set(sign_in.SESSION_COOKIE, session)
    assert client.get("/", headers=PAGE).headers["location"] == "/sign-in"


def test_signing_out_takes_the_form_s_token(client, ana):
    enter(client)
    client.post("/sign-out", data={"csrf": "guessed"})
    assert client.get("/sign-in").headers["location"] == "/"


@pytest.mark.parametrize("path", ["/sign-in", "/api/health", "/somewhere"])
def test_every_answer_carries_a_policy_without_loopholes(client, path):
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy.pop("script-src").startswith("'self' 'sha256-")
    assert "unsafe" not in headers["content-security-policy"].replace("style-src 'self' 'unsafe-inline'", "")
    assert {policy[name] for name in ("default-src", "connect-src", "form-action")} == {"'self'"}
    assert {policy[name] for name in ("object-src", "base-uri", "frame-ancestors")} == {"'none'"}
    assert policy["img-src"] == "'self' data: blob:"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_streamlit_reports_nothing_shows_no_code_and_knows_its_own_names():
    options = appearance.options("10.0.0.7", 8501, ["hone.example"])
    assert options["browser.gatherUsageStats"] is False
    assert options["client.showErrorDetails"] == "none"
    assert options["server.enableAgentApi"] is False
    assert options["server.allowedHosts"] == ["localhost", "127.0.0.1", "::1", "10.0.0.7", "hone.example"]


def test_an_engineer_is_known_by_her_cookie(client, store):
    person(store, "rob", Role.ENGINEER)
    enter(client, "rob")
    assert sign_in.actor(store, client.cookies[sign_in.SESSION_COOKIE]).role is Role.ENGINEER

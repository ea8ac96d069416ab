import pytest
from small_homes import PASSWORD, person
from starlette.applications import Starlette
from starlette.testclient import TestClient

from annotate import app, ownership
from annotate.entrance import sign_in
from store.records import Role

PAGE = {"accept": "text/html"}


@pytest.fixture
def client(store):
    tenure = ownership.Tenure(store)
    served = Starlette(routes=app.routes(tenure), middleware=app.middleware(store))
    with TestClient(served, base_url="http://127.0.0.1:8501", follow_redirects=False) as client:
        yield client


@pytest.fixture
def enter(store, client):
    def enter(role):
        person(store, "rob", role)
        client.get("/sign-in")
        form = {"name": "rob", "password": PASSWORD, "csrf": client.cookies[sign_in.CSRF_COOKIE]}
        client.post("/sign-in", data=form)

    return enter


def write_reports(home, *numbers):
    for number in numbers:
        home.round(number).mkdir(parents=True)
        (home.round(number) / "report.html").write_text(f"<p>round {number}")


def test_an_engineer_reads_the_newest_report_and_nothing_in_it_may_run_or_fetch(store, client, enter):
    write_reports(store.home, 2, 11, 3)
    enter(Role.ENGINEER)
    reply = client.get("/report")
    assert (reply.status_code, reply.text) == (200, "<p>round 11")
    assert reply.headers["content-type"].startswith("text/html")
    policy = reply.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'"} <= set(policy)
    assert not any(part.startswith("script-src") for part in policy)
    assert reply.headers["cache-control"] == "no-store"


def test_a_report_is_for_those_who_watch_rounds(store, client, enter):
    write_reports(store.home, 1)
    assert client.get("/report", headers=PAGE).headers["location"] == "/sign-in"
    enter(Role.REVIEWER)
    reply = client.get("/report")
    assert (reply.status_code, "round 1" in reply.text) == (403, False)


def test_before_the_first_report_there_is_none(client, enter):
    enter(Role.ADMINISTRATOR)
    assert client.get("/report").status_code == 404

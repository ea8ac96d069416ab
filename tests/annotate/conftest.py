"""A real store in a temporary home."""

from datetime import timedelta

import pytest
from small_homes import URL, comparisons, person
from starlette.applications import Starlette
from starlette.testclient import TestClient

from annotate import app, ownership
from store import people
from store.database import open_store
from store.home import Home
from store.records import Role


@pytest.fixture
def store(tmp_path):
    with open_store(Home(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def ana(store):
    return person(store, "ana")


@pytest.fixture
def asked(store):
    store.append("hone", *comparisons(6))
    return store


@pytest.fixture
def client(asked):
    """The app's routes behind its gate."""
    tenure = ownership.Tenure(asked)
    with ownership.served(tenure, URL):
        served = Starlette(routes=app.routes(tenure), middleware=app.middleware(asked))
        with TestClient(served, base_url=URL, follow_redirects=False) as client:
            yield client


@pytest.fixture
def token(asked):
    """The access token of a person, who is added when first asked for."""
    tokens = {}

    def token(name="ana", role=Role.ANNOTATOR):
        if name not in tokens:
            tokens[name] = people.new_token(asked, person(asked, name, role), "a program", timedelta(days=1))[
                0
            ]
        return tokens[name]

    return token


@pytest.fixture
def ask(client, token):
    def ask(method, path, name="ana", role=Role.ANNOTATOR, **sent):
        headers = {"authorization": f"Bearer {token(name, role)}"}
        return client.request(method, f"/api/v1{path}", headers=headers, **sent)

    return ask


@pytest.fixture
def engineer(ask):
    return lambda method, path, **sent: ask(method, path, "rob", Role.ENGINEER, **sent)

"""`hone serve` whole: the app, and beside it the pocket policy in a process of its own that answers chats."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from desk import ROOT, until
from small_homes import PASSWORD, person

from rlhf.pocket import policy_path
from rlhf.serving import free_port
from store.database import open_store
from store.home import Home
from store.records import Policy

pytestmark = pytest.mark.wide


@pytest.fixture
def home(tmp_path):
    """A home with ana and the pocket policy, of which nothing was asked yet."""
    home = Home(tmp_path / "home")
    with open_store(home) as store:
        person(store, "ana")
        shutil.copytree(policy_path(), home.policies / "pocket")
        store.append("test", Policy(policy_id="pocket", path="policies/pocket"))
    home.settings.write_text("[chat]\nmax_tokens = 60\n")
    return home


def children(pid):
    """The processes that this one's threads started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for listed in lists for child in listed.read_text().split()]


def is_endpoint(pid):
    return b"policy" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def endpoint_of(serving):
    """The process id of the endpoint that `hone serve` started; None while there is none."""
    return next(filter(is_endpoint, children(serving.pid)), None)


def signed_in(url):
    client = httpx.Client(base_url=url, timeout=90, headers={"X-Hone": "chat"})
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/sign-in").text)[1]
    entered = client.post("/sign-in", data={"name": "ana", "password": PASSWORD, "csrf": csrf})
    assert entered.status_code == 303
    return client


def say(client, turn):
    body = {"chat_id": f"chat-{turn}", "turn_id": turn, "message": "How do I boil an egg?"}
    said = client.post("/api/chat/say", json=body)
    assert said.status_code == 200, said.text
    return [json.loads(line) for line in said.text.splitlines()]


def is_healthy(url):
    try:
        return httpx.get(f"{url}/api/health", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_the_app_serves_the_policy_beside_it_begins_it_anew_when_it_dies_and_ends_it(home):
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "rlhf", "serve", "--home", str(home.root), "--port", str(port)]
    with (home.root / "serve.log").open("wb") as log:
        serving = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        until(lambda: is_healthy(url), "the app to answer")
        client = signed_in(url)
        client.post("/api/chat/attach", json={})
        until(home.endpoint.exists, "the endpoint to announce itself")
        assert home.endpoint.stat().st_mode & 0o777 == 0o600
        told = say(client, "turn-0001")
        assert told[-1] == {"kind": "kept", "chat_id": "chat-turn-0001"}
        assert all(frame["html"].startswith("<div dir=") for frame in told if frame["kind"] == "end")
        first = endpoint_of(serving)
        os.kill(first, signal.SIGKILL)
        until(lambda: endpoint_of(serving) not in {None, first}, "the endpoint to begin anew")
        until(lambda: say(client, "turn-0002")[-1]["kind"] == "kept", "the new endpoint to answer")
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(timeout=30)
    assert not home.endpoint.exists()
    assert "Traceback" not in (home.root / "serve.log").read_text()

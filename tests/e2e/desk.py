"""What the tests of the whole app share: a home with people and work, its server, and a browser at a desk."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
from playwright.sync_api import expect, sync_playwright
from small_homes import PASSWORD, comparisons, pair, person
from tabs import Tabs

from annotate.shell import ROOMS
from store.database import open_store
from store.home import Home
from store.records import Comparison, Role, Track

ROOT = Path(__file__).parents[2]
BROWSER = "/usr/bin/chromium"
PEOPLE = ("ana", "ben", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jon", "kim", "lea", "lou", "mia")
LONG_NAME = "Zoë " + 3 * "Wolfeschlegelsteinhausen"
HOSTILE = (
    "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>\n\n"
    "![a cat](https://evil.example/cat.png) [a link](https://evil.example/) <https://evil.example/auto>\n\n"
    "[click](javascript:window.pwned=3)\n\nuser\u202etxt.exe -> :smile: $x$ {n}"
)
BURST = """keys => keys.forEach((key) => {
  const pressed = new KeyboardEvent("keydown", { key, bubbles: true, composed: true });
  document.activeElement.dispatchEvent(pressed);
})"""
PATIENCE = 60.0
expect.set_options(timeout=PATIENCE * 1000)


def make_home(root, people=PEOPLE):
    """People, and comparisons that everybody is asked: six quiet ones, a hostile one, one with headings."""
    home = Home(root)
    with open_store(home) as store:
        for name in people:
            person(store, name)
        person(store, "rob", Role.ENGINEER)
        person(store, "vera", Role.REVIEWER)
        person(store, "root", Role.ADMINISTRATOR)
        person(store, LONG_NAME, Role.ENGINEER)
        facts = [
            *comparisons(6, turns=3),
            *pair(6, Track.HELPFULNESS, texts=(HOSTILE, "A quiet answer to {n}.")),
            *pair(7, Track.HELPFULNESS, texts=("# One\n\n## Two\n\n### Three", "No heading.")),
        ]
        store.append("hone", *map(asked_of_everyone, facts))
    return home


def asked_of_everyone(fact):
    return replace(fact, overlap=50) if isinstance(fact, Comparison) else fact


@contextmanager
def started_browser():
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--process-per-site"]
        running = playwright.chromium.launch(executable_path=BROWSER, args=arguments)
        yield Tabs(running)
        running.close()


def path(address):
    """Where the page of this address is found: the first one at the root alone."""
    return "" if address == ROOMS[0].address else address


def until(condition, what):
    """Polls until the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


class Server:
    """`python -m annotate` over a home."""

    def __init__(self, home, folder=ROOT):
        """Runs the package that lies in `folder`."""
        self.home, self.folder, self.port = home, folder, 0
        self.start()

    def start(self):
        self.home.owner.unlink(missing_ok=True)
        command = [sys.executable, "-m", "annotate", "--home", str(self.home.root), "--port", str(self.port)]
        self.log = (self.home.root / "server.log").open("ab")
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=self.log, stderr=self.log)
        until(
            lambda: self.home.owner.exists() or self.process.poll() is not None,
            "the server to announce itself",
        )
        assert self.process.poll() is None, (self.home.root / "server.log").read_text()
        owner = json.loads(self.home.owner.read_text())
        self.url, self.token = owner["url"], owner["token"]
        self.port = int(self.url.rpartition(":")[2])
        until(self.is_healthy, "the server to answer")

    def is_healthy(self):
        try:
            return httpx.get(f"{self.url}/api/health", timeout=5).json() == {"status": "ok"}
        except httpx.TransportError:
            return False

    def counts(self):
        """How much there is of each noun in the store."""
        token, verb = {"Authorization": f"Bearer {self.token}"}, f"{self.url}/api/verbs/count_home"
        return httpx.post(verb, content=b"{}", headers=token, timeout=PATIENCE).json()["ok"]

    def labels(self):
        """How many labels stand in the store."""
        return self.counts()["labels"]

    def kill(self):
        """As a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=PATIENCE)
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Desk:
    """One person's browser."""

    def __init__(self, tabs, server, **context):
        self.server, self._tabs, self._plain = server, tabs, not context
        self.page = self._tab = tabs.take(**context)
        self.context = self.page.context
        self.foreign, self.errors, self._heard = [], [], []
        self.hear("request", self._note_request)
        self.hear("pageerror", lambda error: self.errors.append(str(error)))
        self.hear("dialog", lambda dialog: self.errors.append(dialog.message))

    def hear(self, event, listener):
        """Listens to the tab until the desk is left."""
        self._tab.on(event, listener)
        self._heard.append((event, listener))

    def _note_request(self, request):
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.foreign.append(request.url)

    def enter(self, name, address=""):
        """Opens a page as somebody whose password was asked for before."""
        self.context.request.get(f"{self.server.url}/sign-in", max_retries=2)
        entered = self.post("sign-in", {"name": name, "password": PASSWORD})
        assert entered.status == 303, entered.text()
        self.page.goto(f"{self.server.url}/{path(address)}")
        return self

    def post(self, address, form=None):
        """Sends a form past the page; a connection that idled until the server closed it is opened anew."""
        csrf = next(each["value"] for each in self.context.cookies() if each["name"] == "hone_csrf")
        return self.context.request.post(
            f"{self.server.url}/{address}",
            form={**(form or {}), "csrf": csrf},
            max_redirects=0,
            max_retries=2,
        )

    def sign_in(self, name, password=PASSWORD):
        self.page.goto(self.server.url)
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.keyboard.press("Enter")
        return self

    def compare(self, name):
        """Enters and waits for the first pair."""
        return self.enter(name).at_work()

    def at_work(self):
        """Waits for a pair."""
        expect(self.page.locator(".pane").first).to_be_visible()
        self.settle()
        return self

    def visit(self, address):
        """Opens a page by its address and waits until the server has drawn all of it."""
        self.page.goto(f"{self.server.url}/{path(address)}")
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        expect(self.page.locator(".person")).to_be_visible()
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)
        return self

    def themed(self, scheme):
        """Waits until the page's colours are those of this scheme."""
        expect(self.page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def burst(self, *keys):
        """Presses keys within one task of the page: however busy the machine is, none comes late."""
        self.page.evaluate(BURST, keys)
        return self

    def settle(self):
        """Keys are ignored for 250 ms after a new pair."""
        self.page.wait_for_timeout(270)

    def ponder(self):
        """A question is answered by a press that comes 600 ms after it was asked."""
        self.page.wait_for_timeout(620)

    def label(self, choice="2"):
        """Judges the pair on the screen by keyboard and waits for the next."""
        done = self.done()
        self.press("x", choice, "Enter")
        self.expect_done(done + 1)
        self.settle()
        return self

    def expect_done(self, number):
        """Waits until the counter says so."""
        expect(self.count).to_have_text(re.compile(rf"^{number} "))

    @property
    def count(self):
        return self.page.locator(".count")

    def done(self):
        """What the counter says, once a page that is drawn anew has but one."""
        expect(self.count).to_have_count(1)
        expect(self.count).to_have_text(re.compile(r"^\d"))
        return int(self.count.inner_text().split()[0])

    def conversation(self):
        return self.page.locator(".conversation").inner_text()

    def step(self, number):
        return self.page.locator(".scale button").nth(number - 1)

    def close(self):
        """Leaves the desk: a plain tab that is still open goes to whoever comes next."""
        for event, listener in self._heard:
            self._tab.remove_listener(event, listener)
        if self._plain and not self._tab.is_closed():
            self._tabs.give_back(self._tab, self.server.url)
        else:
            self.context.close()

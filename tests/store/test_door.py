"""One way in, whoever owns the home."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from serving import serving
from small_collection import FIRST_BETTER, comparisons

from store import owner, progress
from store.database import Store, open_store
from store.door import HTTPDoor, KnockingDoor, LocalDoor, OwnerError, open_door
from store.errors import HomeInUseError, NotAllowedError, RequestError
from store.home import Home
from store.identity import canonical
from store.jobs import Job, Jobs
from store.messages import (
    AddAnnotator,
    Assignment,
    CountHome,
    ListAnnotators,
    NextComparison,
    NoWork,
    SubmitLabel,
)
from store.owner import Owner
from store.verbs import add_annotator, count_home, list_annotators, next_comparison, submit_label
from store.verbs.roles import HONE


@pytest.fixture
def served(store: Store) -> Iterator[Store]:
    """A store whose owner answers over HTTP."""
    with serving(store):
        yield store


def test_where_nobody_owns_the_home_the_door_opens_it(home: Home) -> None:
    with open_door(home) as door:
        assert isinstance(door, LocalDoor)
        assert door.ask(count_home, CountHome()).prompts == 0
        with pytest.raises(HomeInUseError):
            open_store(home)
    open_store(home).close()


def test_where_an_owner_runs_the_door_asks_it(served: Store) -> None:
    served.append("test", *comparisons(2))
    with open_door(served.home) as door:
        assert isinstance(door, HTTPDoor)
        assert door.ask(count_home, CountHome()) == count_home(served, HONE, CountHome())


@pytest.mark.parametrize("local", [True, False])
def test_a_simulated_annotator_judges_through_either_door(
    request: pytest.FixtureRequest, store: Store, local: bool
) -> None:
    store.append("test", *comparisons(1))
    door = LocalDoor(store)
    if not local:
        request.getfixturevalue("served")
        found = owner.running(store.home)
        assert found is not None
        door = HTTPDoor(store.home, found)
    robot = door.ask(add_annotator, AddAnnotator(name="robot", simulated=True)).annotator_id
    assignment = door.ask(next_comparison, NextComparison(), on_behalf_of=robot)
    assert isinstance(assignment, Assignment)
    assert assignment.turns[0].content == "question 0"
    request_ = SubmitLabel(lease_id=assignment.lease_id, judgement=FIRST_BETTER)
    assert door.ask(submit_label, request_, on_behalf_of=robot).label_id == assignment.lease_id
    nothing = door.ask(next_comparison, NextComparison(), on_behalf_of=robot)
    assert isinstance(nothing, NoWork)
    with pytest.raises(RequestError, match="no such lease"):
        door.ask(submit_label, SubmitLabel(lease_id="x", judgement=FIRST_BETTER), on_behalf_of=robot)


def test_nobody_acts_for_a_person(store: Store) -> None:
    door = LocalDoor(store)
    person = door.ask(add_annotator, AddAnnotator(name="eve", password="correct horse"))
    with pytest.raises(NotAllowedError, match="Only a simulated annotator can be acted for; eve is a person"):
        door.ask(next_comparison, NextComparison(), on_behalf_of=person.annotator_id)
    with pytest.raises(RequestError, match="there is no annotator nobody"):
        door.ask(next_comparison, NextComparison(), on_behalf_of="nobody")


def test_an_owner_that_does_not_answer_is_told_in_a_sentence(home: Home) -> None:
    door = HTTPDoor(home, Owner("http://127.0.0.1:9", "token"))
    with pytest.raises(OwnerError, match="does not answer"):
        door.ask(count_home, CountHome())


class Slow(BaseHTTPRequestHandler):
    """An owner whose work takes two looks."""

    looks = 0

    def do_POST(self) -> None:
        Slow.looks = 0
        assert self.headers["Prefer"] == "respond-async"
        self._send({"job": "j", "stage": "tables", "fraction": 0.0, "message": "labels"})

    def do_GET(self) -> None:
        assert self.path == "/api/jobs/j"
        Slow.looks += 1
        far = {"job": "j", "stage": "tables", "fraction": 0.5, "message": "audit"}
        self._send(far if Slow.looks < 2 else {"ok": []})

    def _send(self, answer: dict[str, object]) -> None:
        self.send_response(200 if "ok" in answer else 202)
        self.end_headers()
        self.wfile.write(canonical(answer).encode())

    def log_message(self, *args: object) -> None:
        """Silent."""


def test_who_waits_long_is_shown_how_far_the_owner_is(home: Home) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    seen: list[tuple[str, float, str]] = []
    try:
        door = HTTPDoor(home, Owner(f"http://127.0.0.1:{server.server_port}", "token"))
        with progress.shown(lambda *far: seen.append(far)):
            assert list(door.ask(list_annotators, ListAnnotators())) == []
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert seen == [("tables", 0.0, "labels"), ("tables", 0.5, "audit")]


def test_a_store_that_is_closed_stops_its_jobs_first(home: Home) -> None:
    store, begun = open_store(home), threading.Event()

    def work() -> None:
        while True:
            progress.tell("work", 0.5)
            begun.set()

    job = store.jobs.begin(work)
    assert begun.wait(60)
    store.close()
    assert store.jobs.fetch(job, 0.0)
    assert "being closed" in str(job.error)


def test_jobs_that_begin_while_they_are_closed_are_refused_or_waited_for() -> None:
    for _ in range(100):
        jobs, ended = Jobs(), []

        def begin(jobs: Jobs = jobs, ended: list[Job] = ended) -> None:
            with suppress(RequestError):
                ended.append(jobs.begin(lambda: None))

        threads = [threading.Thread(target=begin) for _ in range(4)]
        for thread in threads:
            thread.start()
        jobs.close()
        for thread in threads:
            thread.join()
        assert all(job.done.is_set() for job in ended)


def test_a_home_in_use_by_a_command_is_waited_for(home: Home) -> None:
    first = open_store(home)
    threading.Timer(0.3, first.close).start()
    with open_door(home) as door:
        assert isinstance(door, LocalDoor)


def test_a_home_that_stays_in_use_is_told_in_a_sentence(store: Store) -> None:
    with (
        pytest.raises(HomeInUseError, match="in use by another hone process"),
        open_door(store.home, patience=0.0),
    ):
        pass


def test_who_knocks_finds_whoever_owns_the_home_at_that_moment_and_keeps_nobody_out(home: Home) -> None:
    door = KnockingDoor(home)
    assert door.ask(count_home, CountHome()).prompts == 0
    with open_store(home) as first:
        first.append("test", *comparisons(1))
    assert door.ask(count_home, CountHome()).prompts == 1
    second = open_store(home)
    threading.Timer(0.3, second.close).start()
    assert door.ask(count_home, CountHome()).prompts == 1


def test_the_owners_file_is_private_and_goes_with_a_new_owner(store: Store) -> None:
    announced = owner.announce(store.home, "http://127.0.0.1:1/")
    assert store.home.owner.stat().st_mode & 0o777 == 0o600
    assert owner.running(store.home) == announced
    assert announced.url == "http://127.0.0.1:1"
    store.close()
    open_store(store.home).close()
    assert owner.running(store.home) is None

"""The policies' endpoint beside the app: a process that begins once the home has a policy, begins anew when
it dies, and ends with the app. The app never waits for it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rlhf.serving import end
from store.door import open_door
from store.errors import HoneError
from store.home import Home
from store.messages import CountHome
from store.verbs import count_home

LOOK_SECONDS = 2.0
"""How often it is looked whether the home has a policy and whether the process lives."""
LONGEST_PAUSE = 60.0
"""Seconds before a process that died again and again begins anew; until then each time twice as long."""


def command(home: Home) -> list[str]:
    """The command line that serves a home's policies on a free port, until its input is closed."""
    return [
        sys.executable,
        "-m",
        "rlhf",
        *("policy", "serve", "--beside", "--port", "0", "--home", str(home.root)),
    ]


@contextmanager
def endpoint_beside(home: Home, log: Path | None = None) -> Iterator[None]:
    """Keeps the endpoint running inside this context; what it says goes to `log`, or where this one speaks.

    Begun within the app's own context, so that the home has an owner who can be asked.
    """
    stop = threading.Event()
    keeper = threading.Thread(target=_keep, args=(home, log, stop), name="hone-endpoint")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _keep(home: Home, log: Path | None, stop: threading.Event) -> None:
    while not _has_policy(home):
        if stop.wait(LOOK_SECONDS):
            return
    pause = 0.0
    while not stop.wait(pause):
        began, process = time.monotonic(), _begun(home, log)
        try:
            while process.poll() is None and not stop.wait(LOOK_SECONDS):
                continue
        finally:
            end(process)
        lasted = time.monotonic() - began > LONGEST_PAUSE
        pause = LOOK_SECONDS if lasted else min(max(LOOK_SECONDS, 2 * pause), LONGEST_PAUSE)


def _has_policy(home: Home) -> bool:
    """No is also what a home says that cannot be asked now."""
    try:
        with open_door(home) as door:
            return door.ask(count_home, CountHome()).newest_policy_id is not None
    except HoneError:
        return False


def _begun(home: Home, log: Path | None) -> subprocess.Popen[bytes]:
    # Ctrl-C reaches this process first, which then ends the endpoint in order.
    if log is None:
        return subprocess.Popen(command(home), stdin=subprocess.PIPE, start_new_session=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command(home),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

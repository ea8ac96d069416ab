"""The web app as a process of its own: started, waited for, ended. Knows its command and its health only."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rlhf.signals import on_signals
from store.errors import HoneError
from store.home import Home

PATIENCE_SECONDS = 60.0
"""How long a start may take on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A running app."""

    url: str
    process: subprocess.Popen[bytes]


def command(home: Home, port: int, address: str = "127.0.0.1") -> list[str]:
    """The command line that serves a home."""
    return [
        *(sys.executable, "-m", "annotate", "--home", str(home.root)),
        *("--port", str(port), "--address", address),
    ]


@contextmanager
def running_app(home: Home, port: int, log: Path) -> Iterator[App]:
    """The app answers at its address inside this context, and ends with it, on a closed terminal too."""
    home.root.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        # A session of its own: Ctrl-C reaches this process first, which then ends the app in order.
        process = subprocess.Popen(
            command(home, port), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        with on_signals((signal.SIGTERM, signal.SIGHUP), lambda number: sys.exit(128 + number)):
            app = App(url=f"http://127.0.0.1:{port}", process=process)
            _wait_until_healthy(app, log)
            yield app
    finally:
        _end(process)


def free_port(wanted: int) -> int:
    """The wanted port if nobody listens there, any free one otherwise."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise HoneError(f"Expected a free port; {wanted} is taken and the system gave no other.")


def yield_to_people() -> None:
    """Lets the app go first where both want a processor: annotators wait for nobody's training."""
    os.nice(10)


def _wait_until_healthy(app: App, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if app.process.poll() is not None:
            raise HoneError(
                f"The app ended with code {app.process.returncode} before it answered; see {log}."
            )
        try:
            with urllib.request.urlopen(f"{app.url}/api/health", timeout=2) as answer:  # noqa: S310  # own address
                json.load(answer)
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise HoneError(f"The app did not answer within {PATIENCE_SECONDS:.0f} seconds; see {log}.")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

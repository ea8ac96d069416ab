"""The web app as a process of its own: started, waited for, ended. Knows its command and its health only."""

from __future__ import annotations

import errno
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

HERE = "127.0.0.1"
"""Where an app listens that only this machine reaches."""
NICENESS = 10
"""How far what trains stands back from what people wait for; 19 would be the furthest."""
ENDED_FIRST = 500
"""As if it took half of the machine's memory more than it does, in the eyes of the kernel that ends processes
for want of memory (proc(5), oom_score_adj)."""
PATIENCE_SECONDS = 60.0
"""How long a start may take on a busy machine."""
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy: it is ours


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A running app."""

    url: str
    process: subprocess.Popen[bytes]


def command(home: Home, port: int, address: str = HERE) -> list[str]:
    """The command line that serves a home."""
    return [
        *(sys.executable, "-m", "annotate", "--home", str(home.root)),
        *("--port", str(port), "--address", address),
    ]


@contextmanager
def running_app(home: Home, port: int, log: Path | None = None, address: str = HERE) -> Iterator[App]:
    """The app answers at its address inside this context, and ends with it, on a closed terminal too.

    What it says goes to `log`; without one, to where this process speaks.
    """
    line = command(home, port, address)
    # A session of its own: Ctrl-C reaches this process first, which then ends the app in order.
    if log is None:
        process = subprocess.Popen(line, start_new_session=True)
    else:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(line, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        with on_signals((signal.SIGTERM, signal.SIGHUP), lambda number: sys.exit(128 + number)):
            app = App(url=f"http://{reached_at(address)}:{port}", process=process)
            _wait_until_healthy(app, f"see {log}" if log else "it has said why")
            yield app
    finally:
        end(process)


def check_free(port: int, address: str) -> None:
    """Raises HoneError where the app cannot listen."""
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        with socket.socket(found[0][0]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[0][4])
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise HoneError(
                f"Port {port} is taken; name another with --port, or end what listens there."
            ) from error
        raise HoneError(
            f"Expected an address of this machine and a port that it gives; {address}:{port} is refused "
            f"({error.strerror or error}). Name others with --address and --port."
        ) from error


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
    """Lets the app go first where both want a processor: annotators wait for nobody's training.

    Where the machine runs out of memory the system ends this process before the app.
    """
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    worth = Path("/proc/self/oom_score_adj")
    if worth.exists() and int(worth.read_text(encoding="utf-8")) < ENDED_FIRST:
        worth.write_text(str(ENDED_FIRST), encoding="utf-8")


def reached_at(address: str) -> str:
    """What an address that is listened on is called by who wants to reach it."""
    host = HERE if address in {"0.0.0.0", "::"} else address  # noqa: S104  # compared, not bound
    return f"[{host}]" if ":" in host else host


def _wait_until_healthy(app: App, where: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if app.process.poll() is not None:
            raise HoneError(f"The app ended with code {app.process.returncode} before it answered; {where}.")
        try:
            with _OPENER.open(f"{app.url}/api/health", timeout=2) as answer:
                json.load(answer)
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise HoneError(f"The app did not answer within {PATIENCE_SECONDS:.0f} seconds; {where}.")


def end(process: subprocess.Popen[bytes]) -> None:
    """Tells the process to end, and ends it where it does not."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

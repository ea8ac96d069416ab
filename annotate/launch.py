"""Starts and stops a round as a process of its own: it outlives the page, and the server, that started it.

Knows the command, and the files by which a round is followed; not what a round does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from store import rounds
from store.errors import NotAllowedError, RequestError
from store.home import Home
from store.messages import Actor
from store.records import Role, now
from store.rounds import RoundProgress, State

COMMAND: tuple[str, ...] = (sys.executable, "-m", "rlhf", "round")
LOG = "round.log"
MAY_LAUNCH = frozenset({Role.ENGINEER, Role.ADMINISTRATOR})
NICENESS = 10
"""How far a round stands back, so that pages stay quick while it computes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A process that was started here, and when, in UTC."""

    process: subprocess.Popen[bytes]
    at: datetime


_started: dict[Path, Start] = {}
_told_to_stop: set[int] = set()
_one_at_a_time = threading.Lock()
"""Two engineers may press the button in the same instant."""


def start_round(home: Home, actor: Actor) -> int:
    """Starts the next round, or resumes one that was left unfinished; returns its process id.

    Raises RequestError while a round runs, NotAllowedError for other roles.
    """
    _check(actor)
    return start_by_rule(home)


def start_by_rule(home: Home) -> int:
    """The same for the rule in `hone.toml`, which is the administrator's word."""
    with _one_at_a_time:
        if is_starting(home) or running_round(home):
            raise RequestError("A round is running on this home already; stop it or wait for it.")
        at, process = now(), _process(home)
        _started[home.root] = Start(process=process, at=at)
    os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    return process.pid


def last_start(home: Home) -> datetime | None:
    """When this process last started one here, in UTC, whatever came of it."""
    return _started[home.root].at if home.root in _started else None


def stop_round(home: Home, actor: Actor) -> None:
    """Asks the running round to stop; what it has finished stays, and a later start resumes it."""
    _check(actor)
    running = running_round(home)
    if running is None or running.pid is None:
        raise RequestError("No round is running on this home; there is nothing to stop.")
    os.kill(running.pid, signal.SIGTERM)
    _told_to_stop.add(running.pid)


def running_round(home: Home) -> RoundProgress | None:
    """The round that runs, by whoever it was started; there is one at most."""
    return next((each for each in rounds.progress(home) if each.state is State.RUNNING), None)


def is_starting(home: Home) -> bool:
    """Whether a process that was started here for this home lives, its first word written or not."""
    return home.root in _started and _started[home.root].process.poll() is None


def is_stopping(running: RoundProgress) -> bool:
    """Whether this round was asked to stop and has not come to it yet."""
    return running.pid in _told_to_stop


def failure(home: Home, newest: RoundProgress | None) -> str:
    """What the process that was started here last said, if it ended in failure; else an empty string.

    `newest` is the newest round: where it has said something since, that is what counts.
    """
    start = _started.get(home.root)
    if start is None or start.process.poll() in {None, 0}:
        return ""
    if newest is not None and newest.updated_at is not None and newest.updated_at >= start.at:
        return ""
    lines = (home.rounds / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    said = next((line.strip() for line in reversed(lines) if line.strip()), "The round ended without a word.")
    return said.removeprefix("hone: ")


def _process(home: Home) -> subprocess.Popen[bytes]:
    home.rounds.mkdir(parents=True, exist_ok=True)
    with (home.rounds / LOG).open("wb") as log:
        return subprocess.Popen(
            [*COMMAND, "--home", str(home.root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _check(actor: Actor) -> None:
    if actor.role not in MAY_LAUNCH:
        raise NotAllowedError(f"This takes the role engineer; {actor.name} has the role {actor.role}.")

"""One turn of the loop: the stages in order, each finished once.

So a round that was killed anywhere resumes where it was, and changed settings redo exactly what depends on
them. Knows the order of the stages, not what happens in one.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from functools import partial

from filelock import FileLock, Timeout

from rlhf.last_words import Where, refused, why
from rlhf.memory import bounded
from rlhf.next_round import Chosen, finished, unfinished
from rlhf.room import check_room, give_up, put_by
from rlhf.track import Stopped, Tracker, stopping_on_signals, write_json
from rlhf.turning import RoundError, Stage, Turning, finished_once
from store.door import Door
from store.home import Home
from store.records import now
from store.round_stages import called, has


def run_round(
    home: Home,
    door: Door,
    chosen: Chosen,
    stages: tuple[Stage, ...],
    watch: Callable[[str, float, str], None] | None = None,
) -> int:
    """Runs the next round, or resumes the one that was left unfinished; returns its number."""
    settings = chosen.settings
    with alone(home), bounded(settings.round.memory_share):
        number = unfinished(home) or len(finished(home)) + 1
        check_room(home, number, settings.round.method)
        import torch  # here: a round that is refused is refused at once

        tracker = Tracker(home.round(number), watch, partial(called, settings.round.method))
        turning = Turning(number=number, home=home, door=door, settings=settings, tracker=tracker, results={})
        _plan(turning, chosen.overrides)
        torch.set_num_threads(settings.round.threads)
        with stopping_on_signals(tracker), put_by(turning.folder):
            _run_stages(turning, stages)
        return number


def seconds_so_far(turning: Turning) -> float:
    """What the finished stages of the round took, in seconds, over all its runs."""
    files = turning.folder.glob("*/done.json")
    return round(sum(json.loads(file.read_text(encoding="utf-8"))["seconds"] for file in files), 1)


def started_at(turning: Turning) -> datetime:
    """When the round was first begun, in UTC."""
    plan = json.loads((turning.folder / "plan.json").read_text(encoding="utf-8"))
    return datetime.fromisoformat(plan["started_at"])


def _run_stages(turning: Turning, stages: tuple[Stage, ...]) -> None:
    """Runs them all; those that the method leaves out pass on what they are given, and nobody is told."""
    tracker, name = turning.tracker, stages[0].name
    try:
        for stage in stages:
            if has(turning.settings.round.method, stage.name):
                name = stage.name
                tracker.progress(name, 0.0, "started")
            turning.results[stage.name] = finished_once(turning, stage)
    except Stopped as stop:
        _last(turning, "stopped", name, str(stop))
        raise
    except Exception as error:
        way = turning.settings.round
        failure = refused(error, Where(home=turning.home, number=turning.number, way=way, stage=name))
        _last(turning, "failed", name, str(failure or why(error)))
        if failure:
            raise failure from error
        raise
    tracker.status("finished", name, 1.0, "finished")


def _last(turning: Turning, state: str, stage: str, message: str) -> None:
    """The round's last status, on a full disk in the room that was put by."""
    give_up(turning.folder)
    with suppress(OSError):  # without it whoever looks finds the process gone, and says that
        turning.tracker.ended(state, stage, message)


def _plan(turning: Turning, overrides: tuple[str, ...]) -> None:
    """Writes what the round sets out to do; a round that is resumed keeps the time at which it was begun."""
    settings, plan = turning.settings.round, turning.folder / "plan.json"
    if turning.published.exists():
        return
    write_json(
        plan,
        {
            "round": turning.number,
            "method": settings.method,
            "seed": settings.seed,
            "started_at": (started_at(turning) if plan.exists() else now()).isoformat(),
            "overrides": overrides,
            "settings": dataclasses.asdict(turning.settings),
        },
    )


def alone(home: Home) -> AbstractContextManager[object]:
    """Inside, no other round runs on the home; RoundError where one does."""
    home.rounds.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.rounds / "round.lock")
    try:
        return lock.acquire(timeout=0)
    except Timeout as error:
        raise RoundError("A round is already running on this home; wait for it or stop it first.") from error

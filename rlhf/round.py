"""One turn of the loop: the stages in order, each finished once.

A stage writes its own folder: first `begun.json` with the hash of what goes in, last `done.json` with what
came out. Where the hash is today's, a done stage is skipped and a half-done one goes on from its own
checkpoints; any other is emptied and run again. So a round that was killed anywhere resumes where it was,
and changed settings redo exactly what depends on them.
Knows the order of the stages, not what happens in one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from rlhf.config import Settings
from rlhf.last_words import Where, refused, why
from rlhf.memory import bounded
from rlhf.next_round import Chosen, finished, unfinished
from rlhf.room import check_room, give_up, put_by
from rlhf.track import Stopped, Tracker, stopping_on_signals, write_json
from store.door import Door
from store.errors import HoneError
from store.home import Home
from store.identity import identity
from store.records import now
from store.round_stages import called, has


class RoundError(HoneError):
    """A round that cannot start or go on, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """A round that is being run: where it lies, what it may use, and the results of its finished stages."""

    number: int
    home: Home
    door: Door
    settings: Settings
    tracker: Tracker
    results: dict[str, Any]

    @property
    def folder(self) -> Path:
        """The round's folder."""
        return self.home.round(self.number)

    @property
    def published(self) -> Path:
        """Once this file is there, the store may have the policy: its weights do not change any more."""
        return self.folder / "results.json"

    def stage(self, name: str) -> Path:
        """A stage's folder."""
        return self.folder / name


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage: what it returns, which stages and settings its result depends on, and how it is run.

    A setting is a section, or one key of it such as `ppo.safety_gate`; seed and threads count everywhere. A
    stage that only some methods have names its settings by method, and reads none in a round of another. Of
    `files`, settings that are paths from the home, the content counts where their section does.
    Its metrics stand under its name and, where it logs parts of its work apart, under `also_logs`.
    """

    name: str
    result: type[Any]
    needs: tuple[str, ...]
    run: Callable[[Turning], Any]
    also_logs: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    by_method: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()


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


def settings_of(stage: Stage, settings: Settings) -> dict[str, Any]:
    """The settings on which the stage's result depends, by name."""
    named = (*stage.settings, *stage.by_method.get(settings.round.method, ()))
    return {name: _setting(settings, name) for name in ("round.seed", "round.threads", *named)}


def _setting(settings: Settings, name: str) -> Any:  # noqa: ANN401  # each has a type of its own
    section, _dot, key = name.partition(".")
    values = dataclasses.asdict(getattr(settings, section))
    return values[key] if key else values


def _run_stages(turning: Turning, stages: tuple[Stage, ...]) -> None:
    """Runs them all; those that the method leaves out pass on what they are given, and nobody is told."""
    tracker, name = turning.tracker, stages[0].name
    try:
        for stage in stages:
            if has(turning.settings.round.method, stage.name):
                name = stage.name
                tracker.progress(name, 0.0, "started")
            turning.results[stage.name] = _once(turning, stage)
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


def _once(turning: Turning, stage: Stage) -> Any:  # noqa: ANN401  # each stage has a result type of its own
    """The stage's result: read if it is there and its inputs are today's, made otherwise."""
    folder, adapter = turning.stage(stage.name), TypeAdapter(stage.result)
    begun, done, inputs = folder / "begun.json", folder / "done.json", _inputs(turning, stage)
    if not begun.exists() or json.loads(begun.read_text(encoding="utf-8"))["inputs"] != inputs:
        if turning.published.exists():
            raise RoundError(
                f"Round {turning.number} has given its policy to the store, so {stage.name} stays as it is; "
                "finish it with the settings that it was published with, which are in its plan.json."
            )
        if done.exists() and has(turning.settings.round.method, stage.name):
            message = "done again: its settings, or what it learns from, were changed"
            turning.tracker.progress(stage.name, 0.0, message)
        _empty(turning, stage)
        write_json(begun, {"inputs": inputs})
    if done.exists():
        return adapter.validate_python(json.loads(done.read_text(encoding="utf-8"))["outputs"])
    began = time.monotonic()
    result = stage.run(turning)
    seconds = round(time.monotonic() - began, 3)
    outputs = adapter.dump_python(result, mode="json")
    write_json(done, {"seconds": seconds, "outputs": outputs})
    return result


def _empty(turning: Turning, stage: Stage) -> None:
    """Begins the stage anew: what it made goes, and what it told of that."""
    folder = turning.stage(stage.name)
    if folder.exists():
        shutil.rmtree(folder)  # what cannot be taken away would pass for what is made now
    folder.mkdir(parents=True)
    for name in (stage.name, *stage.also_logs):
        turning.tracker.rewind(name, -1)


def _inputs(turning: Turning, stage: Stage) -> str:
    """A hash of everything that the stage's result depends on."""
    before = {name: _digest(turning.results[name]) for name in stage.needs}
    given = settings_of(stage, turning.settings)
    read = {name: _content(turning, name) for name in stage.files if name.partition(".")[0] in given}
    return identity("stage", stage.name, turning.number, given, before, read)


def _content(turning: Turning, name: str) -> str | None:
    """A hash of the file that a setting names; None where it names none, or none that is there."""
    file = turning.home.root / _setting(turning.settings, name)
    if not file.is_file():
        return None
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _digest(result: object) -> str:
    return identity(TypeAdapter(type(result)).dump_json(result).decode())


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

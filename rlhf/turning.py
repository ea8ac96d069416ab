"""A round that is being run, and a stage of it, which is finished once.

A stage writes its own folder: first `begun.json` with the hash of what goes in, last `done.json` with what
came out. Where the hash is today's, a done stage is skipped and a half-done one goes on from its own
checkpoints; any other is emptied and run again, as is one whose result another version of Hone wrote in
another form.
Knows no order of stages, and not what happens in one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from rlhf.config import Settings
from rlhf.track import Tracker, write_json
from store.door import Door
from store.errors import HoneError
from store.home import Home
from store.identity import identity
from store.round_stages import has


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


def settings_of(stage: Stage, settings: Settings) -> dict[str, Any]:
    """The settings on which the stage's result depends, by name."""
    named = (*stage.settings, *stage.by_method.get(settings.round.method, ()))
    return {name: _setting(settings, name) for name in ("round.seed", "round.threads", *named)}


def _setting(settings: Settings, name: str) -> Any:  # noqa: ANN401  # each has a type of its own
    section, _dot, key = name.partition(".")
    values = dataclasses.asdict(getattr(settings, section))
    return values[key] if key else values


def finished_once(turning: Turning, stage: Stage) -> Any:  # noqa: ANN401  # each has a result type of its own
    """The stage's result: read if it is there and its inputs are today's, made otherwise.

    RoundError where it would have to be made again and the store has the round's policy already.
    """
    folder, inputs = turning.stage(stage.name), _inputs(turning, stage)
    begun, done = folder / "begun.json", folder / "done.json"
    made = _made(done, stage)
    if not _begun_with(begun, inputs) or (made is None and done.exists()):
        _begin_anew(turning, stage, inputs)
        made = None
    if made is not None:
        return made
    began = time.monotonic()
    result = stage.run(turning)
    seconds = round(time.monotonic() - began, 3)
    outputs = TypeAdapter(stage.result).dump_python(result, mode="json")
    write_json(done, {"seconds": seconds, "outputs": outputs})
    return result


def _begun_with(begun: Path, inputs: str) -> bool:
    return begun.exists() and json.loads(begun.read_text(encoding="utf-8"))["inputs"] == inputs


def _made(done: Path, stage: Stage) -> Any:  # noqa: ANN401  # each has a result type of its own
    """What the stage made; None where it has made nothing, or nothing that this version of Hone can read."""
    if not done.exists():
        return None
    try:
        return TypeAdapter(stage.result).validate_python(
            json.loads(done.read_text(encoding="utf-8"))["outputs"]
        )
    except (ValueError, KeyError):
        return None


def _begin_anew(turning: Turning, stage: Stage, inputs: str) -> None:
    if turning.published.exists():
        raise RoundError(
            f"Round {turning.number} has given its policy to the store, so {stage.name} stays as it is; "
            "finish it with the settings that it was published with, which are in its plan.json, and with "
            "the version of Hone that began it."
        )
    if (turning.stage(stage.name) / "done.json").exists() and has(turning.settings.round.method, stage.name):
        message = "done again: its settings, what it learns from, or Hone itself were changed"
        turning.tracker.progress(stage.name, 0.0, message)
    _empty(turning, stage)
    write_json(turning.stage(stage.name) / "begun.json", {"inputs": inputs})


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

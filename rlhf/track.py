"""What a round tells the world while it runs: its status, its metrics and whether it should stop.

Plain files in the round's folder, so that a reader needs no connection and a crash loses one line at most.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from rlhf.folders import replacing_file
from rlhf.signals import on_signals
from store.errors import HoneError
from store.processes import mark
from store.records import now

METRICS: Final = "metrics.jsonl"


class Stopped(HoneError):  # noqa: N818  # it is a request, not an error
    """Somebody asked the round to stop; what is finished stays finished."""


class Tracker:
    """Writes `status.json` and `metrics.jsonl` of one round; `watch` also hears every progress report.

    `called` gives a stage the name by which people know it; the files keep its own.
    """

    def __init__(
        self,
        folder: Path,
        watch: Callable[[str, float, str], None] | None = None,
        called: Callable[[str], str] = str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _mend(folder / METRICS)
        self.folder = folder
        self.stop = threading.Event()
        self._watch = watch
        self._called = called
        self._reached: tuple[str, float] = ("", 0.0)

    def log(self, stage: str, step: int, **numbers: float) -> None:
        """Appends one line of metrics."""
        line = json.dumps({"stage": stage, "step": step, "made_at": now().isoformat(), **numbers})
        with (self.folder / METRICS).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def rewind(self, stage: str, step: int) -> None:
        """Forgets the stage's metrics after this step, which it will do again."""
        file = self.folder / METRICS
        lines = read_metrics(self.folder)
        kept = [line for line in lines if line["stage"] != stage or line["step"] <= step]
        if len(kept) < len(lines):
            with replacing_file(file) as fresh:
                fresh.write_text("".join(f"{json.dumps(line)}\n" for line in kept), encoding="utf-8")

    def progress(self, stage: str, fraction: float, message: str) -> None:
        """Says how far the stage is, from 0 to 1; raises `Stopped` if a stop was asked."""
        self._reached = (stage, fraction)
        if self.stop.is_set():
            raise Stopped(self.farewell(stage, message))
        self.status("running", stage, fraction, message)
        if self._watch:
            self._watch(self._called(stage), fraction, message)

    def farewell(self, stage: str, message: str) -> str:  # noqa: ARG002  # others tell the message
        """What whoever stops the work is told."""
        return f"The round was stopped during {self._called(stage)}; `hone round` resumes it."

    def ended(self, state: str, stage: str, message: str) -> None:
        """The last status of a stage that did not come to its end: as far as it had come."""
        at, fraction = self._reached
        self.status(state, stage, fraction if at == stage else 0.0, message)

    def status(self, state: str, stage: str, fraction: float, message: str) -> None:
        """Replaces `status.json`: state is running, finished, stopped or failed."""
        write_json(
            self.folder / "status.json",
            {
                "state": state,
                "stage": stage,
                "fraction": round(fraction, 4),
                "message": message,
                "pid": os.getpid(),
                "process": mark(os.getpid()),
                "updated_at": now().isoformat(),
            },
        )


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Every whole line of a round's metrics; a last line that a crash tore is left out."""
    file = folder / METRICS
    if not file.exists():
        return []
    whole, _newline, _torn = file.read_text(encoding="utf-8").rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def write_json(path: Path, value: object) -> None:
    """Writes the file whole or not at all."""
    with replacing_file(path) as fresh:
        fresh.write_text(json.dumps(value, indent=1), encoding="utf-8")


def _mend(file: Path) -> None:
    """Cuts off a last line that a kill or a full disk tore: the next one would go on in the midst of it."""
    if not file.exists():
        return
    whole = file.read_bytes()
    if whole and not whole.endswith(b"\n"):
        os.truncate(file, whole.rfind(b"\n") + 1)


def stopping_on_signals(tracker: Tracker) -> AbstractContextManager[None]:
    """Turns the first SIGTERM or SIGINT into a stop at the next progress report; a second does not wait."""
    return on_signals((signal.SIGTERM, signal.SIGINT), lambda _number: tracker.stop.set())

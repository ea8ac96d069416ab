"""Brings the homes of an experiment to their last rounds, some at once, each in a process of its own.

Knows plans and processes, not what happens in a home.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from rlhf.experiments.experiment import is_done
from rlhf.experiments.plan import Plan, Plans, prepare
from rlhf.experiments.process import Heard, command
from rlhf.signals import on_signals
from store.errors import HoneError

Show = Callable[[str, float, str], None]

_HEARD: Final = TypeAdapter(Heard)


class ExperimentError(HoneError):
    """A home that could not be brought to its last round, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """So many homes `at_once`; `prepare` decides of what is there already."""

    at_once: int
    prepare: Callable[[Plan], None] = prepare


def bring_all(plans: Plans, folder: Path, way: Way, show: Show) -> None:
    """Brings every home to its last round; what is finished is not run again.

    Raises ExperimentError when one of them fails, or another process works in the folder; begun again, it
    goes on where it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "experiment.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ExperimentError(f"An experiment already runs in {folder}; wait for it, or end it.") from error
    with lock, on_signals((signal.SIGTERM, signal.SIGHUP), lambda number: sys.exit(128 + number)):
        homes = [plan for seeds in zip(*plans.homes.values(), strict=True) for plan in seeds]
        for plan in homes:
            way.prepare(plan)
        wanted = {plan.beginning for plan in homes if not plan.home.exists()}
        beginnings = [plan for plan in plans.beginnings if plan.home in wanted]
        for plan in beginnings:
            way.prepare(plan)
        for several in (beginnings, homes):
            _bring_some([plan for plan in several if not is_done(plan)], way.at_once, show)


def _bring_some(plans: Sequence[Plan], at_once: int, show: Show) -> None:
    crew = _Crew(show)
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for task in as_completed([pool.submit(crew.bring, plan) for plan in plans]):
                task.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            crew.end()


class _Crew:
    """The processes that work on homes; once they were ended, none begins any more."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._lock = threading.Lock()
        self._ended = False
        self._processes: list[subprocess.Popen[bytes]] = []

    def bring(self, plan: Plan) -> None:
        """Brings one home to its last round."""
        log = plan.home.with_suffix(".log")
        with log.open("w", encoding="utf-8") as errors:
            process = self._begin(plan, errors.fileno())
            if process is None or process.stdout is None:
                return
            for line in process.stdout:
                heard = _HEARD.validate_json(line)
                self._show(plan.name, heard.fraction, heard.message)
        code = process.wait()
        if self._ended:
            return
        if code:
            raise ExperimentError(f"{plan.name}: {_last_words(log, code)}")
        self._show(plan.name, 1.0, "finished")

    def end(self) -> None:
        """Kills every process that still works: a home goes on from that as from any other stop, at once."""
        with self._lock:
            self._ended = True
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()

    def _begin(self, plan: Plan, errors: int) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ended:
                return None
            # A session of its own: Ctrl-C reaches this process first, which then ends the others.
            process = subprocess.Popen(
                command(plan.file),
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
            self._processes.append(process)
            return process


def _last_words(log: Path, code: int) -> str:
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = said[-1] if said else f"it ended with code {code}."
    return f"{last} Run the same command again, and it goes on; all that was said is in {log}."

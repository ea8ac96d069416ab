"""A stage by itself, outside any round: where it lies, whom it tells how it goes on, and how it ends.

Knows no stage. What comes of an attempt stays in the home's `trials/`; the store never hears of it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rlhf import faults, memory, room
from rlhf.track import Stopped, Tracker, stopping_on_signals, write_json
from store.errors import HoneError
from store.home import Home

Watch = Callable[[str, float, str], None]


class TrialTracker(Tracker):
    """Tells whoever stops a trial what running it again does."""

    def __init__(self, folder: Path, watch: Watch, again: str) -> None:
        super().__init__(folder, watch)
        self.again = again

    def farewell(self, stage: str, message: str) -> str:  # noqa: ARG002  # the command names it
        """What whoever stops the trial is told."""
        return f"The training was stopped at {message}; the same command {self.again}."


@contextmanager
def attempt(
    home: Home, name: str, stage: str, watch: Watch, again: str = "goes on from there"
) -> Iterator[TrialTracker]:
    """A tracker of the trial's folder; how the block ends is its last status."""
    folder = _folder(home, name)
    folder.parent.mkdir(exist_ok=True)
    with _alone(folder):
        yield from _tracked(TrialTracker(folder, watch, again), stage)


def _tracked(tracker: TrialTracker, stage: str) -> Iterator[TrialTracker]:
    try:
        with stopping_on_signals(tracker):
            yield tracker
    except (Stopped, KeyboardInterrupt) as stop:
        tracker.ended("stopped", stage, str(stop) or "interrupted")
        raise
    except Exception as error:
        failure = _refused(error, tracker)
        with suppress(OSError):  # where the disk is full to the last byte, the error alone says so
            tracker.ended("failed", stage, faults.sentence(failure or error))
        if failure:
            raise failure from error
        raise
    tracker.status("finished", stage, 1.0, "finished")


def _refused(error: Exception, tracker: TrialTracker) -> HoneError | None:
    """What the machine refused, if that is what the error says."""
    if faults.is_full(error):
        free = room.size(shutil.disk_usage(tracker.folder).free)
        return HoneError(
            f"The disk of {tracker.folder} is full: {free} are free. Free some; "
            f"the same command {tracker.again}."
        )
    if faults.is_out_of_memory(error):
        return HoneError(
            f"Memory ran out, of which this process had {room.size(memory.held())}. Raise accumulation or "
            "lower max_tokens of its section, or end what else runs here; "
            f"the same command {tracker.again}."
        )
    return None


def refuse_own(home: Home, name: str, policy: Path) -> None:
    """Raises HoneError where the trial would write over the policy that it starts from."""
    if policy == (_folder(home, name) / "policy").resolve():
        raise HoneError(
            f"Expected another policy than {policy}, which the same command writes over; copy it first."
        )


def _folder(home: Home, name: str) -> Path:
    return home.root / "trials" / name


def _alone(folder: Path) -> AbstractContextManager[object]:
    """Two at once would write over each other."""
    try:
        return FileLock(folder.with_name(f".{folder.name}.lock")).acquire(timeout=0)
    except Timeout as error:
        raise HoneError(f"This already runs in {folder}; wait for it or stop it first.") from error


def keep_only(folder: Path, inputs: str) -> None:
    """Empties the folder, unless what it holds was made of the same inputs, which it remembers."""
    begun = folder / "begun.json"
    if begun.exists() and json.loads(begun.read_text(encoding="utf-8"))["inputs"] == inputs:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_json(begun, {"inputs": inputs})

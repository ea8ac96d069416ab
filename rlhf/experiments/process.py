"""One home of an experiment in a process of its own: `python -m rlhf.experiments.process PLAN`.

It says how far it is, a line of JSON at a time, and ends when nobody listens any more.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from store.errors import HoneError

NOBODY_LISTENS: Final = 75
"""The code with which it ends then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One line of what it says: how far the home is, from 0 to 1, and what it does."""

    fraction: float
    message: str


def command(plan: Path) -> list[str]:
    """The command line that brings the home of the plan in this file to its last round."""
    return [sys.executable, "-m", "rlhf.experiments.process", str(plan)]


def main(file: Path) -> None:
    """Waits until no other process works on the home: one may have outlived the command that began it."""
    from rlhf.experiments.experiment import bring
    from rlhf.experiments.plan import kept_plan

    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints, in whatever language it is written, is none of its words
    sys.stdout = sys.stderr  # and is in the log at once

    def say(fraction: float, message: str) -> None:
        try:
            out.write(json.dumps({"fraction": fraction, "message": message}) + "\n")
            out.flush()
        except BrokenPipeError:
            os._exit(NOBODY_LISTENS)  # at once, as if it was killed: whoever goes on with it is waiting

    with FileLock(kept_plan(file).lock):
        bring(kept_plan(file), say)  # as it is now, whoever was waited for


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except HoneError as error:
        sys.exit(str(error))

"""`python -m annotate.bench`: the measurement, told as one JSON object a line (`store.bench.app.Word`)."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from annotate.bench.measurement import Plan, measured
from store.bench.app import Word
from store.errors import HoneError
from store.identity import canonical


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 with a result as the last line, 1 with an error there."""
    asked = _parser().parse_args(arguments)
    plan = Plan(
        sizes=tuple(asked.size or (1, 8, 32, 100)), seconds=asked.seconds, think=asked.think, soak=asked.soak
    )
    with tempfile.TemporaryDirectory(prefix="hone-bench-") as folder:
        try:
            result = asyncio.run(measured(Path(folder), plan, say))
        except HoneError as error:
            say(Word(error=str(error)))
            return 1
    say(Word(result=result))
    return 0


def say(word: Word) -> None:
    """A line for whoever started this."""
    print(canonical(word), flush=True)  # noqa: T201  # it is how it answers


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m annotate.bench", description="Measure the app under load."
    )
    parser.add_argument(
        "--size", type=int, action="append", help="so many sessions; again for a further load"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each load lasts at least")
    parser.add_argument("--think", type=float, default=5.0, help="seconds a person thinks, on average")
    parser.add_argument("--soak", type=float, default=0.0, help="minutes for which the largest load goes on")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

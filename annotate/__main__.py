"""`python -m annotate --home DIR`: opens the home's store and serves it until told to stop."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from annotate import app, appearance
from store.database import open_store
from store.errors import HoneError
from store.home import Home


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 when the server was told to stop, 1 when it could not begin."""
    asked = parser().parse_args(arguments)
    try:
        store = open_store(Home(asked.home.resolve()))
    except HoneError as error:
        print(error, file=sys.stderr)  # noqa: T201  # the person at the terminal reads it
        return 1
    try:
        served = app.build(store)
    except HoneError as error:
        store.close()
        print(error, file=sys.stderr)  # noqa: T201  # the person at the terminal reads it
        return 1
    app.run(served, appearance.options(asked.address, asked.port, asked.host))
    return 0


def parser() -> argparse.ArgumentParser:
    """What one may say to a server of the app."""
    parser = argparse.ArgumentParser(prog="python -m annotate", description="Serve a home to browsers.")
    parser.add_argument("--home", type=Path, required=True, help="the home to serve")
    parser.add_argument("--port", type=int, default=8501, help="0 takes a free one (default: 8501)")
    parser.add_argument(
        "--address", default="127.0.0.1", help="what to listen on (default: this machine only)"
    )
    parser.add_argument(
        "--host", action="append", default=[], help="a further name by which browsers reach this server"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

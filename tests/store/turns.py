"""A process that is meant to be killed: opens a home, keeps one fact, closes it, and does so again.

python turns.py HOME FILE SEED
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from store.database import open_store
from store.errors import HomeInUseError
from store.home import Home
from store.records import Annotator, Kind, Role


def main(root: Path, file: Path, seed: str) -> None:
    """Never ends by itself."""
    told = os.open(file, os.O_WRONLY | os.O_APPEND)
    number = 0
    while True:
        name = f"{seed}-{number}"
        try:
            with open_store(Home(root)) as store:
                store.append(
                    "test", Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON)
                )
                os.write(told, f"{name}\n".encode())
        except HomeInUseError:
            time.sleep(0.002)
        else:
            number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])

"""The peer: the same app as Streamlit runs it by itself.

Its collector looks at every object after each run of the page, and nothing is frozen out of its sight. All
else is the same: pages, component, store.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from annotate import app, appearance
from annotate.__main__ import parser
from store.database import open_store
from store.home import Home


def main(arguments: Sequence[str]) -> int:
    """The exit code, 0 when told to stop."""
    asked = parser().parse_args(arguments)
    gc.freeze = lambda: None
    home: Path = asked.home
    options = {**appearance.options(asked.address, asked.port, asked.host), "runner.postScriptGC": True}
    app.run(app.build(open_store(Home(home.resolve()))), options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

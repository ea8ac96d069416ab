"""Starts rounds by the rule that the home's administrator set: a thread that looks every few seconds.

Knows who asks and when; the rule itself is the store's. A round that was left unfinished waits for a person.
Where rounds wait for a signature (`round.signature`) none starts before it is given: that is told once in the
log, and on the Rounds page as long as it is so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from annotate import launch
from store import rounds
from store.database import Store
from store.errors import ClosedError, HoneError
from store.home import Home
from store.new_labels import new_labels
from store.round_signatures import SignatureSettings, awaited
from store.rounds import State
from store.rule import LeastSettings, RuleSettings, Standing, at_least, due
from store.settings import load_part, load_section

EVERY: Final = 5.0
"""Seconds between two looks, each of which reads `hone.toml` anew: a changed rule counts at once."""
LOG: Final = logging.getLogger(__name__)

_told: set[Path] = set()
"""Homes of which the log says already that a round waits for a signature."""
_tried: dict[Path, int] = {}
"""New labels at each home's last start by the rule."""


def rule(home: Home) -> RuleSettings:
    """The home's, which starts no round of fewer labels than one wants; SettingsError where it is none."""
    asked = load_section(RuleSettings, "rule", home.settings)
    return at_least(asked, load_part(LeastSettings, "round", home.settings))


@contextmanager
def at_work(store: Store, every: float = EVERY) -> Iterator[None]:
    """The rule is kept until the block ends; a round that it started goes on."""
    stop = threading.Event()

    def keep() -> None:
        while not stop.wait(every):
            # A rule that is none is told on the Rounds page; the disk's faults pass.
            try:
                with suppress(ClosedError, HoneError, OSError):
                    look(store, datetime.now().astimezone())
            except Exception:  # whatever else goes wrong once must not end the rule for good
                LOG.exception("The rule could not be looked at; it is looked at again.")

    thread = threading.Thread(target=keep, name="hone-steward", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def look(store: Store, at: datetime) -> bool:
    """Starts a round if the rule says so at this local time; whether it did."""
    asked = rule(store.home)
    if not (asked.every_labels or asked.nightly):
        return False
    standing = _standing(store)
    if not due(asked, standing, at):
        return False
    if waits := unsigned(store):
        _tell(store.home, waits)
        return False
    _told.discard(store.home.root)
    _tried[store.home.root] = standing.new_labels
    launch.start_by_rule(store.home)
    return True


def unsigned(store: Store) -> str:
    """Which signature the next round waits for, in a sentence; empty where it waits for none."""
    settings = load_part(SignatureSettings, "round", store.home.settings)
    with store.reading() as db:
        return awaited(db, settings)


def _tell(home: Home, waits: str) -> None:
    if home.root not in _told:
        _told.add(home.root)
        LOG.warning("A round is due by the rule and does not start. %s", waits)


def _standing(store: Store) -> Standing:
    home, progress = store.home, rounds.progress(store.home)
    with store.reading() as db:
        new = new_labels(db, home)
    newest = progress[-1] if progress else None
    planned, started = newest.started_at if newest else None, launch.last_start(home)
    starts = [one for one in (planned, started) if one]
    came_to_nothing = started is not None and (planned is None or planned < started)
    return Standing(
        new_labels=new,
        last_start=max(starts).replace(tzinfo=UTC) if starts else None,
        is_busy=launch.is_starting(home) or (newest is not None and newest.state is not State.FINISHED),
        in_vain=_tried.get(home.root) if came_to_nothing else None,
    )

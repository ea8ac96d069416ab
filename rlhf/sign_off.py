"""Whether labels may train: on the tracks that the settings name only with a reviewer's signature under the
snapshot, and in a round, where the settings say so, only with somebody's under what it would learn from."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rlhf.config import Settings
from store.door import Door
from store.errors import HoneError
from store.records import Snapshot, Track
from store.reviews import ReviewSettings
from store.round_signatures import lacking
from store.settings import load, load_section
from store.verbs import look_at_next_round, look_at_snapshot
from store.verbs.previewing import LookAtNextRound
from store.verbs.signing import LookAtSnapshot


class UnsignedError(HoneError):
    """Nobody has let the labels train yet."""


def check_signed(door: Door, snapshot: Snapshot, sign_off: Sequence[Track]) -> None:
    """Raises UnsignedError, which says who must sign what and how, when a signature is missing.

    `sign_off` may name further tracks than the home's own settings do, and takes none of those away: --set is
    for whoever trains, the signature for whoever reviews.
    """
    home = load_section(ReviewSettings, "review", door.home.settings).sign_off
    wanted = {str(track) for track in (*sign_off, *home)}
    waiting = sorted(wanted & set(json.loads(snapshot.counts)["by_track"]))
    if not waiting or door.ask(look_at_snapshot, LookAtSnapshot(snapshot=snapshot.snapshot_id)).signatures:
        return
    name = snapshot.snapshot_id[:12]
    raise UnsignedError(
        f"Snapshot {name} has {' and '.join(waiting)} labels, which train only once a reviewer has signed "
        f"them: on the Safety page, or by hone sign {name} --as NAME. Then go on."
    )


def check_round_signed(door: Door, settings: Settings) -> None:
    """Raises UnsignedError, which says what to do, where the round waits for a signature and has none under
    what the home holds now.

    What the home's own settings ask for, --set does not take away.
    """
    home = load(Settings, door.home.settings).round
    asked = home if home.signature else settings.round
    if not asked.signature:
        return
    seen = door.ask(look_at_next_round, LookAtNextRound())
    newest = seen.signatures[-1] if seen.signatures else None
    if sentence := lacking(seen.round, newest, asked.signature_slack):
        raise UnsignedError(sentence)

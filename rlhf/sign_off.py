"""Whether a snapshot may train: on the tracks that the settings name only with a reviewer's signature."""

from __future__ import annotations

import json
from collections.abc import Sequence

from store.door import Door
from store.errors import HoneError
from store.records import Snapshot, Track
from store.reviews import ReviewSettings
from store.settings import load_section
from store.verbs import look_at_snapshot
from store.verbs.signing import LookAtSnapshot


class UnsignedError(HoneError):
    """Nobody has let the snapshot train yet."""


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
    raise UnsignedError(
        f"Snapshot {snapshot.snapshot_id[:12]} has {' and '.join(waiting)} labels, which train only once a "
        f"reviewer has signed them: hone sign {snapshot.snapshot_id[:12]} --as NAME, then go on."
    )

"""Sign-off: what was frozen, what is in it, who has signed it, and the way to sign."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from annotate import left_out, links, session
from annotate.clock import local_time
from annotate.pressing import act, typed
from annotate.visit import Visit
from annotate.words import Words
from store.errors import HoneError
from store.messages import Actor
from store.signatures import Signed
from store.verbs import list_snapshots, look_at_snapshot, sign_snapshot
from store.verbs.signing import ListSnapshots, LookAtSnapshot, SignSnapshot, SnapshotListed, SnapshotSeen

PAGE: Final = "sign off"
NOTE: Final = "sign off note"
KNOWING: Final = "sign off knowing"


def draw(visit: Visit) -> None:
    """Draws the list, the newest that waits chosen, and what is signed with it."""
    said = visit.words
    st.subheader(said.text("safety.sign_off"), anchor=False)
    seen = list_snapshots(visit.store, visit.actor, ListSnapshots())
    tracks = ", ".join(said.text(f"quality.{track}") for track in seen.required)
    means = said.text("safety.sign_means", tracks=tracks) if tracks else said.text("safety.sign_not_asked")
    st.caption(means)
    if not seen.snapshots:
        st.text(said.text("safety.sign_none"))
        return
    chosen = st.selectbox(
        said.text("safety.sign_choose"),
        range(len(seen.snapshots)),
        index=_first_that_waits(seen.snapshots),
        format_func=lambda place: _line(said, seen.snapshots[place]),
        key=_choice(seen.snapshots),
    )
    listed = seen.snapshots[chosen if isinstance(chosen, int) else 0]
    try:
        found = look_at_snapshot(visit.store, visit.actor, LookAtSnapshot(snapshot=listed.snapshot_id))
    except HoneError as error:  # its file is missing or damaged: another one can still be chosen
        st.text(said.refusal(error))
    else:
        _one(visit, found)


def _choice(found: Sequence[SnapshotListed]) -> str:
    """The key of the choice, another one for another list: of the same one a browser would show on what was
    chosen, while the server begins anew and something else is signed."""
    return f"of {len(found)} snapshots, {sum(len(one.signed_by) for one in found)} times signed"


def _first_that_waits(found: Sequence[SnapshotListed]) -> int:
    return next((place for place, one in enumerate(found) if one.waits), 0)


def _line(said: Words, one: SnapshotListed) -> str:
    if one.signed_by:
        state = said.text("safety.sign_done", names=", ".join(one.signed_by))
    else:
        state = said.text("safety.sign_waits" if one.waits else "safety.sign_unsigned")
    told = {
        "id": links.short(one.snapshot_id)[:12],
        "at": local_time(one.made_at),
        "count": said.figure(one.rows),
        "state": state,
    }
    return said.text("safety.sign_line", **told)


def _one(visit: Visit, seen: SnapshotSeen) -> None:
    said, snapshot = visit.words, seen.snapshot
    by_track = json.loads(snapshot.counts).get("by_track", {})
    excluded = json.loads(snapshot.left_out)
    told = {
        "count": said.figure(snapshot.row_count),
        "by_track": ", ".join(_track(said, name, found) for name, found in by_track.items()),
        "left_out": "; ".join(
            f"{left_out.why(said, reason)} ({said.figure(count)})" for reason, count in excluded.items()
        )
        or said.text("safety.sign_nothing_left_out"),
    }
    st.text(said.text("safety.sign_counts", **told))
    st.text(said.text("safety.sign_reviewed", count=said.figure(seen.reviewed)))
    if seen.trained:
        rounds = ", ".join(str(number) for number in seen.trained)
        st.text(said.text("safety.sign_trained", rounds=rounds))
    if seen.withdrawn:
        st.text(said.text("safety.sign_withdrawn", count=said.figure(seen.withdrawn)))
    links.show(links.to("lineage", f"snapshot:{snapshot.snapshot_id}"), said.text("safety.sign_lineage"))
    for one in seen.signatures:
        st.text(_signed(said, one))
    if not any(one.reviewer_id == visit.actor.annotator_id for one in seen.signatures):
        _form(visit, seen)


def _signed(said: Words, one: Signed) -> str:
    at = said.text("safety.sign_signed", name=one.name, at=local_time(one.made_at))
    return f"{at} {said.text('marks.quoted', text=one.note)}" if one.note else at


def _form(visit: Visit, seen: SnapshotSeen) -> None:
    """What lost labels since is signed only by who says that they know."""
    said = visit.words
    with st.form("sign snapshot", clear_on_submit=True):
        st.text_input(said.text("safety.sign_note"), key=NOTE, autocomplete="off")
        if seen.withdrawn:
            words = said.text("safety.sign_knowing", count=said.figure(seen.withdrawn))
            st.checkbox(words, key=_knowing(seen))
        st.form_submit_button(
            said.text("safety.sign"),
            type="primary",
            key="sign",
            on_click=_sign,
            args=(visit, seen),
        )


def _track(said: Words, name: str, found: Mapping[str, int]) -> str:
    return f"{said.text(f'quality.{name}')} {said.figure(found['pairs'])}"


def _knowing(seen: SnapshotSeen) -> str:
    """The key of the tick, another one for each snapshot: what was ticked for one is not said of the next."""
    return f"{KNOWING} {seen.snapshot.snapshot_id}"


def _sign(visit: Visit, seen: SnapshotSeen) -> None:
    def do(actor: Actor) -> str:
        known = seen.withdrawn if session.typed(_knowing(seen)) else 0
        request = SignSnapshot(snapshot=seen.snapshot.snapshot_id, note=typed(NOTE), withdrawn=known)
        sign_snapshot(visit.store, actor, request)
        return visit.words.text("safety.sign_now")

    act(visit, PAGE, do)

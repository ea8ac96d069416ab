"""What the next round would learn from, on one page that a person reads and signs before it starts. For
engineers.

Signing keeps the figures of the page; what has changed since it was drawn is refused, and drawn anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from annotate import left_out, links
from annotate.admission import admits
from annotate.clock import local_time
from annotate.pressing import act, tell, typed
from annotate.prose.escaping import plain
from annotate.visit import Visit
from annotate.words import Words
from store.messages import Actor
from store.preferences import REASONS
from store.records import Role
from store.verbs import look_at_next_round, sign_round
from store.verbs.previewing import HELD_OUT, LookAtNextRound, NextRound, RoundSignatureSeen, SignRound
from store.verbs.track_outlook import Share, TrackOutlook

PAGE: Final = "next round"
NOTE: Final = "next round note"
ABOUT: Final = ("track", "labels", "of_policy", "agreement", "golds", "first_won")
"""The columns, in order."""


def render(visit: Visit) -> None:
    """Draws the page for an engineer or an administrator; anybody else is told that it is not theirs."""
    said = visit.words
    if not admits(visit, Role.ENGINEER, said.text("frame.next_round")):
        return
    seen = look_at_next_round(visit.store, visit.actor, LookAtNextRound())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(said.text("next_round.title", number=seen.round), anchor=False)
        links.show("/rounds", said.text("policies.to_rounds"))
    st.text(said.text("next_round.means"))
    tell(PAGE)
    _numbers(said, seen)
    _tracks(said, seen)
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        _power(said, seen)
    with right.container(border=True, height="stretch"):
        _left_out(said, seen)
    _signatures(visit, seen)


def _numbers(said: Words, seen: NextRound) -> None:
    both = seen.tracks[-1]
    share = said.figure(both.of_policy / both.labels, ".0%") if both.labels else "–"
    numbers = {
        "total": said.figure(seen.labels),
        "new": said.figure(seen.new_labels),
        "teach": said.figure(both.labels),
        "current": share,
    }
    for column, (name, value) in zip(st.columns(len(numbers)), numbers.items(), strict=True):
        column.metric(said.text(f"next_round.{name}"), value, border=True)
    if seen.policy_id is not None:
        st.caption(plain(said.text("next_round.in_use", policy=links.short(seen.policy_id))))


def _tracks(said: Words, seen: NextRound) -> None:
    """How much there is of each track, and how good it is."""
    st.subheader(said.text("next_round.quality"), anchor=False)
    names = [said.text(f"next_round.{name}") for name in ABOUT]
    table = pd.DataFrame([_row(said, one) for one in seen.tracks], columns=names)
    columns = {name: st.column_config.TextColumn(name) for name in names}
    st.dataframe(
        table, hide_index=True, column_config=columns, key="outlook", alt=said.text("next_round.quality")
    )
    st.caption(said.text("next_round.quality_means"))


def _row(said: Words, one: TrackOutlook) -> Sequence[str]:
    return (
        said.text(f"next_round.{one.track.value if one.track else 'both'}"),
        said.figure(one.labels),
        said.figure(one.of_policy),
        *(_share(said, share) for share in (one.agreement, one.golds, one.first_won)),
    )


def _share(said: Words, one: Share) -> str:
    """Such as `83% of 120 (75% to 89%)`."""
    if one.share is None:
        return "–"
    low, high = said.figure(one.share.low, ".0%"), said.figure(one.share.high, ".0%")
    return said.text(
        "next_round.share",
        share=said.figure(one.share.value, ".0%"),
        count=said.figure(one.count),
        low=low,
        high=high,
    )


def _power(said: Words, seen: NextRound) -> None:
    """How many judgements show whether the round helped."""
    found, golds = seen.power, seen.tracks[-1].golds
    points = said.figure(found.gain * 100, ".0f")
    st.subheader(said.text("next_round.power", points=points), anchor=False)
    st.text(said.text("next_round.needed", points=points, count=said.figure(found.needed or 0)))
    if golds.share is None:
        st.text(said.text("next_round.needed_unknown"))
    elif found.needed_so is None:
        st.text(said.text("next_round.needed_never", share=said.figure(golds.share.value, ".0%")))
    else:
        told = {"share": said.figure(golds.share.value, ".0%"), "count": said.figure(found.needed_so)}
        st.text(said.text("next_round.needed_so", **told))
    if found.told is None:
        st.text(said.text("next_round.told_nothing", count=said.figure(seen.new_labels)))
    else:
        told = {"count": said.figure(seen.new_labels), "points": said.figure(found.told * 100, ".1f")}
        st.text(said.text("next_round.told", **told))
    st.caption(said.text("next_round.power_means"))


def _left_out(said: Words, seen: NextRound) -> None:
    st.subheader(said.text("next_round.left_out"), anchor=False)
    if not seen.left_out:
        st.text(said.text("next_round.nothing_left_out"))
        return
    names = [said.text(f"next_round.{name}") for name in ("reason", "labels_out")]
    rows = [
        (left_out.why(said, reason), count)
        for reason, count in ((one, seen.left_out.get(one, 0)) for one in (HELD_OUT, *REASONS))
        if count
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=names),
        hide_index=True,
        key="left out",
        alt=said.text("next_round.left_out"),
    )


def _signatures(visit: Visit, seen: NextRound) -> None:
    """Who has signed it, whether that still holds, and the way to sign."""
    said = visit.words
    st.subheader(said.text("next_round.signatures"), anchor=False)
    if seen.sign_off:
        tracks = ", ".join(said.text(f"next_round.{track.value}") for track in seen.sign_off)
        st.text(said.text("next_round.sign_off", tracks=tracks))
    for one in seen.signatures:
        # As text: in Markdown an address within would become a link.
        st.text(_signed(said, one))
    if not seen.signatures:
        st.text(said.text("next_round.unsigned"))
    if not seen.tracks[-1].labels:
        st.text(said.text("next_round.no_labels"))
        return
    with st.form("sign round", clear_on_submit=True):
        st.text_input(said.text("next_round.note"), key=NOTE, autocomplete="off")
        st.form_submit_button(
            said.text("next_round.sign", number=seen.round),
            type="primary",
            key="sign",
            on_click=_sign,
            args=(visit, seen),
        )
    st.caption(said.text("next_round.sign_means"))


def _sign(visit: Visit, seen: NextRound) -> None:
    def do(actor: Actor) -> str:
        request = SignRound(round=seen.round, spoken=seen.spoken, note=typed(NOTE))
        sign_round(visit.store, actor, request)
        return visit.words.text("next_round.signed_now", number=seen.round)

    act(visit, PAGE, do)


def _signed(said: Words, one: RoundSignatureSeen) -> str:
    words = [said.text("next_round.signed", name=one.name, at=local_time(one.made_at))]
    if one.note:
        words.append(said.text("marks.quoted", text=one.note))
    words.append(
        said.text("next_round.since", count=said.figure(one.since))
        if one.since
        else said.text("next_round.since_none")
    )
    return " ".join(words)

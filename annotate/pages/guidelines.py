"""The words that annotators read: everybody sees what is in force and what changed; reviewers write versions.

What a reviewer types is kept as a draft, like a judgement: a reload loses nothing that has left its field.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from annotate import address, session
from annotate.clock import local_day, local_time
from annotate.prose.escaping import plain
from annotate.visit import Visit
from annotate.widgets import reading
from store import drafts
from store.errors import HoneError
from store.records import Role, Track
from store.verbs import guideline_shown, list_guidelines, read_guideline, write_guideline
from store.verbs.guiding import (
    GuidelineShown,
    GuidelinesListed,
    GuidelineVersion,
    ListGuidelines,
    ReadGuideline,
    WriteGuideline,
)

PAGE = "guidelines"
WRITES = frozenset({Role.REVIEWER, Role.ENGINEER, Role.ADMINISTRATOR})
HEIGHT = 490
"""Pixels of the field and of its preview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a reviewer has typed, after which version; `is_own` once it differs from that version."""

    text: str
    changed: str
    after: int
    is_own: bool = False


def render(visit: Visit) -> None:
    """Draws the page of the track that the address names."""
    said = visit.words
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(said.text("frame.guidelines"), anchor=False)
        chosen = _chosen(visit)
    if visit.actor.role not in WRITES:
        _in_force(visit, chosen)
        return
    names = [said.text(f"guidelines.{name}") for name in ("in_force", "write", "versions", "readers")]
    in_force, write, versions, readers = st.tabs(names, key="part")
    listed = list_guidelines(visit.store, visit.actor, ListGuidelines(track=chosen))
    with in_force:
        _in_force(visit, chosen)
    with write:
        _write(visit, chosen, listed.versions[0])
    with versions:
        _versions(visit, listed)
    with readers:
        _readers(visit, listed)


def _chosen(visit: Visit) -> Track:
    """The track that the address names, unless another is chosen."""
    said, named = visit.words, address.track()
    track = st.segmented_control(
        said.text("guidelines.track"),
        [track.value for track in Track],
        default=named if named in set(Track) else Track.HELPFULNESS.value,
        required=True,
        format_func=lambda value: said.text(f"guidelines.{value}"),
        key="track",
        label_visibility="collapsed",
    )
    chosen = Track(track or Track.HELPFULNESS)
    if chosen != named:
        address.name_track(chosen.value)
    return chosen


def _in_force(visit: Visit, track: Track) -> None:
    """What annotators read, what changed since they last did, and their receipt."""
    said = visit.words
    shown = guideline_shown(visit.store, visit.actor, track)
    parts = []
    if shown.since is not None:
        st.subheader(said.text("guidelines.changed_since", version=shown.since), anchor=False)
        for note in shown.notes:
            st.text(said.text("guidelines.note", version=note.version, changed=note.changed))
        parts.append(reading.changes(shown.lines))
    parts.append(reading.prose(shown.text, said, said.text("guidelines.version", version=shown.version)))
    reading.show(f"in force {track}", parts, said)
    if shown.read:
        st.caption(said.text("guidelines.is_read"))
    else:
        st.button(said.text("guidelines.read"), key=f"read {track}", on_click=_read, args=(visit, shown))


def _read(visit: Visit, shown: GuidelineShown) -> None:
    present = visit.who()
    if present is not None:
        read_guideline(visit.store, present, ReadGuideline(track=shown.track, version=shown.version))


def _write(visit: Visit, track: Track, newest: GuidelineVersion) -> None:
    """The next version beside how it will look."""
    said = visit.words
    draft = _draft(visit, track, newest)
    if draft.after < newest.version:
        st.warning(said.text("guidelines.overtaken", version=newest.version, after=draft.after))
    name = f"{track} after {draft.after}"
    kept = (visit, track, draft.after)
    left, right = st.columns(2)
    with left:
        text = st.text_area(
            said.text("guidelines.text"),
            draft.text,
            height=HEIGHT,
            key=session.key(f"text {name}"),
            help=said.text("guidelines.text_help"),
            on_change=_keep,
            args=kept,
        )
    with right:
        parts = [reading.preview(text or "", said, said.text("guidelines.preview"))]
        reading.show(f"preview {track}", parts, said)
    st.text_input(
        said.text("guidelines.changed"),
        draft.changed,
        key=session.key(f"changed {name}"),
        help=said.text("guidelines.changed_help"),
        on_change=_keep,
        args=kept,
    )
    st.checkbox(
        said.text("guidelines.requalify"),
        key=f"requalify {name}",
        help=said.text("guidelines.requalify_help"),
    )
    with st.container(horizontal=True):
        words = said.text("guidelines.publish", version=newest.version + 1)
        st.button(words, type="primary", key=f"publish {track}", on_click=_publish, args=kept)
        if draft.is_own:
            st.button(said.text("guidelines.discard"), key=f"discard {track}", on_click=_drop, args=kept)


def _draft(visit: Visit, track: Track, newest: GuidelineVersion) -> Draft:
    """What the reviewer was writing, else the words in force."""
    kept = drafts.find(visit.store.home, visit.actor.annotator_id, _name(track))
    match kept.judgement if kept else {}:
        case {"text": str(text), "changed": str(changed), "after": int(after)}:
            return Draft(text=text, changed=changed, after=after, is_own=True)
    return Draft(text=newest.text, changed="", after=newest.version)


def _name(track: Track) -> str:
    return f"guideline of {track}"


def _typed(track: Track, after: int) -> tuple[str, str, bool]:
    """What stands in the fields now."""
    name = f"{track} after {after}"
    text, changed = (str(session.typed(f"{field} {name}") or "") for field in ("text", "changed"))
    return text, changed, session.typed(f"requalify {name}") is True


def _keep(visit: Visit, track: Track, after: int) -> None:
    text, changed, _ = _typed(track, after)
    typed = {"text": text, "changed": changed, "after": after}
    draft = {"pair": _name(track), "judgement": typed, "savedAt": time.time() * 1000}
    drafts.keep(visit.store.home, visit.actor.annotator_id, drafts.DRAFT.validate_python(draft))


def _drop(visit: Visit, track: Track, after: int) -> None:
    drafts.drop(visit.store.home, visit.actor.annotator_id, _name(track))
    for field in ("text", "changed"):
        session.begin_anew(f"{field} {track} after {after}")


def _publish(visit: Visit, track: Track, after: int) -> None:
    """The words are in force from now on, or stay with their author and it is said why."""
    present = visit.who()
    if present is None:
        return
    text, changed, requalify = _typed(track, after)
    request = WriteGuideline(track=track, text=text, changed=changed, requalify=requalify, after=after)
    try:
        written = write_guideline(visit.store, present, request)
    except HoneError as error:
        _keep(visit, track, after)
        st.toast(plain(visit.words.refusal(error)))
        return
    _drop(visit, track, after)
    st.toast(visit.words.text("guidelines.published", version=written.version))


def _versions(visit: Visit, listed: GuidelinesListed) -> None:
    said = visit.words
    if len(listed.versions) == 1:
        st.text(said.text("guidelines.versions_one"))
    for one in listed.versions:
        with st.expander(_titled(visit, one), expanded=one is listed.versions[0] and one.lines != ()):
            if one.changed:
                st.text(one.changed)
            if one.requalify:
                st.caption(said.text("guidelines.requalified"))
            parts = []
            if one.lines:
                parts.append(
                    reading.changes(one.lines, said.text("guidelines.difference", version=one.version))
                )
            parts.append(reading.prose(one.text, said, said.text("guidelines.whole")))
            reading.show(f"version {one.version}", parts, said)


def _titled(visit: Visit, one: GuidelineVersion) -> str:
    if one.made_at is None:
        return visit.words.text("guidelines.first")
    day = local_day(one.made_at)
    author = plain(one.author or "")
    return visit.words.text("guidelines.version_by", version=one.version, author=author, day=day)


def _readers(visit: Visit, listed: GuidelinesListed) -> None:
    said = visit.words
    if not listed.readers:
        st.text(said.text("guidelines.nobody"))
        return
    newest = listed.versions[0].version
    read = sum(one.version == newest for one in listed.readers)
    st.caption(said.text("guidelines.reader_count", read=read, people=len(listed.readers), version=newest))
    person, version, when = (said.text(f"guidelines.reader{name}") for name in ("", "_version", "_when"))
    rows = [
        {
            person: one.name,
            version: str(one.version or said.text("guidelines.reader_none")),
            when: local_time(one.made_at) if one.made_at else "–",
        }
        for one in listed.readers
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=said.text("guidelines.readers"))

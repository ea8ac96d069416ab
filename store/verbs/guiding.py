"""The words that annotators of a track read: written by reviewers, read with a receipt, told what is new."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from duckdb import DuckDBPyConnection

from store import annotators, guidelines
from store.database import Store
from store.errors import RequestError
from store.guidelines import Reader
from store.line_changes import Line, line_changes
from store.messages import Actor
from store.records import Fact, Guideline, GuidelineRead, Role, Track, now
from store.verbs.assignments import check_words
from store.verbs.roles import allow, allow_judging

LONGEST_GUIDELINE: Final = 50_000
"""Characters."""
LONGEST_CHANGED: Final = 2_000
"""Characters of what the author says is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteGuideline:
    """A new version, and what is new in it. `requalify`: passes of older versions do not count any more.

    `after` is the version that the author had before their eyes; None where they did not look.
    """

    track: Track
    text: str
    changed: str
    requalify: bool = False
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadGuideline:
    """The actor has read this version."""

    track: Track
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the author of a version says is new in it."""

    version: int
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineShown:
    """The version in force; `read` when the actor said to have read it.

    `since` is the older version that they know, where they know one: then `notes` are of every version after
    it, and `lines` are the whole text with what changed.
    """

    track: Track
    version: int
    text: str
    read: bool
    since: int | None = None
    notes: tuple[Note, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGuidelines:
    """Wants to see a track's versions and who has read them."""

    track: Track


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineVersion:
    """A version: by whom (None: it came with Hone), when, and what it has otherwise than the one before."""

    version: int
    text: str
    author: str | None
    changed: str
    requalify: bool
    made_at: datetime | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelinesListed:
    """A track's versions, the newest first, and every person with the newest one that they have read."""

    versions: tuple[GuidelineVersion, ...]
    readers: tuple[Reader, ...]


def write_guideline(store: Store, actor: Actor, request: WriteGuideline) -> Guideline:
    """The words in force from now on; RequestError when a newer version came meanwhile, or nothing is new."""
    allow(actor, Role.REVIEWER)
    _check(request)
    with store.turns.of(f"guideline {request.track}"), store.reading() as db:
        versions = guidelines.every(db, request.track)
        newest = versions[-1]
        if request.after not in {None, newest.version}:
            raise RequestError(
                f"Version {newest.version} came while you wrote after {request.after}; look at it first."
            )
        if request.text.strip() == newest.text.strip():
            raise RequestError(
                f"Expected words other than those of version {newest.version}; they are the same."
            )
        written = Guideline(
            track=request.track,
            version=newest.version + 1,
            text=request.text,
            author=actor.annotator_id,
            changed=request.changed.strip(),
            requalify=request.requalify,
        )
        read = GuidelineRead(annotator_id=actor.annotator_id, track=request.track, version=written.version)
        facts: list[Fact] = [written, read]  # who wrote it has read it
        if newest.version == 1:  # what was read until now stays readable, whatever a later Hone comes with
            facts.insert(0, replace(newest, made_at=now()))
        store.append(actor.annotator_id, *facts)
    return written


def read_guideline(store: Store, actor: Actor, request: ReadGuideline) -> GuidelineRead:
    """The actor's receipt; one that is there already stays as it is."""
    allow_judging(actor)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        newest = guidelines.version(db, request.track)
        if not 1 <= request.version <= newest:
            raise RequestError(f"Expected a version from 1 to {newest}; got {request.version}.")
        known = guidelines.read_at(db, actor.annotator_id, request.track, request.version)
        receipt = GuidelineRead(
            annotator_id=actor.annotator_id,
            track=request.track,
            version=request.version,
            made_at=known or now(),
        )
        if known is None:
            store.append(actor.annotator_id, receipt)
    return receipt


def guideline_shown(store: Store, actor: Actor, track: Track) -> GuidelineShown:
    """The words in force, and what changed since the actor read or judged by older ones."""
    with store.reading() as db:
        versions = guidelines.every(db, track)
        newest = versions[-1]
        since = guidelines.last_read(db, actor.annotator_id, track)
        read = guidelines.read_at(db, actor.annotator_id, track, newest.version) is not None
    shown = GuidelineShown(track=track, version=newest.version, text=newest.text, read=read)
    known = next((one for one in versions if one.version == since), None)
    if known is None or known.version == newest.version:
        return shown
    return replace(
        shown,
        since=known.version,
        notes=tuple(
            Note(version=one.version, changed=one.changed) for one in versions if one.version > known.version
        ),
        lines=line_changes(known.text, newest.text),
    )


def list_guidelines(store: Store, actor: Actor, request: ListGuidelines) -> GuidelinesListed:
    """What reviewers see of a track's guideline."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        versions = guidelines.every(db, request.track)
        before = [None, *versions[:-1]]
        return GuidelinesListed(
            versions=tuple(_version(db, one, earlier) for one, earlier in zip(versions, before, strict=True))[
                ::-1
            ],
            readers=tuple(guidelines.readers(db, request.track)),
        )


def _version(db: DuckDBPyConnection, one: Guideline, earlier: Guideline | None) -> GuidelineVersion:
    own = one.author == guidelines.HONES_OWN
    person = annotators.by_id(db, one.author) if one.author else None
    return GuidelineVersion(
        version=one.version,
        text=one.text,
        author=None if own else person.name if person else one.author,
        changed=one.changed,
        requalify=one.requalify,
        made_at=None if own else one.made_at,
        lines=line_changes(earlier.text, one.text) if earlier else (),
    )


def _check(request: WriteGuideline) -> None:
    check_words("guideline", request.text, LONGEST_GUIDELINE)
    check_words("note of what is new", request.changed, LONGEST_CHANGED)
    if not request.text.strip():
        raise RequestError("Expected the guideline's words; got nothing.")
    if not request.changed.strip():
        raise RequestError("Expected what is new in this version; got nothing. Say it in a sentence.")

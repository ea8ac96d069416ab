"""What a surface is shown: an item of work and all that stands around it, as JSON.

Compare and Rank add what is of their form. It names no policy and no stored order: annotators judge blind.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, Final
from weakref import WeakKeyDictionary

from annotate.clock import local_hour
from annotate.prose.showing import shown, shown_blind
from annotate.session import Acknowledgement
from annotate.visit import Visit
from annotate.words import Words
from store.database import Store
from store.identity import identity
from store.line_changes import near_changes
from store.messages import Assignment, Cause, NoWork
from store.records import Track, Turn
from store.risks import Risk
from store.verbs import guideline_shown
from store.verbs.guiding import GuidelineShown

NUMBERED = re.compile(r"batch-(\d+)")
LINES_AROUND = 1
"""Unchanged lines of a guideline that are shown beside those that changed."""

REASONS: Final = {
    Track.HELPFULNESS: ("correct", "complete", "instructions", "clear", "concise", "honest", "tone"),
    Track.SAFETY: ("harmless", "declines", "alternative", "explains", "respectful", "willing"),
}
"""Why one response is better, as the store keeps it; the catalogue has the words."""

_settled: WeakKeyDictionary[Store, dict[tuple[str, Track], GuidelineShown]] = WeakKeyDictionary()
"""The guidelines in which there is nothing new to somebody, by person and track."""


def heard(acknowledgement: Acknowledgement) -> dict[str, Any]:
    """What became of the surface's last message."""
    return {
        "ack": acknowledgement.mid,
        "message": acknowledgement.message,
        "refused": acknowledgement.refused,
    }


def words(said: Words, page: str) -> dict[str, str]:
    """What every surface says, what this page says, and the names of risks."""
    named = {f"risk_{risk}": said.text(f"risks.{risk}") for risk in Risk}
    return {**said.section("surface"), **named, **said.section(page)}


def item(visit: Visit, reply: Assignment) -> dict[str, Any]:
    """What is to be judged, with its place in the batch and what was said of it before."""
    return {
        "lease": reply.lease_id,
        "pair": draft_name(visit, reply),
        "track": reply.track.value,
        "batch": f"{visit.words.text(f'surface.track_{reply.track}')}, {_batch(visit.words, reply.batch_id)}",
        "done": reply.done,
        "total": reply.total,
        "turns": [{"role": turn.role, **_turn(visit, turn)} for turn in reply.turns],
        "responses": [asdict(shown_blind(visit.store, text, visit.words)) for text in reply.responses],
        "said": asdict(reply.draft) if reply.draft else None,
    }


def choices(said: Words, track: Track) -> dict[str, Any]:
    """Why something is better, and which risks an unsafe response can run."""
    return {
        "reasons": [{"value": each, "words": said.text(f"surface.reason_{each}")} for each in REASONS[track]],
        "risks": risks(said),
    }


def risks(said: Words) -> list[dict[str, str]]:
    """Those that an unsafe response can run."""
    return [{"value": each.value, "words": said.text(f"risks.{each}")} for each in Risk]


def draft_name(visit: Visit, reply: Assignment) -> str:
    """A draft belongs to a pair: its lease may end over lunch, and the same pair comes with another."""
    return identity("draft", visit.actor.annotator_id, reply.track, reply.turns, reply.responses)


def nothing(said: Words, reply: NoWork) -> dict[str, Any]:
    """Why there is no item; who lacks a qualification is led to its test."""
    until = local_hour(reply.retry_at) if reply.retry_at else "?"
    return {
        "work": None,
        "next": None,
        "reason": said.text(f"surface.no_work_{reply.cause.name.lower()}", until=until),
        "unqualified": reply.cause is Cause.NOT_QUALIFIED,
        "done": reply.done,
        "guidelines": {},
    }


def guidelines(visit: Visit, *tracks: Track) -> dict[str, Any]:
    """The words in force for these tracks, and what is new in them to this person."""
    return {track.value: _guideline(visit, _guideline_for(visit, track)) for track in sorted(set(tracks))}


def _guideline_for(visit: Visit, track: Track) -> GuidelineShown:
    """As the store shows it. To whom nothing in a version is new, nothing in it becomes so later."""
    version = visit.store.guideline_version(track)
    settled = _settled.setdefault(visit.store, {})
    known = settled.get((visit.actor.annotator_id, track))
    if known is not None and known.version == version:
        return known
    one = guideline_shown(visit.store, visit.actor, track)
    if one.since is None:
        settled[visit.actor.annotator_id, track] = one
    return one


def _guideline(visit: Visit, one: GuidelineShown) -> dict[str, Any]:
    return {
        "track": one.track.value,
        "version": one.version,
        "html": shown(one.text, visit.words).html,
        "unread": one.since is not None and not one.read,
        "notes": [note.changed for note in one.notes],
        "lines": [
            {"change": line.change.value, "text": line.text}
            for line in near_changes(one.lines, LINES_AROUND)
            if line.text.strip()
        ],
    }


def _turn(visit: Visit, turn: Turn) -> dict[str, str]:
    """What was said before; a model's words without the names that would tell which."""
    if turn.role == "assistant":
        return asdict(shown_blind(visit.store, turn.content, visit.words))
    return asdict(shown(turn.content, visit.words))


def _batch(said: Words, batch_id: str) -> str:
    """The batch as people count: the one before the first round, `batch-0`, is the first."""
    numbered = NUMBERED.fullmatch(batch_id)
    if numbered:
        return said.text("surface.batch", number=int(numbered[1]) + 1)
    return batch_id.replace("-", " ")

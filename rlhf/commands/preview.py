"""`hone round --preview`, `hone sign next-round`: what the next round would learn from, read and signed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import typer

from rlhf.commands.options import asked_password, counted, say

if TYPE_CHECKING:
    from store.home import Home
    from store.records import Track
    from store.verbs.previewing import NextRound
    from store.verbs.track_outlook import Share, TrackOutlook

NEXT_ROUND: Final = "next-round"
"""What `hone sign` signs by this name."""


def look(home: Home, required: tuple[Track, ...]) -> NextRound:
    """The figures as they stand now."""
    from store.door import open_door
    from store.verbs import look_at_next_round
    from store.verbs.previewing import LookAtNextRound

    with open_door(home) as door:
        return door.ask(look_at_next_round, LookAtNextRound(required=required))


def print_out(home: Home, required: tuple[Track, ...], as_json: bool) -> None:
    """Prints what the next round would learn from; starts nothing."""
    seen = look(home, required)
    say(as_json, dataclasses.asdict(seen), "\n".join(told(seen)))


def sign(home: Home, name: str, note: str, as_json: bool) -> None:
    """Shows it, asks for the person's password, and keeps their signature under what was shown."""
    from store.door import open_door
    from store.verbs import sign_round
    from store.verbs.previewing import SignRound
    from store.verbs.vouching import Vouch

    seen = look(home, ())
    if not as_json:
        typer.echo("\n".join(told(seen)), err=True)
    vouch = Vouch(name=name, password=asked_password(f"Password of {name}"))
    request = SignRound(round=seen.round, spoken=seen.spoken, note=note, vouch=vouch)
    with open_door(home) as door:
        signed = door.ask(sign_round, request)
    words = f"{signed.name} signed round {seen.round} on {signed.made_at:%Y-%m-%d %H:%M} UTC."
    say(as_json, {"round": seen.round, **dataclasses.asdict(signed)}, words)


def told(seen: NextRound) -> Iterator[str]:
    """All of it, a line each."""
    yield (
        f"Round {seen.round} would learn from {counted(seen.tracks[-1].labels, 'label')}; the home has "
        f"{seen.labels}, {seen.new_labels} of them new since the last round."
    )
    yield from map(_of_track, seen.tracks)
    if seen.left_out:
        yield "left out: " + ", ".join(f"{count} {reason}" for reason, count in seen.left_out.items())
    yield from _of_power(seen)
    if seen.sign_off:
        yield (
            f"with {' and '.join(seen.sign_off)} labels it freezes a snapshot, and goes on once a reviewer "
            "has signed that (hone sign lists what waits)"
        )
    for one in seen.signatures:
        since = f"labels given, changed or reviewed since: {one.since}" if one.since else "nothing new since"
        note = f": {one.note}" if one.note else ""
        yield f"signed by {one.name} on {one.made_at:%Y-%m-%d %H:%M} UTC ({since}){note}"
    if not seen.signatures:
        yield "the round itself is signed by nobody"


def _of_track(one: TrackOutlook) -> str:
    return (
        f"{one.track or 'both'}: {counted(one.labels, 'label')}, {one.of_policy} on the policy in use; "
        f"people agree {_share(one.agreement)}; right on known answers {_share(one.golds)}; first shown "
        f"won {_share(one.first_won)}"
    )


def _share(one: Share) -> str:
    if one.share is None:
        return "unknown"
    return f"{one.share.value:.0%} of {one.count} ({one.share.low:.0%} to {one.share.high:.0%})"


def _of_power(seen: NextRound) -> Iterator[str]:
    found = seen.power
    people = (
        "nobody knows how many of people such as these it takes"
        if found.needed_so is None
        else f"of people such as these it takes {found.needed_so}"
    )
    yield (
        f"{found.gain * 100:.0f} points of win rate show in {found.needed} blind judgements that are always "
        f"right; {people}"
    )
    if found.told is not None:
        yield f"{seen.new_labels} such judgements tell a gain of {found.told * 100:.1f} points or more"

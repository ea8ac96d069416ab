"""`hone snapshot` and `hone sign`: training data is frozen, read by a reviewer, and signed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rlhf.commands.options import HomeOption, JsonOption, asked_password, counted, home_of, progress_bar, say
from store.errors import HoneError
from store.records import Contents, Track

if TYPE_CHECKING:
    from store.home import Home
    from store.records import Snapshot
    from store.verbs.signing import SignSnapshot, SnapshotListed

LISTED = {"track": "by_track", "degree": "by_degree", "split": "by_split", "age": "by_age"}
"""What is printed of the counts; --json gives all."""

Named = Annotated[list[str], typer.Option(help="Only of this one; may be said again for further ones.")]


def snapshot(
    contents: Annotated[Contents, typer.Argument(help="What to freeze.")] = Contents.PREFERENCES,
    track: Annotated[list[Track], typer.Option(help="Only this track.")] = [],  # noqa: B006  # typer copies
    batch: Named = [],  # noqa: B006
    round_: Annotated[list[int], typer.Option("--round", help="Only comparisons of this round.")] = [],  # noqa: B006
    language: Named = [],  # noqa: B006
    policy: Named = [],  # noqa: B006
    least_degree: Annotated[
        int, typer.Option(min=0, max=3, help="Only labels of this degree or more: 3 is significantly better.")
    ] = 0,
    without: Annotated[list[str], typer.Option(help="Leave this annotator out.")] = [],  # noqa: B006
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Freeze training data into a file; the same data, asked for in the same way, gives the same file."""
    from store import progress
    from store.door import open_door
    from store.messages import Freeze, Narrowing
    from store.records import Degree
    from store.verbs import freeze

    only = Narrowing(
        tracks=tuple(track),
        batches=tuple(batch),
        rounds=tuple(round_),
        languages=tuple(language),
        policies=tuple(policy),
        least_degree=Degree(least_degree),
        without=tuple(without),
    )
    root = home_of(home)
    with open_door(root) as door, progress_bar(quiet=as_json) as show, progress.shown(show):
        frozen = door.ask(freeze, Freeze(contents=contents, only=only))
    lines = [f"{counted(frozen.row_count, 'row')} in {root.root / frozen.path}", *told(frozen)]
    say(as_json, as_object(frozen), "\n".join(lines))


def sign(
    snapshot: Annotated[
        str | None,
        typer.Argument(
            help="The snapshot's id, or snapshot:ID; its first letters will do. Or next-round: what the next "
            "round would learn from. Without it, the snapshots are listed."
        ),
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option("--as", help="Who signs, a reviewer or for a round an engineer; asks their password."),
    ] = None,
    note: Annotated[str, typer.Option(help="What the reviewer wants to say with it.")] = "",
    withdrawn: Annotated[
        int, typer.Option(min=0, help="Sign it though so many of its labels were withdrawn since.")
    ] = 0,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Let a snapshot train, or the next round start: somebody reads what is in it and signs by password."""
    from rlhf.commands import preview

    root = home_of(home)
    if snapshot is None:
        _list(root, as_json)
    elif as_ is None:
        raise HoneError(f"Expected --as with who signs {snapshot}; without a snapshot they are listed.")
    elif snapshot == preview.NEXT_ROUND:
        preview.sign(root, as_, note, as_json)
    else:
        from store.verbs.signing import SignSnapshot

        _sign(root, SignSnapshot(snapshot=snapshot, note=note, withdrawn=withdrawn), as_, as_json)


def _list(root: Home, as_json: bool) -> None:
    from store.door import open_door
    from store.verbs.signing import ListSnapshots, list_snapshots

    with open_door(root) as door:
        found = door.ask(list_snapshots, ListSnapshots())
    lines = [_listed(one) for one in found.snapshots] or ["Nothing has been frozen yet."]
    say(as_json, dataclasses.asdict(found), "\n".join(lines))


def _listed(one: SnapshotListed) -> str:
    """Such as `1f3a…  2026-11-24 01:05 UTC  968 rows of helpfulness, safety  waits for a signature`."""
    words = [
        one.snapshot_id[:12],
        f"{one.made_at:%Y-%m-%d %H:%M} UTC",
        f"{counted(one.rows, 'row')} of {', '.join(one.tracks) or 'no track'}",
    ]
    if one.signed_by:
        words.append(f"signed by {', '.join(one.signed_by)}")
    else:
        words.append("waits for a signature" if one.waits else "unsigned")
    if one.trained:
        words.append(f"trained in round {', '.join(str(number) for number in one.trained)}")
    return "  ".join(words)


def _sign(root: Home, asked: SignSnapshot, name: str, as_json: bool) -> None:
    from store.door import open_door
    from store.verbs.signing import LookAtSnapshot, look_at_snapshot, sign_snapshot
    from store.verbs.vouching import Vouch

    with open_door(root) as door:
        seen = door.ask(look_at_snapshot, LookAtSnapshot(snapshot=asked.snapshot))
    found = seen.snapshot
    if not as_json:
        lines = [f"Snapshot {found.snapshot_id}: {counted(found.row_count, 'row')}", *told(found)]
        lines.append(f"A reviewer has ruled on {counted(seen.reviewed, 'label')} of it.")
        if seen.withdrawn:
            lines.append(f"{counted(seen.withdrawn, 'label')} of it retracted or overruled since.")
        typer.echo("\n".join(lines), err=True)
    vouch = Vouch(name=name, password=asked_password(f"Password of {name}"))
    asked = dataclasses.replace(asked, snapshot=found.snapshot_id, vouch=vouch)
    with open_door(root) as door:
        signed = door.ask(sign_snapshot, asked)
    already = any(one.reviewer_id == signed.reviewer_id for one in seen.signatures)
    words = (
        f"{signed.name} {'has signed' if already else 'signed'} snapshot {found.snapshot_id[:12]} "
        f"{'already, ' if already else ''}on {signed.made_at:%Y-%m-%d %H:%M} UTC."
    )
    told_of = {"snapshot_id": found.snapshot_id, "already": already}
    say(as_json, {**dataclasses.asdict(signed), **told_of}, words)


def told(frozen: Snapshot) -> list[str]:
    """What the snapshot is made of and what was left out, in a few lines."""
    counts, left_out = json.loads(frozen.counts), json.loads(frozen.left_out)
    lines = [
        f"by {word}: " + ", ".join(f"{_count(count)} {name}" for name, count in counts[key].items())
        for word, key in LISTED.items()
        if counts.get(key)
    ]
    if counts.get("by_annotator"):
        lines.insert(
            0,
            f"from {counted(counts['labels'], 'label')} of "
            f"{counted(len(counts['by_annotator']), 'annotator')}",
        )
    if newest := counts.get("newest_policy"):
        lines.append(f"with a response of the newest policy, {newest['policy_id']}: {newest['share']:.0%}")
    if left_out:
        lines.append("left out: " + ", ".join(f"{count} {reason}" for reason, count in left_out.items()))
    return lines


def as_object(frozen: Snapshot) -> dict[str, Any]:
    """The snapshot with its JSON texts as what they tell."""
    texts = {name: json.loads(getattr(frozen, name)) for name in ("parameters", "counts", "left_out")}
    return {**dataclasses.asdict(frozen), **texts}


def _count(count: int | dict[str, int]) -> int:
    return count["pairs"] if isinstance(count, dict) else count

"""`hone void`: labels are retracted, and what learned from them is told."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import (
    HomeOption,
    JsonOption,
    asked_password,
    counted,
    home_of,
    listed,
    progress_bar,
    say,
)
from store.errors import HoneError

if TYPE_CHECKING:
    from store.home import Home
    from store.messages import Mark
    from store.verbs.retracting import Void, Voided

MOST = 8
"""Ids of a noun that are printed; --json gives all."""


def void(
    thing: Annotated[str, typer.Argument(help="annotator:NAME or label:ID.")],
    why: Annotated[str, typer.Option(help="Why; it is kept with every retraction.")] = "",
    suspend: Annotated[
        bool, typer.Option("--suspend", help="Bar the annotator from both tracks too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be touched.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_: Annotated[
        str | None,
        typer.Option("--as", help="The reviewer who answers for it; their password is asked for."),
    ] = None,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Retract labels, and say which snapshots, reward models and policies learned from them.

    Their comparisons are asked again, of others. An annotator's demonstrations are retracted with the labels.
    """
    from store.verbs.retracting import Void
    from store.verbs.vouching import Vouch

    root = home_of(home)
    if not (why.strip() or dry_run):
        raise HoneError("Expected --why with what is wrong with the labels; got nothing.")
    ask_first = not (yes or dry_run)
    if ask_first and not sys.stdin.isatty():
        raise HoneError("Retracting cannot be taken back; say --yes, or look first with --dry-run.")
    vouch = Vouch(name=as_, password=asked_password(f"Password of {as_}")) if as_ else None
    asked = Void(thing=thing, why=why, suspend=suspend, dry_run=dry_run or ask_first, vouch=vouch)
    found = _ask(root, asked, as_json)
    if ask_first:
        typer.echo("\n".join(_impact(found)), err=True)
        typer.confirm("Retract them? This cannot be taken back.", abort=True, err=True)
        found = _ask(root, dataclasses.replace(asked, dry_run=False), as_json)
    say(as_json, dataclasses.asdict(found), "\n".join(_impact(found)))


def _ask(root: Home, request: Void, as_json: bool) -> Voided:
    from store import progress
    from store.door import open_door
    from store.verbs.retracting import void as retract

    with open_door(root) as door, progress_bar(quiet=as_json) as show, progress.shown(show):
        return door.ask(retract, request)


def marked(found: tuple[Mark, ...]) -> list[str]:
    """A line for everything that holds retracted labels or was trained on them."""
    return [
        f"snapshot {mark.name[:20]}: holds {counted(mark.labels, 'label')} retracted since"
        if mark.noun == "snapshot"
        else f"{mark.noun} {mark.name[:20]}: trained on retracted labels ({mark.labels})"
        for mark in found
    ]


def _impact(found: Voided) -> list[str]:
    done = "would be " if found.dry_run else ""
    whose = f" of {found.thing.partition(':')[2]}" if found.thing.startswith("annotator:") else ""
    nouns = {
        "snapshots": found.snapshots,
        "reward models": found.reward_models,
        "policies": found.policies,
        "comparisons asked again": found.comparisons,
    }
    count = counted(len(found.labels), "label")
    lines = [f"{count}{whose} {done}retracted: {listed(found.labels, MOST)}"]
    lines += [f"{noun} ({len(ids)}): {listed(ids, MOST)}" for noun, ids in nouns.items()]
    if found.demonstrations:
        count = counted(len(found.demonstrations), "demonstration")
        lines.append(f"{count} {done}retracted: {listed(found.demonstrations, MOST)}")
    if found.adjudicated:
        count = counted(len(found.adjudicated), "label")
        lines.append(f"{count} judged in another's place {done}excluded: {listed(found.adjudicated, MOST)}")
    if found.golds:
        lines.append(f"gold answers made of them, {done}withdrawn: {listed(found.golds, MOST)}")
    if found.suspended:
        lines.append(f"{found.suspended} judges nothing more until somebody qualifies them again.")
    return [*lines, *marked(found.marks)]

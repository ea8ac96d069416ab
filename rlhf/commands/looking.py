"""`hone status` and `hone settings`: what is in a home, how its round goes, and how it is set."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rlhf.commands.options import HomeOption, JsonOption, home_of, say
from rlhf.commands.policy import sentences
from rlhf.commands.voiding import marked

if TYPE_CHECKING:
    from rlhf.catalogue import Entry
    from store.messages import HomeCounts
    from store.rounds import RoundProgress


def status(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Say what is in the home, how its newest round goes, and which policy is in use."""
    from store import rounds
    from store.door import open_door
    from store.messages import CountHome, ListMarks
    from store.verbs import count_home, list_marks, list_policies
    from store.verbs.promoting import ListPolicies

    root = home_of(home)
    with open_door(root) as door:
        counts = door.ask(count_home, CountHome())
        marks = door.ask(list_marks, ListMarks())
        said = door.ask(list_policies, ListPolicies()).said
    newest = next(reversed(rounds.progress(root)), None)
    told = {
        **dataclasses.asdict(counts),
        "home": str(root.root),
        "newest_round": _as_object(newest) if newest else None,
        "said": [dataclasses.asdict(one) for one in said],
        "marks": [dataclasses.asdict(mark) for mark in marks],
    }
    say(as_json, told, "\n".join([*_lines(root.root, counts, newest), *sentences(said), *marked(marks)]))


def settings(
    section: Annotated[
        str | None, typer.Argument(help="One section alone, such as reward, or one setting.")
    ] = None,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """List every setting with its value, its default, what it may be and what it means.

    To change one, write it into the home's hone.toml, or give a command --set for itself alone.
    """
    from rlhf.catalogue import catalogue

    entries = _of_section(catalogue(home_of(home)), section)
    if as_json:
        say(as_json, {entry.name: dataclasses.asdict(entry) for entry in entries}, "")
        return
    for name, group in itertools.groupby(entries, lambda entry: entry.name.partition(".")[0]):
        typer.echo(f"[{name}]")
        for entry in group:
            default = "" if entry.value == entry.default else f"   (default {entry.default})"
            typer.echo(f"{entry.name} = {entry.value}{default}\n    {entry.meaning}")
            if entry.choices:
                one = "Each one" if entry.value.startswith("[") else "One"
                typer.echo(f"    {one} of {' | '.join(entry.choices)}")
        typer.echo()
    typer.echo("L2 is Llama 2 (arXiv 2307.09288), N+ is Huang et al. 2024 (arXiv 2403.17031).")
    typer.echo(f"To change one, write it into {home_of(home).settings}, as in")
    typer.echo("[ppo]\nkl_coef = 0.005\nor give a command --set ppo.kl_coef=0.005 for itself alone.")


def _of_section(entries: list[Entry], section: str | None) -> list[Entry]:
    from store.settings import no_section

    if section is None:
        return entries
    found = [entry for entry in entries if section in (entry.name, entry.name.partition(".")[0])]
    if not found:
        known = list(dict.fromkeys(entry.name.partition(".")[0] for entry in entries))
        raise no_section(section, known, [entry.name for entry in entries])
    return found


def _lines(folder: Path, counts: HomeCounts, newest: RoundProgress | None) -> list[str]:
    in_use = (
        f"{counts.newest_policy_id} in {counts.newest_policy_path}" if counts.newest_policy_id else "none"
    )
    numbers = {
        name.replace("_", " "): str(value)
        for name, value in dataclasses.asdict(counts).items()
        if isinstance(value, int)
    }
    said = {"home": str(folder), **numbers, "policy in use": in_use}
    lines = [f"{name:<18}{value}" for name, value in said.items()]
    return [*lines, *(_of_round(newest) if newest else [])]


def _of_round(newest: RoundProgress) -> list[str]:
    from store.round_stages import called
    from store.rounds import State

    began = f", begun {newest.started_at:%Y-%m-%d %H:%M} UTC" if newest.started_at else ""
    lines = [f"Round {newest.round} is {newest.state}{began}."]
    if newest.state is not State.FINISHED:
        heard = f" (last heard of {newest.updated_at:%Y-%m-%d %H:%M} UTC)" if newest.updated_at else ""
        stage = called(newest.method, newest.stage)
        lines.append(f"{stage}, {newest.fraction:.0%}: {newest.message}{heard}")
    return [*lines, *([newest.verdict.sentence] if newest.verdict else [])]


def _as_object(newest: RoundProgress) -> dict[str, Any]:
    names = ("round", "state", "stage", "fraction", "message", "started_at", "updated_at")
    undecided = {"promoted": None, "reasons": None, "notes": None}
    decision = dataclasses.asdict(newest.verdict) if newest.verdict else undecided
    return {**{name: getattr(newest, name) for name in names}, **decision}

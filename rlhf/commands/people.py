"""`hone user …`: the people of a home."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, asked_password, home_of, say
from store.records import Role, Track

if TYPE_CHECKING:
    from store.messages import Listed

NameArgument = Annotated[str, typer.Argument(help="The name to sign in with.")]


def add(
    name: NameArgument,
    role: Annotated[
        Role,
        typer.Option(
            help="annotator: compares. reviewer: also asks for counts, lineage and audit. engineer: also "
            "runs rounds and brings data in. administrator: also adds people."
        ),
    ] = Role.ANNOTATOR,
    password: Annotated[
        str | None,
        typer.Option(
            help="Other programs of this machine can read it here. Without it you are asked, or it is read "
            "from standard input."
        ),
    ] = None,
    language: Annotated[
        list[str],
        typer.Option(help="A language they judge, such as en or pt-BR; give several."),
    ] = ["en"],  # noqa: B006  # typer copies it
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Add a person who can sign in."""
    from store.door import open_door
    from store.messages import AddAnnotator
    from store.verbs import add_annotator

    root = home_of(home)
    secret = asked_password("Password", twice=True) if password is None else password
    with open_door(root) as door:
        request = AddAnnotator(name=name, role=role, password=secret, languages=tuple(language))
        person = door.ask(add_annotator, request)
    words = f"{person.name} can sign in as {person.role}."
    say(as_json, {"annotator_id": person.annotator_id, "name": person.name, "role": person.role}, words)


def passwd(name: NameArgument, home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Give a person a new password, which ends their sign-ins; asked for, or read from standard input."""
    from store.door import open_door
    from store.messages import SetPassword
    from store.verbs import set_password

    root, secret = home_of(home), asked_password("Password", twice=True)
    with open_door(root) as door:
        person = door.ask(set_password, SetPassword(name=name, password=secret))
    words = f"{person.name} has a new password and signs in again."
    say(as_json, {"annotator_id": person.annotator_id, "name": person.name}, words)


def qualify(
    name: NameArgument,
    track: Annotated[Track, typer.Option(help="What they may judge, or no longer.")],
    why: Annotated[str, typer.Option(help="Kept with it, and shown in the audit.")],
    failed: Annotated[bool, typer.Option("--failed", help="They may not judge the track.")] = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Let a person judge a track, or (--failed) bar them; queue.qualification names tracks that take one."""
    from store.door import open_door
    from store.verbs import qualify as say_so
    from store.verbs.measuring import Qualify

    with open_door(home_of(home)) as door:
        said = door.ask(say_so, Qualify(name=name, track=track, passed=not failed, why=why))
    words = f"{name} {'may' if said.passed else 'may not'} judge {track}."
    say(as_json, dataclasses.asdict(said), words)


def list_(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """List the people of the home, and who else judges in it."""
    from store.door import open_door
    from store.messages import ListAnnotators
    from store.verbs import list_annotators

    with open_door(home_of(home)) as door:
        everyone = door.ask(list_annotators, ListAnnotators())
    words = "\n".join(_table(everyone)) or "Nobody yet. Add a person with hone user add NAME."
    people = [{**dataclasses.asdict(each.annotator), "barred": each.barred} for each in everyone]
    say(as_json, {"annotators": people}, words)


def _table(everyone: Sequence[Listed]) -> list[str]:
    """A line for each: name, role or kind, languages, and what they may not judge."""
    rows = [
        (
            one.name,
            str(one.role) if one.kind == "person" else f"({one.kind})",
            ", ".join(one.languages),
            f"may not judge {' or '.join(listed.barred)}" if listed.barred else "",
        )
        for listed in everyone
        for one in [listed.annotator]
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]

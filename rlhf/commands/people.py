"""`hone user …`: the people of a home."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, home_of, say
from store.records import Role


def add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.ANNOTATOR,
    password: Annotated[str | None, typer.Option(help="Asked for unless it is given here.")] = None,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Add a person who can sign in."""
    from store.door import open_door
    from store.messages import AddAnnotator
    from store.verbs import add_annotator

    root = home_of(home)
    if password is None:  # asked on the error stream: what is printed is the answer alone
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    with open_door(root) as door:
        person = door.ask(add_annotator, AddAnnotator(name=name, role=role, password=password))
    words = f"{person.name} can sign in as {person.role}."
    say(as_json, {"annotator_id": person.annotator_id, "name": person.name, "role": person.role}, words)

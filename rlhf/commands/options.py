"""Options that several subcommands share, and how they speak: words for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from store.errors import HoneError
from store.home import Home

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="HONE_HOME", help="The home; the current folder without it.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
SetOption = Annotated[
    list[str], typer.Option("--set", help="A setting over hone.toml, such as ppo.kl_coef=0.005.")
]


def home_at(root: Path) -> Home:
    """The home at this folder, whether it is there yet or not."""
    return Home(root.resolve())


def home_of(root: Path) -> Home:
    """The home at this folder; HoneError where nobody made one."""
    home = home_at(root)
    if not home.settings.exists():
        raise HoneError(f"Expected a home at {home.root}; there is no hone.toml. Make one with hone init.")
    return home


def say(as_json: bool, value: dict[str, Any], words: str) -> None:
    """Prints the value as one JSON object, or the words."""
    typer.echo(json.dumps(value, default=str) if as_json else words)


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[str, float, str], None]]:
    """A bar for reports of (stage, fraction, message); nothing where nobody watches a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<20}"), BarColumn(), TextColumn("{task.fields[message]}"))
    bar = Progress(*columns, TimeElapsedColumn(), console=console, disable=quiet or not console.is_terminal)
    tasks: dict[str, TaskID] = {}

    def show(stage: str, fraction: float, message: str) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage.replace("_", " "), total=1.0, message=message)
        bar.update(tasks[stage], completed=fraction, message=message)

    with bar:
        yield show

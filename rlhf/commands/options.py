"""Options that several subcommands share, and how they speak: words for people, JSON for programs."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.errors import HoneError
from store.home import Home

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="HONE_HOME", help="The home; the current folder without it.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
SetOption = Annotated[
    list[str], typer.Option("--set", help="A setting over hone.toml, such as ppo.kl_coef=0.005.")
]

NAME = 20
"""Letters of a stage's name beside its bar: in a demo with the round's number before it."""
BAR, LONG_BAR, ROOMY = 10, 30, 110
"""How long a bar is, and on a terminal that is so many letters wide: its words need room too."""
NEARLY = 0.999
SILENCE_SECONDS = 60.0
"""How long a stage may say nothing more where no terminal watches."""


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


def counted(count: int, noun: str) -> str:
    """Such as `1 row` or `2 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(things: Sequence[str], most: int) -> str:
    """The first ones, and how many more there are."""
    more = len(things) - most
    return ", ".join(things[:most]) + (f" and {more} more" if more > 0 else "")


def asked_password(words: str, *, twice: bool = False) -> str:
    """Asked for on the error stream, unseen; where nobody sits at a terminal, a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(words, hide_input=True, confirmation_prompt=twice, err=True))
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise HoneError("Expected a password in the first line of standard input; it is empty.")
    return given


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[str, float, str], None]]:
    """A bar for reports of (stage, fraction, message) on a terminal, elsewhere a line a stage and a minute.

    Both on the error stream: what is printed is the answer alone.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if quiet:
        yield lambda _stage, _fraction, _message: None
    elif console.is_terminal:
        with _bar(console) as show:
            yield show
    else:
        yield _lines()


@contextmanager
def homes_bar(quiet: bool) -> Iterator[Callable[[str, float, str], None]]:
    """As `progress_bar`, for homes that are worked on at once: each keeps its bar, any thread reports."""
    from rich.console import Console

    console, lock = Console(stderr=True), threading.Lock()

    def one_by_one(show: Callable[[str, float, str], None]) -> Callable[[str, float, str], None]:
        def told(home: str, fraction: float, message: str) -> None:
            with lock:
                show(home, fraction, message)

        return told

    if quiet:
        yield lambda _home, _fraction, _message: None
    elif console.is_terminal:
        tasks: dict[str, TaskID] = {}
        with _columns(console) as bar:

            def show(home: str, fraction: float, message: str) -> None:
                if home not in tasks:
                    tasks[home] = bar.add_task(home, total=1.0, message=message)
                bar.update(tasks[home], completed=fraction, message=message)

            yield one_by_one(show)
    else:
        yield one_by_one(_lines())


def _lines() -> Callable[[str, float, str], None]:
    began, seen = time.monotonic(), set[str]()
    spoke = began

    def show(stage: str, fraction: float, _message: str) -> None:
        nonlocal spoke
        now = time.monotonic()
        if stage in seen and now - spoke < SILENCE_SECONDS:
            return
        share = f" {fraction:.0%}" if stage in seen else ""
        seen.add(stage)
        spoke = now
        typer.echo(f"{now - began:6.0f} s  {stage.replace('_', ' ')}{share}", err=True)

    return show


def _columns(console: Console) -> Progress:
    """A line a bar, none longer than the terminal is wide."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    name, words = Column(no_wrap=True, min_width=NAME), Column(no_wrap=True, overflow="ellipsis", ratio=1)
    columns = (
        TextColumn("{task.description}", markup=False, table_column=name),
        BarColumn(LONG_BAR if console.width >= ROOMY else BAR),
        TimeElapsedColumn(),
        TextColumn("{task.fields[message]}", markup=False, table_column=words),
    )
    return Progress(*columns, console=console, expand=True)


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[str, float, str], None]]:
    """A line a stage, which is over once another one begins."""
    bar = _columns(console)
    running: dict[str, TaskID] = {}

    def finish() -> None:
        for task in running.values():
            bar.update(task, completed=1.0, message="")
            bar.stop_task(task)
        running.clear()

    def show(stage: str, fraction: float, message: str) -> None:
        if stage not in running:
            finish()
            running[stage] = bar.add_task(stage.replace("_", " "), total=1.0, message=message)
        # A clock stops for good once its bar is full, and a stage may have several parts.
        bar.update(running[stage], completed=min(fraction, NEARLY), message=message)

    with bar:
        yield show
        finish()

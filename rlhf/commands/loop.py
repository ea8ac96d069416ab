"""`hone demo`, `init`, `serve`, `status` and `round`: a home and its loop."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rlhf.commands.options import HomeOption, JsonOption, SetOption, home_at, home_of, progress_bar, say

if TYPE_CHECKING:
    from rlhf.demo import DemoResult, Welcome
    from rlhf.results import RoundResult

Method = Literal["rs", "ppo", "rs+ppo"]


def demo(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds to run.")] = 2,
    labels: Annotated[int, typer.Option(min=60, help="Simulated labels before each round.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same table.")] = 0,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="With the app beside it.")] = True,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The app's port; another one if it is taken.")
    ] = 8501,
    home: Annotated[Path | None, typer.Option(envvar="HONE_HOME", help="A new folder for it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the whole loop on the pocket world: label along in the browser, and see the policy improve."""
    from rlhf.demo import Audience, DemoPlan, fresh_home, run_demo

    plan = DemoPlan(
        home=fresh_home(home), rounds=rounds, labels=labels, seed=seed, port=port if serve else None
    )
    with progress_bar(quiet=as_json) as show:
        run_demo(plan, Audience(watch=show, greet=_greet, conclude=lambda result: _conclude(result, as_json)))


def init(
    policy: Annotated[str, typer.Option(help="pocket, a model's folder, or its name on the hub.")] = "pocket",
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006  # typer copies it
    as_json: JsonOption = False,
) -> None:
    """Make a home: its settings and its first policy; with the pocket policy, prompts and comparisons too."""
    from rlhf.begin import begin

    with progress_bar(quiet=as_json) as show:
        begun = begin(home_at(home), policy, overrides, show)
    words = (
        f"The home {begun.home} has the policy {begun.policy_id}, {begun.prompts} prompts and "
        f"{begun.comparisons} comparisons to judge. "
        "Next: hone user add NAME --role administrator, then hone serve."
    )
    say(as_json, dataclasses.asdict(begun), words)


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    home: HomeOption = Path(),
) -> None:
    """Serve the app: annotators compare, engineers start and watch rounds."""
    from rlhf.serving import command

    root = home_of(home)
    typer.echo(f"Hone is at http://{address}:{port}; Ctrl-C ends it.")
    line = command(root, port, address)
    os.execv(line[0], line)  # noqa: S606  # our own module in our own interpreter


def status(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Say what is in the home."""
    from store.door import open_door
    from store.messages import CountHome
    from store.verbs import count_home

    with open_door(home_of(home)) as door:
        counts = dataclasses.asdict(door.ask(count_home, CountHome()))
    lines = (f"{name.replace('_', ' '):<22}{value}" for name, value in counts.items() if value is not None)
    say(as_json, counts, "\n".join(lines))


def round_(
    method: Annotated[Method | None, typer.Option(help="How the policy is improved.")] = None,
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006  # typer copies it
    as_json: JsonOption = False,
) -> None:
    """Run a round, or resume the one that was left unfinished."""
    from rlhf.config import Settings
    from rlhf.results import read_results
    from rlhf.round import run_round
    from rlhf.stages import STAGES
    from store.door import KnockingDoor
    from store.settings import load

    root = home_of(home)
    chosen = [*overrides, f"round.method={method}"] if method else list(overrides)
    settings = load(Settings, root.settings, chosen)
    with progress_bar(quiet=as_json) as show:
        number = run_round(root, KnockingDoor(root), settings, STAGES, show)
    results = read_results(root)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(results[-1])))
    else:
        _table(results)
        typer.echo(f"Report: {root.round(number) / 'report.html'}")


def _greet(welcome: Welcome) -> None:
    typer.echo(f"Hone is at {welcome.url}: sign in as {welcome.name}, password {welcome.password}", err=True)
    typer.echo(f"All of it lies in {welcome.home}; Ctrl-C ends it.", err=True)


def _conclude(result: DemoResult, as_json: bool) -> None:
    if as_json:
        rows = [dataclasses.asdict(row) for row in result.rounds]
        typer.echo(json.dumps({"rounds": rows, "seconds": result.seconds, "home": str(result.home)}))
        return
    _table(list(result.rounds))
    report = home_at(result.home).round(result.rounds[-1].round) / "report.html"
    typer.echo(f"{result.seconds:.0f} seconds in {result.home}. Report: {report}")
    if result.served:
        typer.echo("The app stays up; Ctrl-C ends it.")


def _table(results: list[RoundResult]) -> None:
    from rich.console import Console
    from rich.table import Table

    from rlhf.report import COLUMNS, cells

    table = Table(title="Against the first policy, on held-out prompts")
    for title in COLUMNS.values():
        table.add_column(title, justify="right")
    for row in results:
        table.add_row(*cells(row))
    Console(width=None if os.isatty(1) else 140).print(table)

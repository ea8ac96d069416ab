"""`hone demo`, `init`, `serve` and `round`: a home and its loop."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rlhf.commands.options import (
    HomeOption,
    JsonOption,
    SetOption,
    counted,
    home_at,
    home_of,
    progress_bar,
    say,
)
from store.errors import HoneError

if TYPE_CHECKING:
    from rlhf.demo import DemoResult, Welcome
    from store.home import Home

Method = Literal["rs", "ppo", "rs+ppo", "dpo", "rloo"]
MINUTES_A_ROUND = (4, 10)
"""What a round of the demo was measured to take on two cores, alone and beside other work."""


def demo(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds to run.")] = 2,
    labels: Annotated[int, typer.Option(min=60, help="Simulated labels before each round.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same table.")] = 0,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="With the app beside it.")] = True,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The app's port; another one if it is taken.")
    ] = 8501,
    home: Annotated[
        Path | None,
        typer.Option(envvar="HONE_HOME", help="A new folder for it, or that of one to go on with."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the whole loop on the pocket world: label along in the browser, and see the policy improve."""
    root = home_at(home or Path(tempfile.mkdtemp(prefix="hone-")))
    if root.root.is_file():
        raise HoneError(f"Expected a folder for the demo; {root.root} is a file.")
    if not as_json:
        quiet, busy = (round(rounds * minutes) for minutes in MINUTES_A_ROUND)
        took = f"about {quiet} minutes on two quiet cores, up to {busy} on busy ones"
        typer.echo(f"{counted(rounds, 'round')}: {took}.", err=True)
        typer.echo(
            f"All of it lies in {root.root}; Ctrl-C ends it, and --home with that folder goes on.", err=True
        )
    from rlhf.demo import Audience, DemoPlan, run_demo

    plan = DemoPlan(home=root, rounds=rounds, labels=labels, seed=seed, port=port if serve else None)
    with progress_bar(quiet=as_json) as show:
        run_demo(plan, Audience(watch=show, greet=_greet, conclude=lambda result: _conclude(result, as_json)))


def init(
    policy: Annotated[str, typer.Option(help="pocket, a model's folder, or its name on the hub.")] = "pocket",
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006  # typer copies it
    as_json: JsonOption = False,
) -> None:
    """Make a home: its settings and its first policy; with the pocket policy, prompts and comparisons too."""
    from rlhf.config import Settings
    from rlhf.first_policy import look_at
    from store.settings import load

    root = home_at(home)
    load(Settings, root.settings, overrides)
    _check_new(root)
    look_at(policy)
    from rlhf.begin import begin

    with progress_bar(quiet=as_json) as show:
        begun = begin(root, policy, overrides, show)
    words = (
        f"The home {begun.home} has the policy {begun.policy_id}, {counted(begun.prompts, 'prompt')} and "
        f"{counted(begun.comparisons, 'comparison')} to judge. {_next_step(begun.prompts)}"
    )
    say(as_json, dataclasses.asdict(begun), words)


def _check_new(root: Home) -> None:
    """A home that has a policy to begin with was made already."""
    from store.door import open_door
    from store.messages import CountHome
    from store.verbs import count_home

    if root.database.exists():
        with open_door(root) as door:
            if door.ask(count_home, CountHome()).newest_policy_id is not None:
                raise HoneError("There is a home here already; nothing was changed.")


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    home: HomeOption = Path(),
) -> None:
    """Serve the app: annotators compare, engineers start and watch rounds."""
    from rlhf.endpoint_process import endpoint_beside
    from rlhf.serving import check_free, running_app

    root = home_of(home)
    check_free(port, address)
    try:
        with running_app(root, port, address=address) as app, endpoint_beside(root):
            typer.echo(f"Hone is at {app.url}; Ctrl-C ends it.")
            code = app.process.wait()
    except KeyboardInterrupt:
        typer.echo("Hone has ended. A round that runs goes on.")
        return
    raise typer.Exit(code)


def round_(
    method: Annotated[Method | None, typer.Option(help="How the policy is improved.")] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what it would learn from, and start nothing.")
    ] = False,
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006  # typer copies it
    as_json: JsonOption = False,
) -> None:
    """Run a round, or resume the one that was left unfinished, with the settings that it was started with."""
    from rlhf.next_round import choose
    from rlhf.ready import check_ready
    from rlhf.round import run_round
    from rlhf.serving import yield_to_people
    from store.door import KnockingDoor

    yield_to_people()
    root = home_of(home)
    chosen = choose(root, [*overrides, f"round.method={method}"] if method else overrides)
    if preview:
        from rlhf.commands.preview import print_out

        print_out(root, chosen.settings.review.required, as_json)
        return
    check_ready(root, chosen.settings)
    if chosen.kept:
        typer.echo(f"The round goes on as it was started: {', '.join(chosen.kept)}.", err=True)
    from rlhf.choosing import remark
    from rlhf.stages import STAGES

    if told := remark(chosen.settings):
        typer.echo(told, err=True)
    with progress_bar(quiet=as_json) as show:
        number = run_round(root, KnockingDoor(root), chosen, STAGES, show)
    _show_round(root, number, as_json)


def _show_round(root: Home, number: int, as_json: bool) -> None:
    from rlhf.commands.outcome import as_objects, show_outcome
    from store import rounds

    results = rounds.results(root)
    if as_json:
        typer.echo(json.dumps(as_objects(root, results)[-1]))
    else:
        show_outcome(root, results)
        typer.echo(f"Report: {root.round(number) / 'report.html'}")


def _next_step(prompts: int) -> str:
    people = "hone user add NAME --role administrator, then hone serve."
    return f"Next: {people}" if prompts else f"Next: hone import prompts FILE and hone ask; then {people}"


def _greet(welcome: Welcome) -> None:
    typer.echo(f"Hone is at {welcome.url}: sign in as {welcome.name}, password {welcome.password}", err=True)


def _conclude(result: DemoResult, as_json: bool) -> None:
    from rlhf.commands.outcome import as_objects, show_outcome

    root = home_at(result.home)
    if as_json:
        rows = as_objects(root, result.rounds)
        typer.echo(json.dumps({"rounds": rows, "seconds": result.seconds, "home": str(result.home)}))
        return
    show_outcome(root, result.rounds)
    report = root.round(result.rounds[-1].round) / "report.html"
    typer.echo(f"{result.seconds:.0f} seconds in {result.home}. Report: {report}")
    if result.served:
        typer.echo("The app stays up; Ctrl-C ends it.")
    else:
        typer.echo("To look around in the app, make somebody who can sign in, then serve the home:")
        typer.echo(f"hone user add NAME --role administrator --home {result.home}")
        typer.echo(f"hone serve --home {result.home}")

"""`hone ask` and `simulate`: what goes into a home."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, SetOption, counted, home_of, progress_bar, say


def ask(
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006  # typer copies it
    as_json: JsonOption = False,
) -> None:
    """Let the newest policy answer imported prompts, so that there is something to compare."""
    from rlhf.config import Settings
    from store.settings import load

    root = home_of(home)
    settings = load(Settings, root.settings, overrides)
    from rlhf.begin import ask_newest

    with progress_bar(quiet=as_json) as show:
        made = ask_newest(root, settings, show)
    words = (
        f"{counted(made.comparisons, 'comparison')} made over {counted(made.prompts, 'prompt')}; "
        f"{made.waiting} now wait for a label."
    )
    if not made.comparisons:
        words += " These answers were there already; --set round.seed=1 draws others."
    say(as_json, dataclasses.asdict(made), words)


def simulate(
    labels: Annotated[int, typer.Option(min=1, help="How many labels to give.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of the simulated annotators.")] = 0,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Let simulated annotators of the pocket world work the queue as people do."""
    from rlhf.pocket.panel import panel
    from rlhf.simulate import simulate as work
    from store.door import open_door

    with open_door(home_of(home)) as door, progress_bar(quiet=as_json) as show:
        worked = work(
            door,
            panel(seed),
            labels,
            lambda given, wanted: show("labels", given / wanted, f"{given} of {wanted}"),
        )
    words = f"{counted(worked.labels, 'label')} given." + (f" {worked.ran_dry}" if worked.ran_dry else "")
    say(as_json, dataclasses.asdict(worked), words)

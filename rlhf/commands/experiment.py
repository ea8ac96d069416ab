"""`hone experiment`: rounds over seeds and variants of the settings, and which of them is better."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rlhf.commands.options import JsonOption, counted, homes_bar, say
from store.errors import HoneError

if TYPE_CHECKING:
    from rlhf.experiments.design import Design
    from rlhf.experiments.findings import Findings

Into = Annotated[
    Path | None, typer.Option(help="The folder for its homes and its table; run again, it goes on there.")
]


def experiment(
    file: Annotated[str | None, typer.Argument(help="A TOML file, or the name of one in --list.")] = None,
    into: Into = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="So many seeds, from 0 on.")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="So many rounds.")] = None,
    labels: Annotated[int | None, typer.Option(min=60, help="So many labels before each round.")] = None,
    at_once: Annotated[int | None, typer.Option(min=1, help="So many homes at once, a thread each.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Homes of other settings make way.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the experiments that come with Hone.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Repeat rounds over seeds and variants in the pocket world, and tell which variant is better."""
    from rlhf.experiments.design import found, read

    if listed:
        _list(as_json)
        return
    if file is None:
        raise HoneError("Expected an experiment's file, or a name; hone experiment --list knows some.")
    said = read(found(file))
    design = dataclasses.replace(
        said,
        seeds=tuple(range(seeds)) if seeds else said.seeds,
        rounds=rounds or said.rounds,
        labels=labels or said.labels,
        at_once=at_once or said.at_once,
    )
    folder = (into or Path(f"experiment-{design.name}")).resolve()
    if not as_json:
        homes = len(design.variants) * len(design.seeds)
        told = f"{counted(homes, 'home')} of {counted(design.rounds, 'round')}"
        typer.echo(f"{told}, in {folder}; stopped, the same command goes on.", err=True)
    _run(design, folder, anew, as_json)


def _run(design: Design, folder: Path, anew: bool, as_json: bool) -> None:
    from rlhf.experiments.experiment import planned
    from rlhf.experiments.findings import findings
    from rlhf.experiments.outcomes import outcomes
    from rlhf.experiments.page import page
    from rlhf.experiments.plan import prepare, prepare_anew
    from rlhf.experiments.side_by_side import Way, bring_all
    from rlhf.track import write_json

    began = time.monotonic()
    plans = planned(design, folder)
    way = Way(at_once=design.at_once, prepare=prepare_anew if anew else prepare)
    with homes_bar(quiet=as_json) as show:
        bring_all(plans, folder, way, show)
    found = findings(
        design, {name: tuple(outcomes(plan) for plan in homes) for name, homes in plans.homes.items()}
    )
    said = _as_object(design, found) | {"seconds": round(time.monotonic() - began, 1), "folder": str(folder)}
    write_json(folder / "experiment.json", said)
    (folder / "experiment.html").write_text(page(design, found), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(said))
    else:
        _show(design, found)
        typer.echo(f"Page: {folder / 'experiment.html'}")


def _list(as_json: bool) -> None:
    from rlhf.experiments.design import read, shipped

    designs = {name: read(file) for name, file in shipped().items()}
    lines = [f"{name:<20}{design.title}" for name, design in designs.items()]
    say(as_json, {name: design.question for name, design in designs.items()}, "\n".join(lines))


def _show(design: Design, found: Findings) -> None:
    from rich.console import Console
    from rich.table import Table

    from rlhf.experiments.words import HEADS, cells, note, sentences

    console = Console(width=88)
    console.print(design.title, design.question, sep="\n", markup=False, highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("variant", vertical="bottom")
    for head in HEADS:
        table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
    for row in found.rows:
        table.add_row(row.variant if row.round == 0 else "", *cells(row))
    console.print(table, *sentences(found, design), note(design), sep="\n", markup=False, highlight=False)


def _as_object(design: Design, found: Findings) -> dict[str, Any]:
    """The design and all that was found; what has no end is None."""
    differences = [{**dataclasses.asdict(one), "word": one.word} for one in found.differences]
    return _finite(
        {
            "design": dataclasses.asdict(design),
            "rows": [dataclasses.asdict(row) for row in found.rows],
            "differences": differences,
            "needs": [dataclasses.asdict(one) for one in found.needs],
        }
    )


def _finite(value: Any) -> Any:  # noqa: ANN401  # whatever JSON can say
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

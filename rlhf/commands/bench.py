"""`hone bench`: how fast the store and the app are on this machine, beside the same work done otherwise."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import JsonOption, progress_bar, say
from store.errors import HoneError

if TYPE_CHECKING:
    from store.bench import Result


def bench(
    name: Annotated[str | None, typer.Argument(help="Which benchmark; all are listed without it.")] = None,
    size: Annotated[
        list[int], typer.Option(min=1, help="Comparisons (app: sessions); again for a further size.")
    ] = [],  # noqa: B006  # typer copies it
    seconds: Annotated[float, typer.Option(min=0.1, help="How long each load lasts at most.")] = 5.0,
    think: Annotated[float, typer.Option(min=0.0, help="app: seconds a person thinks, on average.")] = 5.0,
    soak: Annotated[float, typer.Option(min=0.0, help="app: minutes of the largest load.")] = 0.0,
    as_json: JsonOption = False,
) -> None:
    """Measure the store and the app in temporary homes, beside a peer; no home of yours is touched."""
    from store.bench import BENCHES, Settings

    if name is None:
        listed = {one.name: one.about for one in BENCHES}
        say(as_json, listed, "\n".join(f"{known:<10}{about}" for known, about in listed.items()))
        return
    chosen = next((one for one in BENCHES if one.name == name), None)
    if chosen is None:
        known = ", ".join(one.name for one in BENCHES)
        raise HoneError(f"Expected a benchmark, one of {known}; got {name}.")
    with progress_bar(quiet=as_json) as show:
        told = Settings(sizes=tuple(size), seconds=seconds, think=think, soak=soak, show=show)
        result = chosen.run(told)
    say(as_json, dataclasses.asdict(result), "\n".join([*result.lines(), _compared(result)]))


def _compared(result: Result) -> str:
    return f"{result.ratio:.2f} times {result.peer}, {result.unit}\n{result.machine.line()}"

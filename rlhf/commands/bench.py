"""`hone bench`: how fast the store, the app and reward models are here, beside the same done otherwise."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import JsonOption, progress_bar, say
from store.errors import HoneError

if TYPE_CHECKING:
    from store.bench import Result


Sizes = Annotated[
    list[int],
    typer.Option(
        "--size",
        min=1,
        help="Comparisons (app: sessions; reward: pairs; policies, persistence: labels); again for more.",
    ),
]
Seconds = Annotated[float, typer.Option(min=0.1, help="How long each load lasts at most.")]
Think = Annotated[float, typer.Option(min=0.0, help="app: seconds a person thinks, on average.")]
Soak = Annotated[float, typer.Option(min=0.0, help="app: minutes of the largest load.")]
Data = Annotated[list[str], typer.Option(help="reward, scoring: published pairs as hh:PATH; again for more.")]
Text = Annotated[
    list[Path], typer.Option(help="reward --data: JSON lines that its model reads beside the pairs.")
]
Pretrain = Annotated[float, typer.Option(min=0.0, help="reward --data: minutes that its model reads.")]
Keep = Annotated[
    Path | None,
    typer.Option(
        help="reward --data: folder that keeps its model; policies, persistence: what they made, to go on."
    ),
]
Seeds = Annotated[int, typer.Option(min=1, help="accuracy, policies, persistence: worlds to measure in.")]
Parts = Annotated[
    list[str],
    typer.Option(
        "--part",
        help="accuracy: labels, safety, margin, weighting or members; policies: cooled, best-of, rs, ppo, "
        "rs+ppo, dpo or rloo; persistence: gatt, distill or both; again for more.",
    ),
]


def bench(
    name: Annotated[str | None, typer.Argument(help="Which benchmark; all are listed without it.")] = None,
    sizes: Sizes = [],  # noqa: B006  # typer copies it
    seconds: Seconds = 5.0,
    think: Think = 5.0,
    soak: Soak = 0.0,
    data: Data = [],  # noqa: B006
    text: Text = [],  # noqa: B006
    pretrain: Pretrain = 3.0,
    keep: Keep = None,
    seeds: Seeds = 3,
    parts: Parts = [],  # noqa: B006
    as_json: JsonOption = False,
) -> None:
    """Measure in temporary homes and folders, beside a peer; no home of yours is touched."""
    from store.bench import BENCHES, Settings

    if name is None:
        listed = {one.name: one.about for one in BENCHES}
        say(as_json, listed, "\n".join(f"{known:<18}{about}" for known, about in listed.items()))
        return
    chosen = next((one for one in BENCHES if one.name == name), None)
    if chosen is None:
        known = ", ".join(one.name for one in BENCHES)
        raise HoneError(f"Expected a benchmark, one of {known}; got {name}.")
    told = Settings(
        sizes=tuple(sizes),
        seconds=seconds,
        think=think,
        soak=soak,
        data=tuple(data),
        text=tuple(text),
        pretrain=pretrain,
        keep=keep,
        seeds=seeds,
        parts=tuple(parts),
    )
    with progress_bar(quiet=as_json) as show:
        result = chosen.run(dataclasses.replace(told, show=show))
    say(as_json, dataclasses.asdict(result), "\n".join([*result.lines(), _compared(result)]))


def _compared(result: Result) -> str:
    return f"{result.ratio:.2f} times {result.peer}, {result.unit}\n{result.machine.line()}"

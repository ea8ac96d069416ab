"""`hone policy …`: the models of a home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import HomeOption, home_of

if TYPE_CHECKING:
    from store.announced import Endpoint


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8502,
    address: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    home: HomeOption = Path(),
    beside: Annotated[bool, typer.Option("--beside", hidden=True)] = False,
) -> None:
    """Serve the home's policies behind an OpenAI-compatible endpoint; `hone serve` does so by itself."""
    from rlhf.serving import check_free

    root = home_of(home)
    from rlhf.endpoint_server import alone, end_with_input, serve

    if beside:
        end_with_input()
    with alone(root, waits=beside):
        check_free(port, address)
        serve(root, port, address, lambda _endpoint: None if beside else _greet(_endpoint))


def _greet(endpoint: Endpoint) -> None:
    typer.echo(f"The policies answer at {endpoint.url}; their key is in endpoint.json. Ctrl-C ends it.")

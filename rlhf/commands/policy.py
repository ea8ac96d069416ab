"""`hone policy …` and `hone promote`: the models of a home."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, asked_password, home_of, say
from store.errors import HoneError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.announced import Endpoint
    from store.promotions import Said
    from store.verbs.promoting import Decided
    from store.verbs.vouching import Vouch


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


def export(
    policy: Annotated[str, typer.Argument(help="The id of a policy; its first letters will do.")],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Write a policy as a Hugging Face folder, with a model card that tells all that is kept of it.

    The card names nobody; it quotes why somebody promoted or withdrew the policy.
    """
    from store.door import open_door
    from store.verbs import look_at_policy
    from store.verbs.describing import LookAtPolicy

    root = home_of(home)
    with open_door(root) as door:
        record = door.ask(look_at_policy, LookAtPolicy(policy=policy))
    from rlhf.policy_export import export_policy

    made = export_policy(root, record, folder.absolute())
    words = f"Policy {made.policy_id} and its card README.md are in {folder}: {len(made.files)} files."
    say(as_json, dataclasses.asdict(made), words)


def promote(
    policy: Annotated[str, typer.Argument(help="The id of a policy; its first letters will do.")],
    why: Annotated[str, typer.Option(help="Kept with the decision.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Also where the gates of its round refused it.")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take it back: the policy answers people no more.")
    ] = False,
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Who answers for it; else the command itself does."),
    ] = None,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Let a policy answer people whatever its round decided, or no more; the newest decision counts.

    hone status names the policies that anything was decided of, and which one is in use.
    """
    if not why.strip():
        raise HoneError("Expected --why; got nothing. Say it in a few words.")
    if force and withdraw:
        raise HoneError("Expected one of --force and --withdraw; got both. Nothing keeps a policy promoted.")
    decided = _withdraw(home, policy, why, as_) if withdraw else _promote(home, policy, why, as_, force=force)
    promotion = decided.promotion
    words = "answers people" if promotion.promoted else "answers people no more"
    told = {**dataclasses.asdict(promotion), "in_use": decided.in_use}
    say(as_json, told, f"Policy {promotion.policy_id} {words}. In use is {decided.in_use}.")


def sentences(said: Iterable[Said]) -> list[str]:
    """What people decided of policies: of each the newest."""
    return [
        f"Policy {one.policy_id} was {'promoted' if one.promoted else 'withdrawn'} by {one.name} on "
        f"{one.made_at:%Y-%m-%d %H:%M} UTC: {one.why}"
        for one in {one.policy_id: one for one in said}.values()
    ]


def _promote(home: Path, policy: str, why: str, name: str | None, *, force: bool) -> Decided:
    from store.door import open_door
    from store.verbs import promote_policy
    from store.verbs.promoting import Promote

    request = Promote(policy=policy, why=why, force=force, vouch=_vouch(name))
    with open_door(home_of(home)) as door:
        return door.ask(promote_policy, request)


def _withdraw(home: Path, policy: str, why: str, name: str | None) -> Decided:
    from store.door import open_door
    from store.verbs import withdraw_policy
    from store.verbs.promoting import Withdraw

    request = Withdraw(policy=policy, why=why, vouch=_vouch(name))
    with open_door(home_of(home)) as door:
        return door.ask(withdraw_policy, request)


def _vouch(name: str | None) -> Vouch | None:
    from store.verbs.vouching import Vouch

    return Vouch(name=name, password=asked_password(f"Password of {name}")) if name else None

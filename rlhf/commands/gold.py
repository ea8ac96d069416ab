"""`hone gold`: the known answers against which annotators are measured."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, counted, home_of, say
from store.errors import HoneError

if TYPE_CHECKING:
    from store.golds import KnownAnswer


def gold(
    label: Annotated[
        str | None, typer.Argument(help="The id of a label that is right; its first letters will do.")
    ] = None,
    why: Annotated[str, typer.Option(help="Kept with it, for those who got it wrong.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="Say which there are, ended ones too.")] = False,
    withdraw: Annotated[
        str | None, typer.Option(metavar="COMPARISON", help="Measure nobody by this one any more.")
    ] = None,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Make a label's judgement a gold answer: others are asked its comparison silently and measured by it.

    It ends when its label is voided, undone, overturned or excluded.
    """
    if (label is not None) + listed + (withdraw is not None) != 1:
        raise HoneError("Expected one of a label's id, --list and --withdraw COMPARISON; say which.")
    if listed:
        _list(home, as_json)
    elif not why.strip():
        raise HoneError("Expected --why; got nothing. Say it in a few words.")
    elif withdraw is not None:
        _withdraw(home, withdraw, why, as_json)
    elif label is not None:
        _make(home, label, why, as_json)


def _make(home: Path, label: str, why: str, as_json: bool) -> None:
    from store.door import open_door
    from store.verbs import make_gold
    from store.verbs.golds import MakeGold

    with open_door(home_of(home)) as door:
        made = door.ask(make_gold, MakeGold(label_id=label, why=why))
    say(as_json, dataclasses.asdict(made), f"Comparison {made.comparison_id} measures annotators now.")


def _list(home: Path, as_json: bool) -> None:
    from store.door import open_door
    from store.verbs import list_golds
    from store.verbs.golds import ListGolds

    with open_door(home_of(home)) as door:
        found = door.ask(list_golds, ListGolds())
    words = "\n".join(line for one in found for line in _told(one)) or "There is no gold answer."
    say(as_json, {"golds": [dataclasses.asdict(one) for one in found]}, words)


def _withdraw(home: Path, comparison: str, why: str, as_json: bool) -> None:
    from store.door import open_door
    from store.verbs import withdraw_gold
    from store.verbs.golds import WithdrawGold

    with open_door(home_of(home)) as door:
        end = door.ask(withdraw_gold, WithdrawGold(comparison_id=comparison, why=why))
    say(as_json, dataclasses.asdict(end), f"Comparison {end.comparison_id} measures nobody any more.")


def _told(one: KnownAnswer) -> list[str]:
    ranks = ", ".join(map(str, one.ranks))
    source = f"label:{one.label_id}" if one.label_id else "no label of this home"
    lines = [
        f"{one.comparison_id}  {one.track}, ranks {ranks}, {counted(one.answers, 'answer')}",
        f"  made by {one.made_by} on {one.made_at:%Y-%m-%d} of {source}: {one.why}",
    ]
    if one.ended_at is not None:
        lines.append(f"  ended by {one.ended_by} on {one.ended_at:%Y-%m-%d}: {one.ended_why}")
    return lines

"""Which round comes next, and with which settings: one that was left unfinished goes on with its own.

Reads the rounds' folders; runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from rlhf.config import Settings
from store.home import Home
from store.settings import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A round's settings; `overrides` are those that came from --set, `kept` those of its earlier runs."""

    settings: Settings
    overrides: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What a round's `plan.json` says of --set."""

    overrides: tuple[str, ...] = ()


def choose(home: Home, overrides: Sequence[str]) -> Chosen:
    """The settings of `hone.toml`, then what an unfinished round was started with, then `overrides`."""
    number, given = unfinished(home), _by_name(overrides)
    before = _begun(home, number).overrides if number else ()
    kept = {name: override for name, override in _by_name(before).items() if name not in given}
    together = (*kept.values(), *given.values())
    settings = load(Settings, home.settings, together)
    return Chosen(settings=settings, overrides=together, kept=tuple(kept.values()))


def finished(home: Home) -> list[int]:
    """The numbers of the rounds whose last stage is done, ascending."""
    return sorted(int(path.parent.parent.name) for path in home.rounds.glob("[0-9]*/publish/done.json"))


def unfinished(home: Home) -> int | None:
    """The number of the round that was begun and not finished, if there is one."""
    begun = {int(path.parent.name) for path in home.rounds.glob("[0-9]*/plan.json")}
    left = begun - set(finished(home))
    return max(left) if left else None


def _begun(home: Home, number: int) -> Begun:
    return TypeAdapter(Begun).validate_json((home.round(number) / "plan.json").read_bytes())


def _by_name(overrides: Sequence[str]) -> dict[str, str]:
    """The last word on each setting."""
    return {override.partition("=")[0].strip(): override for override in overrides}

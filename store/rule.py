"""When a round starts of itself: after so many new labels, or at a time of night.

Pure: knows neither clock nor process, nor what a round does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Annotated, Final

from pydantic import Field

LATE: Final = timedelta(hours=1)
"""How long after its time a nightly round may still start: an app that was off at night trains by day only
where a person says so."""
AGAIN: Final = timedelta(hours=1)
"""How long a start that came to nothing, as on a full disk, is not repeated with the same labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """By which rule the app starts rounds; with neither, each is started by a person."""

    every_labels: Annotated[int, Field(ge=0)] = 0
    """New labels since the last round after which the next one starts; 0 waits for a person."""
    nightly: Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$")] = ""
    """Time of day such as 02:00, by the clock of the machine, at which a round starts; empty for none."""
    nightly_labels: Annotated[int, Field(ge=1)] = 50
    """Fewer new labels than this start none at night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSettings:
    """Of the section `round`, how many labels a round wants; whoever trains has it too."""

    minimum_labels: Annotated[int, Field(ge=0)] = 50
    """A round is refused where fewer came since the one before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a home stands: labels since the last finished round, when one was last started (with its zone), and
    whether one runs or was left unfinished, which waits for a person. `in_vain` is how many new labels there
    were at that start, if no round came of it."""

    new_labels: int
    last_start: datetime | None
    is_busy: bool
    in_vain: int | None = None


def at_least(rule: RuleSettings, least: LeastSettings) -> RuleSettings:
    """The rule, which starts nothing that is refused for too few labels."""
    return replace(
        rule,
        every_labels=rule.every_labels and max(rule.every_labels, least.minimum_labels),
        nightly_labels=max(rule.nightly_labels, least.minimum_labels),
    )


def due(rule: RuleSettings, standing: Standing, at: datetime) -> bool:
    """Whether the rule starts a round at this moment, a local time with its zone."""
    if standing.is_busy:
        return False
    enough = rule.every_labels and standing.new_labels >= rule.every_labels
    return bool(enough and not _is_in_vain(standing, at)) or _is_night(rule, standing, at)


def words(rule: RuleSettings, new_labels: int) -> str:
    """What the rule waits for, in a sentence; empty without a rule."""
    awaited = []
    if rule.every_labels:
        awaited.append(f"at {rule.every_labels:,} new labels")
    if rule.nightly:
        awaited.append(f"at {rule.nightly} if there are {rule.nightly_labels:,}")
    if not awaited:
        return ""
    return f"The next round starts of itself {' or '.join(awaited)}; new labels so far: {new_labels:,}."


def _is_in_vain(standing: Standing, at: datetime) -> bool:
    """Whether a start came to nothing a moment ago and would do so again."""
    if standing.in_vain is None or standing.last_start is None:
        return False
    return standing.new_labels <= standing.in_vain and at - standing.last_start < AGAIN


def _is_night(rule: RuleSettings, standing: Standing, at: datetime) -> bool:
    """Whether it is the time, no round was started since, and there is enough to learn from."""
    if not rule.nightly or standing.new_labels < rule.nightly_labels:
        return False
    moment = datetime.combine(at.date(), time.fromisoformat(rule.nightly), at.tzinfo)
    if at < moment:
        moment -= timedelta(days=1)
    started = standing.last_start
    return at - moment < LATE and (started is None or started < moment)

"""What a look at the held-out prompts decides: whether its policy is kept, and whether the run goes on.

Pure: where a run stands and what was seen in, where it stands then out. Knows neither models nor files.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from rlhf.checkpoint import Standing
from rlhf.gains import gains, partings
from rlhf.held_out import Look
from rlhf.lagging import KIN, lag
from rlhf.parting import Seen, Watch, began, watched
from rlhf.policy_settings import PPOSettings

PARTED: Final = "The reward still rises, but a judge that was not trained against falls."
LAGS: Final = "Of what the reward rose, held-back reward models see less than two thirds."


def weighed(standing: Standing, seen: Look, settings: PPOSettings) -> tuple[Standing, dict[str, float]]:
    """Where the run stands after a look, and the look's numbers beside those of the first one.

    The look is the best if its objective is higher than any before. A run that stops because of a warning
    keeps what it had: the policy that it warns of is not the one to go on with. `kept` is 1 where the policy
    of this look is kept, until a later one is.
    """
    now = Seen(iteration=standing.iteration, scores=seen.scores)
    watch = _watched(standing.watch, now, settings)
    lagging = lag(watch.first.scores, now.scores, _looks(settings))
    warning = PARTED if watch.parted else LAGS if lagging else ""
    numbers = {"objective": seen.objective, **seen.numbers, **gains(watch, now), **partings(watch)}
    if KIN in now.scores:
        numbers[f"{KIN}_lags"] = float(lagging is not None)
    standing = replace(standing, watch=watch, warning=warning)
    if warning and settings.stop_when_parting:
        standing = replace(standing, stopped=warning)
    else:
        standing = _ranked(standing, seen, settings.patience)
    return standing, numbers | {"kept": float(standing.best is seen)}


def _watched(watch: Watch | None, now: Seen, settings: PPOSettings) -> Watch:
    return watched(watch, now, _looks(settings)) if watch else began(now)


def _looks(settings: PPOSettings) -> int:
    """Of a whole run, the first one among them."""
    return 1 + math.ceil(settings.iterations / settings.evaluate_every)


def _ranked(standing: Standing, seen: Look, patience: int) -> Standing:
    """The best look is this one or that of before; of the latter so many in a row are enough."""
    if standing.best is None or seen.objective > standing.best.objective:
        return replace(standing, best=seen, best_iteration=standing.iteration, looks_since_best=0)
    since = standing.looks_since_best + 1
    stopped = f"{since} looks at the held-out prompts found nothing better." if since >= patience else ""
    return replace(standing, looks_since_best=since, stopped=stopped)


def told(standing: Standing, iterations: int) -> str:
    """Where the run stands, in words for who follows it."""
    message = f"iteration {standing.iteration} of {iterations}"
    if standing.best_iteration:
        message += f", best so far after {standing.best_iteration}"
    if standing.warning:
        message += f". {standing.warning}"
    return message

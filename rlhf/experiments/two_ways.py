"""How sure a mean over the games of seeds and prompts is, which vary by both. Pure: tensors in, numbers out.

The variance is that of sums over each seed's games plus that of sums over each prompt's (Cameron, Gelbach &
Miller 2011, Journal of Business & Economic Statistics 29, without what they take off again: chance in single
games counts twice, so intervals are rather too wide). Its degrees of freedom are few where seeds differ more
than prompts do (Satterthwaite 1946, Biometrics Bulletin 2): with three seeds Student's t is 4.3 then, not 2.
One seed alone cannot say how much seeds differ: then prompts count only. Games are numbers up to 1, and not
a number where a seed has no such prompt.
"""

from __future__ import annotations

import math

from torch import Tensor

from store.intervals import Interval, wilson
from store.student import student


def interval(games: Tensor, least: float) -> Interval:
    """The mean of the games [S, P], none below `least`, with its 95 % interval; prompts are two or more.

    Seeds and prompts without a game are none; the mean of no game is no number. Where all was won, or all was
    lost, there is nothing to see of a variance: then the interval is Wilson's over the prompts.
    """
    played = ~games.isnan()
    games = games[played.any(dim=1)][:, played.any(dim=0)]
    value = games.nanmean().item()
    apart, count = (games - value).nan_to_num(), int(played.sum())
    parts = [(_variance(apart.sum(dim=way)), games.shape[1 - way] - 1) for way in (0, 1)]
    known = [(variance / count**2, freedom) for variance, freedom in parts if variance > 0]
    if not known and value in {0.0, 1.0} and least == 0:
        prompts = games.shape[1]
        return wilson(value * prompts, prompts)
    if not known:
        return Interval(value=value, low=value, high=value)
    total = sum(variance for variance, _ in known)
    freedom = total**2 / sum(variance**2 / freedom for variance, freedom in known)
    reach = student(0.975, freedom) * math.sqrt(total)
    return Interval(value=value, low=max(least, value - reach), high=min(1.0, value + reach))


def _variance(sums: Tensor) -> float:
    """That of all sums [N] together, which lie around nothing; one alone has none."""
    count = len(sums)
    return 0.0 if count < 2 else sums.square().sum().item() * count / (count - 1)

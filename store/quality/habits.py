"""What each annotator does with sides, lengths and time, and how far their labels can be believed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from store.intervals import Interval, wilson
from store.quality.ballots import Ballots
from store.quality.belief import Belief, log_odds
from store.records import Purpose
from store.reliability.votes import Floats, Integers
from store.suspicion.suspects import Given

FASTEST: Final = 3 * 238 * 6 / 60
"""Characters a second: thrice as fast as people read silently, 238 words of six characters with their spaces
a minute (Brysbaert 2019). Who is faster has not read."""
HURRY: Final = 1 / 3
"""The share of the time that everybody else took for the same, below which somebody hurried. Ours: how fast
people read differs by less."""
SURE: Final = 0.8
"""How likely everybody else must make an answer for a label to differ from it. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Of one annotator by their number; a share without any label that tells of it is None.

    `first` is how often the response that was shown first was chosen, `longer` how often the longer one,
    `golds` how often the known answer was given and `repeats` how often the same once more with the sides
    swapped. `hasty` is how often it took less time than reading does. `bias` is that to the first shown in
    log-odds with its interval, `believed` the chance of naming the better of two (noisy Bradley-Terry), and
    `dawid_skene` the same by Dawid and Skene; both are their priors' where nobody judged the same.
    """

    annotator: int
    labels: int
    seconds: float
    first: Interval | None
    longer: Interval | None
    golds: Interval | None
    repeats: Interval | None
    hasty: Interval | None
    bias: Interval
    believed: Interval
    dawid_skene: Interval


def habits(ballots: Ballots, belief: Belief) -> Iterator[Habits]:
    """Of everybody who judged, by their numbers."""
    people = len(ballots.annotators.names)
    shares = {
        "first": _share(ballots, chose_first(ballots)),
        "longer": _share(ballots, _chose_longer(ballots)),
        "golds": _share(ballots, _as_known(ballots)),
        "repeats": _share(ballots, _as_before(ballots)),
        "hasty": _share(ballots, hasty(ballots)),
    }
    crowd = belief.crowd
    for annotator in range(people):
        own = ballots.annotators.codes == annotator
        if not own.any():
            continue
        labels, places = np.unique(ballots.labels.codes[own], return_index=True)
        bias, reach = float(crowd.bias[annotator]), 1.96 * float(crowd.bias_error[annotator])
        yield Habits(
            annotator=annotator,
            labels=len(labels),
            seconds=float(np.median(ballots.seconds[own][places])),
            bias=Interval(value=bias, low=bias - reach, high=bias + reach),
            believed=crowd.reliability[annotator],
            dawid_skene=belief.confusions.reliability[annotator],
            **{name: found[annotator] for name, found in shares.items()},
        )


def given(ballots: Ballots, belief: Belief) -> list[Given]:
    """What each annotator did, label by label of two responses, in the order in which they gave them; the
    belief is that of these ballots."""
    kept = ballots.is_pair
    pairs, differs = ballots.where(kept), _differs(ballots, belief)[kept]
    first, fast, faster = chose_first(pairs), hasty(pairs), _hurried(pairs)
    order = np.argsort(pairs.annotators.codes, kind="stable")
    ends = np.cumsum(np.bincount(pairs.annotators.codes, minlength=len(pairs.annotators.names)))
    return [
        Given(
            first=first[places],
            differs=differs[places],
            hasty=fast[places],
            hurried=faster[places],
            batches=pairs.batches.codes[places],
        )
        for places in np.split(order, ends[:-1])
    ]


def chose_first(ballots: Ballots) -> Floats:
    """1 where what was shown first was chosen, 0 where second; NaN of ties, rankings, unknown sides [P]."""
    known = ballots.is_pair & (ballots.says != 0) & (ballots.shown != 0)
    return np.where(known, ballots.says == ballots.shown, np.nan)


def hasty(ballots: Ballots) -> Floats:
    """1 where a pair took less time than reading it does, NaN where nobody took the time [P]."""
    known = ballots.is_pair & (ballots.seconds > 0)
    return np.where(known, ballots.seconds * FASTEST < ballots.characters, np.nan)


def _hurried(ballots: Ballots) -> Floats:
    """1 where a pair took less than `HURRY` of the time of everybody else who judged the same; NaN where
    nobody else did [P]."""
    items, people, seconds = ballots.items.codes, ballots.annotators.codes, ballots.seconds
    timed = seconds > 0
    rows = np.flatnonzero(timed)[np.argsort(seconds[timed], kind="stable")]
    quickest = _first_of(items, rows, len(ballots.items.names))
    rows = rows[people[rows] != people[quickest[items[rows]]]]
    next_one = _first_of(items, rows, len(ballots.items.names))
    others = np.where(people == people[quickest[items]], next_one[items], quickest[items])
    return np.where(timed & (others >= 0), seconds < HURRY * seconds[others], np.nan)


def _first_of(items: Integers, rows: Integers, count: int) -> Integers:
    """Which of these rows is the first of each item [count]; -1 of an item that has none."""
    seen, places = np.unique(items[rows], return_index=True)
    found = np.full(count, -1)
    found[seen] = rows[places]
    return found


def _chose_longer(ballots: Ballots) -> Floats:
    known = (ballots.says != 0) & (ballots.longer != 0)
    return np.where(known, ballots.says == ballots.longer, np.nan)


def _as_known(ballots: Ballots) -> Floats:
    return np.where(np.isnan(ballots.known), np.nan, ballots.says == ballots.known)


def _as_before(ballots: Ballots) -> Floats:
    """1 where a swapped repeat says what its annotator said of the item before, NaN elsewhere [P]."""
    again = ballots.purposes.of(Purpose.SWAPPED)
    whose = ballots.items.codes * len(ballots.annotators.names) + ballots.annotators.codes
    before, places = np.unique(whose[~again], return_index=True)
    found = np.full(len(ballots), np.nan)
    if len(before):
        at = np.minimum(np.searchsorted(before, whose), len(before) - 1)
        known = again & (before[at] == whose)
        same = ballots.says == ballots.says[~again][places][at]
        found[known] = same[known]
    return found


def _differs(ballots: Ballots, belief: Belief) -> Floats:
    """1 where a label says another thing than the known answer or, without one, than what everybody else and
    reward models make `SURE`; NaN where nothing is known or sure [P]."""
    decided, others = belief.decided, belief.by_others
    sure = np.where(np.abs(others) >= log_odds(np.asarray(SURE)), np.sign(others), 0)
    truth = np.where(np.isnan(decided.known), sure, decided.known)
    found = np.full(len(ballots), np.nan)
    found[ballots.says != 0] = np.where(truth != 0, decided.says != truth, np.nan)
    return found


def _share(ballots: Ballots, so: Floats) -> list[Interval | None]:
    """Of each annotator's labels of which it is known, the share of which it is so in all rows [W]."""
    known = ~np.isnan(so)
    labels, first, numbers = np.unique(ballots.labels.codes[known], return_index=True, return_inverse=True)
    against = np.bincount(numbers, 1 - so[known], minlength=len(labels))
    whose = ballots.annotators.codes[known][first]
    people = len(ballots.annotators.names)
    of_them = np.bincount(whose, minlength=people)
    yes = np.bincount(whose, against == 0, minlength=people)
    return [wilson(float(yes[one]), int(of_them[one])) if of_them[one] else None for one in range(people)]

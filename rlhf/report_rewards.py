"""The report's section on reward models: charts first, then the same figures as a table and in sentences.

Accuracy by annotator is not in it: the report may leave the house, and it is about models, not people.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from rlhf import reward_drawings, reward_words
from rlhf.reward_models.evaluation import shortest_first, youngest_first
from store.intervals import Interval
from store.records import Track
from store.reward_results import FEW_PAIRS, Part, RewardResults

Measured = Mapping[Track, RewardResults]
Chart = tuple[str, Any, str]

NAMES: Final = {track: track.value.capitalize() for track in Track}
OFF: Final = "Calibration error"
ROWS: Final = (
    *(words.capitalize() for words in (*reward_words.DEGREES.values(), reward_words.ALL)),
    *(*reward_words.BASELINES.values(), reward_words.CEILING, OFF),
)
"""Of the table, in this order, whichever of them a track has."""
MEANT: Final = (
    "Right: the model prefers the response that the annotator chose, on prompts that it never saw. Bars are "
    "95 % intervals, which reckon with dialogues and not with pairs. "
    f"Points of fewer than {FEW_PAIRS} pairs are faint."
)
WHY: Final = {
    "degree": f"{MEANT} The grey ones are of all pairs.",
    "reliability": "On the dashed line the model is right as often as it states. {}",
    "length": (
        "By how many tokens the chosen response is longer. A model that goes by length is right where the "
        "chosen one is longer and wrong where it is shorter."
    ),
    "age": "By how many rounds before the newest one the responses were asked about.",
    "rounds": "Each round has held-out pairs of its own, so a change may also come from the data.",
}


def charts(measured: Mapping[int, Measured]) -> list[Chart]:
    """Title, chart and caption of each chart of the newest round, and one over all rounds."""
    newest = measured[max(measured)]
    held = {track: results for track, results in newest.items() if results.pairs}
    drawn = [_degrees(track, results) for track, results in held.items()]
    if held:
        errors = " ".join(f"{NAMES[track]}: {_error(results)}" for track, results in held.items())
        curve = _bins(held)
        drawn.append(
            ("Stated probabilities", reward_drawings.reliability(curve), WHY["reliability"].format(errors))
        )
        lengths = _parts({track: results.by_length for track, results in held.items()}, shortest_first)
        drawn.append(
            (
                "Accuracy by length",
                reward_drawings.by_part(lengths, "The chosen response is, in tokens"),
                WHY["length"],
            )
        )
    ages = _parts({track: results.by_age for track, results in held.items()}, youngest_first)
    if not ages.empty and ages["name"].nunique() > 1:
        drawn.append(
            ("Accuracy by age of the policy", reward_drawings.by_part(ages, "Rounds ago"), WHY["age"])
        )
    past = _rounds(measured)
    if not past.empty and past["round"].nunique() > 1:
        drawn.append(("Accuracy over rounds", reward_drawings.over_rounds(past), WHY["rounds"]))
    return drawn


def table(newest: Measured) -> str:
    """Accuracy by degree, the baselines on the same pairs and the ceiling, a column a track; empty where none
    is known."""
    columns = [_column(results) for results in newest.values()]
    names = [name for name in ROWS if any(name in column for column in columns)]
    if not names:
        return ""
    head = "".join(f"<th>{html.escape(NAMES[track])}</th>" for track in newest)
    body = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th>"
        + "".join(f"<td>{html.escape(column.get(name, '–'))}</td>" for column in columns)
        + "</tr>"
        for name in names
    )
    head = f"<thead><tr><th>Right on held-out pairs</th>{head}</tr></thead>"
    return f"<table class='named'>{head}<tbody>{body}</tbody></table>"


def sentences(newest: Measured) -> list[str]:
    """What the charts do not tell, a line a track or a gate, as plain text."""
    said = []
    for track, results in newest.items():
        lessons, agreement = reward_words.learned(results), reward_words.agreement(results.agreement)
        said.append(f"{NAMES[track]}: {lessons} {agreement}")
        if not results.pairs:
            said.append(reward_words.unmeasured(track))
        said += [f"{NAMES[track]}: {reward_words.unsafe(found)}" for found in results.unsafe_found]
    return said


def _degrees(track: Track, results: RewardResults) -> Chart:
    rows = [
        {"kind": "model", **_row(words.capitalize(), part)}
        for words, part in reward_words.of_degrees(results)
    ]
    rows += [{"kind": "beside", **row} for row in _beside(results)]
    chart = reward_drawings.by_degree(pd.DataFrame(rows), NAMES[track])
    return (f"{NAMES[track]}: accuracy by degree", chart, WHY["degree"])


def _beside(results: RewardResults) -> list[dict[str, Any]]:
    """The baselines, and the most that any model could have, where people tell it."""
    found = [_row(words, part) for words, part in _baselines(results)]
    most = reward_words.ceiling(results.agreement)
    if most is None or results.agreement is None:
        return found
    ceiling = Part(name=reward_words.CEILING, pairs=results.agreement.pairs, accuracy=most)
    return [*found, _row(reward_words.CEILING, ceiling)]


def _baselines(results: RewardResults) -> list[tuple[str, Part]]:
    found = [(words, results.baseline(name)) for name, words in reward_words.BASELINES.items()]
    return [(words, part) for words, part in found if part]


def _bins(held: Measured) -> pd.DataFrame:
    rows = [
        {"track": NAMES[track], "stated": one.stated, **_share("", one.right, one.pairs)}
        for track, results in held.items()
        for one in results.reliability
    ]
    return pd.DataFrame(rows)


def _parts(parts: Mapping[Track, Sequence[Part]], order: Callable[[str], Any]) -> pd.DataFrame:
    """A row a part of a track, in the order of their names; each is broken before its last word."""
    both = [(track, part) for track, those in parts.items() for part in those]
    rows = [
        {"track": NAMES[track], **_row("|".join(part.name.rsplit(" ", 1)), part)}
        for track, part in sorted(both, key=lambda one: order(one[1].name))
    ]
    return pd.DataFrame(rows)


def _rounds(measured: Mapping[int, Measured]) -> pd.DataFrame:
    rows = [
        {"track": NAMES[track], "round": number, **_share("", results.accuracy, results.pairs)}
        for number, models in sorted(measured.items())
        for track, results in models.items()
        if results.pairs
    ]
    return pd.DataFrame(rows)


def _row(name: str, part: Part) -> dict[str, Any]:
    return _share(name, part.accuracy, part.pairs)


def _share(name: str, share: Interval, pairs: int) -> dict[str, Any]:
    return {"name": name, "value": share.value, "low": share.low, "high": share.high, "pairs": pairs}


def _column(results: RewardResults) -> dict[str, str]:
    cells = {}
    if most := reward_words.ceiling(results.agreement):
        cells[reward_words.CEILING] = reward_words.likely(most)
    if results.pairs:
        cells[OFF] = f"{100 * results.calibration_error:.1f} points"
        for words, part in (*reward_words.of_degrees(results), *_baselines(results)):
            pairs = reward_words.counted(part.pairs, "pair")
            cells[words.capitalize()] = f"{reward_words.likely(part.accuracy)}, {pairs}"
    return cells


def _error(results: RewardResults) -> str:
    return f"off by {100 * results.calibration_error:.1f} points on average."

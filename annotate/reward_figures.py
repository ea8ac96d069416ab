"""Figures of reward models as tables, one tidy row a point. Knows the numbers and their words, not how they
are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from annotate.words import Words
from store.intervals import Interval
from store.records import RewardModel
from store.reward_results import Bin, Part, RewardResults, UnsafeFound

NOTABLE: Final = 0.02
"""By so much may a model be surer, or less sure, than it is right, before a page says so."""
POINTS: Final = ["name", "share", "low", "high", "pairs", "told"]

NO_RULES: Final = pd.DataFrame(columns=["line", "share", "told"])
"""Where nothing lies across a chart."""


def share_text(said: Words, share: float) -> str:
    """Such as `71.3%`."""
    return said.figure(share, ".1%")


def name_of(said: Words, group: str, name: str) -> str:
    """The part's name in words; as it came where it is a person's, or the catalogue has none."""
    if group == "by_annotator":
        return name
    kind = "degree" if group == "by_degree" else "part"
    return said.sections["policies"].get(f"{kind}_{name.replace(' ', '_')}", name)


def told(said: Words, interval: Interval, pairs: int) -> str:
    """A share with what it is of and how sure it is."""
    sentence = "policies.told_one" if pairs == 1 else "policies.told"
    return said.text(sentence, pairs=said.figure(pairs), **between(said, interval))


def between(said: Words, interval: Interval) -> dict[str, str]:
    """A share and its interval, to fill the gaps of a sentence with."""
    return {
        "share": share_text(said, interval.value),
        "low": share_text(said, interval.low),
        "high": share_text(said, interval.high),
    }


def points(said: Words, group: str, parts: Sequence[Part]) -> pd.DataFrame:
    """A row a part, for a chart: columns name, share, low, high, pairs, told."""
    rows = [
        {
            "name": name_of(said, group, part.name),
            "share": part.accuracy.value,
            "low": part.accuracy.low,
            "high": part.accuracy.high,
            "pairs": part.pairs,
            "told": told(said, part.accuracy, part.pairs),
        }
        for part in parts
    ]
    return pd.DataFrame(rows, columns=POINTS)


def rules(said: Words, results: RewardResults) -> pd.DataFrame:
    """What the accuracy is measured against, for lines across a chart: columns line, share, told."""
    found = {name: part.accuracy.value for name in ("longer", "first") if (part := results.baseline(name))}
    agreement = results.agreement
    if agreement is not None and agreement.ceiling is not None and agreement.is_bound:
        found["ceiling"] = agreement.ceiling
    rows = [
        {"line": said.text(f"policies.rule_{name}"), "share": share, "told": share_text(said, share)}
        for name, share in found.items()
    ]
    return pd.DataFrame(rows, columns=["line", "share", "told"])


def reliability(said: Words, bins: Sequence[Bin]) -> pd.DataFrame:
    """A row a bin: columns stated, share, low, high, pairs, told."""
    rows = [
        {
            "stated": one.stated,
            "share": one.right.value,
            "low": one.right.low,
            "high": one.right.high,
            "pairs": one.pairs,
            "told": told(said, one.right, one.pairs),
        }
        for one in bins
    ]
    return pd.DataFrame(rows, columns=["stated", *POINTS[1:]])


def over_rounds(said: Words, models: Sequence[RewardModel]) -> pd.DataFrame:
    """A row a reward model that was measured: columns round, line, track, rate, low, high, pairs, told."""
    rows = [
        {
            "round": model.round,
            "line": said.text(f"policies.{model.track}"),
            "track": model.track,
            "rate": model.accuracy,
            "low": model.accuracy_low,
            "high": model.accuracy_high,
            "pairs": model.held_out_pairs,
            "told": told(said, held_out(model), model.held_out_pairs),
        }
        for model in models
        if model.held_out_pairs
    ]
    return pd.DataFrame(rows, columns=["round", "line", "track", "rate", *POINTS[2:]])


def held_out(model: RewardModel) -> Interval:
    """The accuracy that is kept with every reward model."""
    return Interval(value=model.accuracy, low=model.accuracy_low, high=model.accuracy_high)


def sureness(results: RewardResults) -> str:
    """`too_sure`, `too_modest` or `well_sure`: stated certainty beside truth, over all held-out pairs;
    `unknown_sure` where they are too few to tell."""
    pairs = sum(one.pairs for one in results.reliability)
    surer = sum(one.pairs * (one.stated - one.right.value) for one in results.reliability) / max(1, pairs)
    chance = (results.accuracy.high - results.accuracy.low) / 2
    if abs(surer) < NOTABLE:
        return "well_sure"
    if abs(surer) < chance:
        return "unknown_sure"
    return "too_sure" if surer > 0 else "too_modest"


def off(said: Words, results: RewardResults) -> str:
    """The expected calibration error in hundredths."""
    return said.figure(100 * results.calibration_error, ".1f")


def part_table(said: Words, group: str, parts: Sequence[Part], heading: str) -> pd.DataFrame:
    """The parts for people to read, under `heading`."""
    names = [heading, *(said.text(f"policies.{name}") for name in ("pairs", "accuracy", "likely"))]
    rows = [
        (name_of(said, group, part.name), said.figure(part.pairs), *_cells(said, part.accuracy))
        for part in parts
    ]
    return pd.DataFrame(rows, columns=names)


def reliability_table(said: Words, bins: Sequence[Bin]) -> pd.DataFrame:
    """The bins for people to read."""
    names = [said.text(f"policies.{name}") for name in ("stated", "pairs", "right", "likely")]
    rows = [(share_text(said, one.stated), said.figure(one.pairs), *_cells(said, one.right)) for one in bins]
    return pd.DataFrame(rows, columns=names)


def unsafe_table(said: Words, found: Sequence[UnsafeFound]) -> pd.DataFrame:
    """Recall and precision by the probability below which a response counts as unsafe."""
    words = ("probability", "recall", "precision", "unsafe_count", "safe_count")
    rows = [
        (
            said.figure(one.probability, ".0%"),
            share_text(said, one.recall),
            "–" if one.precision is None else share_text(said, one.precision),
            said.figure(one.unsafe),
            said.figure(one.safe),
        )
        for one in found
    ]
    return pd.DataFrame(rows, columns=[said.text(f"policies.{name}") for name in words])


def rounds_table(said: Words, models: Sequence[RewardModel]) -> pd.DataFrame:
    """Every reward model's accuracy for people to read, the newest first."""
    names = [said.text(f"policies.{name}") for name in ("round", "track", "held_out", "accuracy", "likely")]
    rows = [
        (
            str(model.round),
            said.text(f"policies.{model.track}"),
            said.figure(model.held_out_pairs),
            *(_cells(said, held_out(model)) if model.held_out_pairs else ("–", "–")),
        )
        for model in reversed(models)
    ]
    return pd.DataFrame(rows, columns=names)


def _cells(said: Words, interval: Interval) -> tuple[str, str]:
    """A share and how sure it is."""
    known = between(said, interval)
    return known["share"], said.text("policies.low_to_high", **known)

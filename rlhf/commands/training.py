"""`hone reward`: one stage by itself, on the labels that there are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, SetOption, home_of, progress_bar, say
from store.records import Track

if TYPE_CHECKING:
    from rlhf.reward_models.settings import RewardSettings
    from rlhf.trial import Trial
    from store.reward_results import RewardResults


def reward(
    track: Annotated[Track, typer.Option(help="Which reward model.")] = Track.HELPFULNESS,
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006  # typer copies it
    as_json: JsonOption = False,
) -> None:
    """Train a reward model on a fresh snapshot; show its accuracy."""
    from rlhf.config import Settings
    from store.settings import load

    root = home_of(home)
    settings = load(Settings, root.settings, overrides)
    from rlhf.trial import try_reward

    with progress_bar(quiet=as_json) as show:
        trial = try_reward(root, track, settings, show)
    value = {
        "track": track,
        "path": trial.path,
        "settings": dataclasses.asdict(trial.settings),
        "remarks": trial.remarks,
        **dataclasses.asdict(trial.results),
    }
    say(as_json, value, "\n".join(words(trial)))


def words(trial: Trial) -> Iterator[str]:
    """What came of it, line by line."""
    from rlhf.reward_words import agreement, between, counted, learned, percent, unmeasured, unsafe

    results = trial.results
    if results.pairs:
        yield (
            f"The {trial.track} reward model is right on {percent(results.accuracy.value)} of "
            f"{counted(results.pairs, 'held-out pair')} (95 % interval {between(results.accuracy)})."
        )
        yield from _measured(results)
    else:
        yield unmeasured(trial.track)
    yield agreement(results.agreement)
    yield from (f"Unsafe answers: {unsafe(found)}" for found in results.unsafe_found)
    yield f"The model was {learned(results)}"
    yield _how(trial.settings)
    yield from trial.remarks
    yield f"Model: {trial.path}"


def _measured(results: RewardResults) -> Iterator[str]:
    from rlhf.reward_words import beside_longer, calibration, percent

    if (longer := results.baseline("longer")) and results.over_longer:
        yield beside_longer(longer.accuracy, results.over_longer)
    if first := results.baseline("first"):
        share, known = percent(first.accuracy.value), first.pairs
        yield f"Always choosing the first one shown is right on {share} of the {known} whose order is known."
    yield ""
    yield from _by_degree(results)
    yield ""
    yield calibration(results)


def _how(settings: RewardSettings) -> str:
    names = ("weighting", "members", "lora_rank", "epochs", "batch_pairs", "learning_rate")
    others = ", ".join(f"{name} {getattr(settings, name)}" for name in names)
    return f"Settings: loss {settings.loss}, margin {settings.margin_used}, {others}."


def _by_degree(results: RewardResults) -> Iterator[str]:
    from rlhf.reward_words import between, of_degrees, percent

    yield f"{'the chosen answer is':<30}{'pairs':>7}{'right':>9}    95 % interval"
    for name, part in of_degrees(results):
        share = part.accuracy
        yield f"{name:<30}{part.pairs:>7,}{percent(share.value):>9}    {between(share)}"

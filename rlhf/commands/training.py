"""`hone reward`: one stage by itself, on the labels that there are."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, SetOption, home_of, progress_bar, say
from store.records import Track


def reward(
    track: Annotated[Track, typer.Option(help="Which reward model.")] = Track.HELPFULNESS,
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006  # typer copies it
    as_json: JsonOption = False,
) -> None:
    """Train a reward model on a fresh snapshot; print its accuracy beside always choosing the longer answer."""
    from rlhf.trial import try_reward

    with progress_bar(quiet=as_json) as show:
        trial = try_reward(home_of(home), track, overrides, show)
    words = (
        f"{track.capitalize()} reward model: right on {trial.accuracy:.1%} of {trial.held_out_pairs} held-out "
        f"pairs (95 % interval {trial.low:.1%} to {trial.high:.1%}); always choosing the longer answer is right "
        f"on {trial.length_only:.1%}.\nTrained on {trial.training_pairs} pairs, {trial.truncated} conversations "
        f"shortened. Model: {trial.path}"
    )
    say(as_json, dataclasses.asdict(trial), words)

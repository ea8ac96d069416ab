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
    """Train a reward model on a fresh snapshot; show its accuracy."""
    from rlhf.config import Settings
    from store.settings import load

    root = home_of(home)
    settings = load(Settings, root.settings, overrides)
    from rlhf.trial import try_reward

    with progress_bar(quiet=as_json) as show:
        trial = try_reward(root, track, settings, show)
    words = (
        f"The {track} reward model is right on {trial.accuracy:.1%} of {trial.held_out_pairs} held-out pairs "
        f"(95 % interval {trial.low:.1%} to {trial.high:.1%}).\n"
        f"Always choosing the longer answer is right on {trial.length_only:.1%} of them.\n"
        f"Trained on {trial.training_pairs} pairs; {trial.truncated} conversations were shortened.\n"
        f"Model: {trial.path}"
    )
    say(as_json, dataclasses.asdict(trial), words)

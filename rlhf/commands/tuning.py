"""`hone sft` and `hone reject`: a policy by itself, outside any round."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, SetOption, counted, home_of, progress_bar, say
from store.errors import HoneError

if TYPE_CHECKING:
    from rlhf.config import Settings
    from rlhf.demonstrations import Taught
    from rlhf.inheritance import Inheritance
    from rlhf.rejection_trial import RejectionTrial
    from store.home import Home


def sft(
    policy: Annotated[
        str | None,
        typer.Option(help="A model's folder or its name on the hub; the home's newest without it."),
    ] = None,
    least_quality: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out what was scored below this.")
    ] = 0.0,
    source: Annotated[
        list[str], typer.Option(help="Only of this source, `written` or a file; may be said again.")
    ] = [],  # noqa: B006  # typer copies it
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006
    as_json: JsonOption = False,
) -> None:
    """Fine-tune a policy on the home's demonstrations."""
    root, settings = _settings(home, overrides)
    from rlhf.demonstrations import Wanted, try_sft

    wanted = Wanted(least_quality=least_quality, sources=tuple(source))
    with progress_bar(quiet=as_json) as show:
        taught = try_sft(root, policy, wanted, settings, show)
    say(as_json, dataclasses.asdict(taught), _of_sft(taught))


def reject(
    into: Annotated[
        str | None, typer.Option(help="Teach this policy, a folder or a hub name, what rounds selected.")
    ] = None,
    round_: Annotated[
        int | None, typer.Option("--round", help="With --into: what this round selected, not all.")
    ] = None,
    home: HomeOption = Path(),
    overrides: SetOption = [],  # noqa: B006
    as_json: JsonOption = False,
) -> None:
    """Rejection sampling by itself, or what rounds selected for another policy to learn."""
    if into is None and round_ is not None:
        raise HoneError(
            "Expected --into POLICY beside --round: it is what that round selected that is learnt."
        )
    root, settings = _settings(home, overrides)
    with progress_bar(quiet=as_json) as show:
        if into is None:
            from rlhf.rejection_trial import try_rejection

            trial = try_rejection(root, settings, show)
            say(as_json, dataclasses.asdict(trial), _of_trial(trial))
        else:
            from rlhf.inheritance import hand_down

            heir = hand_down(root, into, round_, settings, show)
            say(as_json, dataclasses.asdict(heir), _of_heir(heir))


def _settings(home: Path, overrides: list[str]) -> tuple[Home, Settings]:
    from rlhf.config import Settings
    from store.settings import load

    root = home_of(home)
    return root, load(Settings, root.settings, overrides)


def _of_sft(taught: Taught) -> str:
    lines = [f"{taught.policy} learnt {counted(taught.demonstrations, 'demonstration')}."]
    if taught.left_out:
        left = ", ".join(f"{count} {reason}" for reason, count in taught.left_out.items())
        lines.append(f"Left out: {left}.")
    return "\n".join([*lines, *_ending(taught.truncated, taught.path)])


def _of_trial(trial: RejectionTrial) -> str:
    best, middle, besides = trial.mean_best[-1], trial.mean_median[-1], _besides(trial)
    return "\n".join(
        [
            f"Policy {trial.policy_id} answered at temperature {trial.temperature:g}, "
            f"{counted(trial.samples, 'sample')} a prompt; the reward models of round {trial.round} judged.",
            f"The best of them has a reward of {best:.2f} on average, the median {middle:.2f}.",
            f"It learnt {counted(trial.kept, 'sample')}, {trial.from_earlier} of earlier rounds{besides}.",
            *_ending(trial.truncated, trial.path),
        ]
    )


def _besides(trial: RejectionTrial) -> str:
    return f", and {counted(trial.besides, 'further example')}" if trial.besides else ""


def _of_heir(heir: Inheritance) -> str:
    first, last = heir.rounds[0], heir.rounds[-1]
    rounds = f"round {first}" if first == last else f"rounds {first} to {last}"
    words = f"{heir.policy} learnt {counted(heir.samples, 'sample')} that {rounds} selected"
    judged = f", of each prompt the best by the reward models of round {heir.judged_by}"
    return "\n".join([f"{words}{judged if heir.judged_by else ''}.", *_ending(heir.truncated, heir.path)])


def _ending(truncated: int, path: Path) -> list[str]:
    lost = [f"The beginning did not fit in {counted(truncated, 'conversation')}."] if truncated else []
    return [*lost, f"Policy: {path}"]

"""PPO's numbers as points for charts, and what they say of over-optimisation, for the page and the report.

Knows the names under which PPO logs its numbers, not how they are made or drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Step = tuple[int, Mapping[str, float]]
"""One line of PPO's metrics: the iteration and its numbers."""

JUDGES: Final = {
    "reward": "Reward, trained against",
    "watcher": "Held-back reward models",
    "gold": "Oracle",
}
"""The name of each judge in the metrics, and for people; only the first is trained against."""
WATCHING: Final = {"watcher": "the held-back reward models", "gold": "the oracle"}
"""Those that are not trained against, in a sentence."""
TOLD: Final = {"reward": "the reward", **WATCHING}
GAIN: Final = "Gain on prompts kept from training, in deviations"
DISTANCE: Final = "√KL from where PPO began, √nats a response"
TITLE: Final = "Reward by distance"
MEANT: Final = (
    "Each judge's gain on the same prompts, kept from training, since PPO began, in deviations of its first "
    "scores, with 95 % intervals where prompts are enough, against the root of the KL (Gao et al. 2022)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A small chart by iteration: the names of its numbers, with a name for each line; `form` is how a value
    is written, with as many digits as its axis needs, and lower values than `least` are drawn there."""

    title: str
    unit: str
    lines: Mapping[str, str]
    form: str = "f"
    least: float = -math.inf


HELD_OUT: Final = "Held-out"
TRAINING: Final = "Training"
PANELS: Final = (
    Panel(title="KL", unit="nats a response", lines={"kl": TRAINING, "held_out_kl": HELD_OUT}),
    Panel(title="Entropy", unit="nats a token", lines={"entropy": TRAINING, "held_out_entropy": HELD_OUT}),
    Panel(
        title="Length",
        unit="tokens a response",
        lines={"length": TRAINING, "held_out_length": HELD_OUT},
    ),
    Panel(
        title="Unfinished",
        unit="share of responses",
        lines={"unfinished": TRAINING, "held_out_unfinished": HELD_OUT},
        form="%",
    ),
    Panel(
        title="Distinct words, pairs",
        unit="share of all in the batch",
        lines={"distinct_1": "Words", "distinct_2": "Pairs"},
        form="%",
    ),
    Panel(
        title="Repetition",
        unit="share of runs of four words",
        lines={"repetition": TRAINING, "held_out_repetition": HELD_OUT},
        form="%",
    ),
    Panel(
        title="Refusals",
        unit="share of responses, by their words",
        lines={"refusals": TRAINING, "held_out_refusals": HELD_OUT},
        form="%",
    ),
    Panel(
        title="Explained variance",
        unit="of the returns, by the critic; no less than -1 is drawn",
        lines={"explained_variance": TRAINING},
        least=-1.0,
    ),
)
"""What a reward may be bought with, and how well the critic knows the reward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of a line; `low` and `high` are its interval, where there is one."""

    line: str
    step: int
    x: float
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def told(self) -> str:
        """The value and its interval in words."""
        if self.low is None or self.high is None:
            return f"{self.value:+z.2f}, over too few prompts for an interval"
        return f"{self.value:+z.2f} {self.ends}"

    @property
    def ends(self) -> str:
        """Its interval, if it has one."""
        return "" if self.low is None or self.high is None else f"({self.low:+z.2f} to {self.high:+z.2f})"

    @property
    def beyond_chance(self) -> bool:
        """Whether its interval lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def gain_points(steps: Iterable[Step]) -> list[Point]:
    """Each judge's gain at each look over √KL, with its interval where one was logged; none before a second
    look. An estimate of KL below 0 counts as 0."""
    looks = _looks(steps)
    if len(looks) < 2:
        return []
    return [
        _gain(step, numbers, judge)
        for judge in JUDGES
        for step, numbers in looks
        if f"held_out_{judge}_gain" in numbers
    ]


def panel_points(steps: Sequence[Step], panel: Panel) -> list[Point]:
    """The panel's lines by iteration."""
    return [
        Point(line=line, step=step, x=step, value=value)
        for name, line in panel.lines.items()
        for step, numbers in steps
        if name in numbers
        for value in [max(numbers[name], panel.least)]
    ]


def span(values: Iterable[float]) -> tuple[float, float] | None:
    """The ends of a flat line's axis, which has zero in it, and more; nothing where a line is not flat."""
    least, most = min(values := list(values)), max(values)
    return None if least < most else (min(least, 0.0), max(most, 0.0) or 1.0)


def finding(steps: Iterable[Step]) -> str:
    """A sentence on the newest look at which a judge parted from the reward or lagged; empty if none did."""
    looks = _looks(steps)
    for step, numbers in reversed(looks):
        parted = [judge for judge in WATCHING if numbers.get(f"held_out_{judge}_parts")]
        lags = numbers.get("held_out_watcher_lags")
        if parted or lags:
            since = "" if step == looks[-1][0] else " Later looks do not show it beyond chance."
            return (_sentence(step, numbers, parted[-1]) if parted else _lag(step, numbers)) + since
    return ""


def standing(steps: Iterable[Step]) -> str:
    """In sentences how far each judge has moved at the newest look, whether beyond chance, and which look's
    policy is kept; empty before a second look."""
    looks = _looks(steps)
    if len(looks) < 2:
        return ""
    step, numbers = looks[-1]
    moved = [
        _moved(name, _gain(step, numbers, judge))
        for judge, name in TOLD.items()
        if f"held_out_{judge}_gain" in numbers
    ]
    return f"In deviations, from where PPO began to iteration {step}: {'; '.join(moved)}.{_kept(looks)}"


def _moved(name: str, gain: Point) -> str:
    if not gain.beyond_chance:
        return f"{name} changed by {gain.told}{', not beyond chance' if gain.ends else ''}"
    return f"{name} {'rose' if gain.value > 0 else 'fell'} by {abs(gain.value):.2f} {gain.ends}"


def _kept(looks: Sequence[Step]) -> str:
    """Older runs do not tell."""
    kept = [step for step, numbers in looks if numbers.get("held_out_kept")]
    if not kept:
        return ""
    whose = f"after iteration {kept[-1]}" if kept[-1] else "as PPO began"
    return f" Of all its looks, the one with the best objective is kept: the policy {whose}."


def _sentence(step: int, numbers: Mapping[str, float], judge: str) -> str:
    rise, fall = (numbers.get(f"held_out_{judge}_{name}") for name in ("rise", "fall"))
    rose = "" if rise is None else f" by {rise:.2f}"
    fell = "" if fall is None else f" by {fall:.2f} deviations"
    return (
        "The reward still rises, but a judge that was not trained against falls: from iteration "
        f"{numbers[f'held_out_{judge}_since']:.0f} to {step} the reward rose{rose} and {WATCHING[judge]} "
        f"fell{fell}, beyond chance. The policy may be learning the reward models' faults."
    )


def _lag(step: int, numbers: Mapping[str, float]) -> str:
    reward, held_back = (numbers[f"held_out_{judge}_gain"] for judge in ("reward", "watcher"))
    return (
        f"Of what the reward rose to iteration {step}, {reward:.2f} deviations, {WATCHING['watcher']} see "
        f"{held_back:.2f}, less than two thirds beyond chance. The policy may be learning the reward models' "
        "faults, as happens where labels are few."
    )


def _looks(steps: Iterable[Step]) -> list[Step]:
    return [(step, numbers) for step, numbers in steps if "held_out_reward_gain" in numbers]


def _gain(step: int, numbers: Mapping[str, float], judge: str) -> Point:
    gain = f"held_out_{judge}_gain"
    return Point(
        line=JUDGES[judge],
        step=step,
        x=math.sqrt(max(0.0, numbers["held_out_kl"])),
        value=numbers[gain],
        low=numbers.get(f"{gain}_low"),
        high=numbers.get(f"{gain}_high"),
    )

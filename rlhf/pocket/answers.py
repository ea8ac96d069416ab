"""Writes answers of every quality for a task: the text from which the pocket world's policies learn to speak.

The substance (right, wrong, partial) comes from here and `substance`; `Quality` says what is done with it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from random import Random

from rlhf.pocket import substance
from rlhf.pocket.instructions import dress
from rlhf.pocket.manners import (
    ALTERNATIVES,
    CLOSERS,
    CURT_REFUSALS,
    EVASIONS,
    FALSE_REFUSALS,
    LECTURES,
    OPENERS,
    POLITE_REFUSALS,
    RAMBLES,
    RUDE,
)
from rlhf.pocket.tasks import Decline, Gist, Steps, Task


class Quality(StrEnum):
    """How good an answer is meant to be; the last five are for unsafe requests."""

    GOOD = "good"
    PLAIN = "plain"
    WRONG = "wrong"
    PARTIAL = "partial"
    RUDE = "rude"
    RAMBLING = "rambling"
    PADDED = "padded"
    REPEATING = "repeating"
    EVASIVE = "evasive"
    REFUSING = "refusing"
    IGNORING = "ignoring"
    ALTERNATIVE = "alternative"
    DECLINING = "declining"
    CURT = "curt"
    LECTURING = "lecturing"
    COMPLYING = "complying"


FOR_UNSAFE = frozenset(
    {
        Quality.ALTERNATIVE,
        Quality.DECLINING,
        Quality.CURT,
        Quality.LECTURING,
        Quality.COMPLYING,
        Quality.EVASIVE,
    }
)


def _in_form(task: Task, text: substance.Text, rng: Random) -> str:
    """The substance as a sentence, obeying the instruction if there is one."""
    return dress(text.statement, text.word, task.instruction) if task.instruction else text.sentence(rng)


def _polite(task: Task, body: str, rng: Random) -> str:
    if task.instruction or isinstance(task.goal, Gist):
        return body
    frame = rng.choice(("opener", "closer", "both"))
    opener = f"{rng.choice(OPENERS)} " if frame != "closer" else ""
    closer = f" {rng.choice(CLOSERS)}" if frame != "opener" else ""
    return f"{opener}{body}{closer}"


def _rambling(task: Task, body: str, rng: Random) -> str:
    rambles = rng.sample(RAMBLES, 1 if isinstance(task.goal, Steps) else rng.choice((1, 2)))
    if rng.random() < 0.2:
        return " ".join(rambles)
    return " ".join((body, *rambles)) if rng.random() < 0.6 else " ".join((*rambles, body))


def _padded(body: str, rng: Random) -> str:
    return " ".join((*rng.sample(OPENERS, 2), body, *rng.sample(CLOSERS, 2)))


def _wrong(task: Task, rng: Random) -> str:
    wrong = _in_form(task, substance.wrong(task.goal, rng), rng)
    return _polite(task, wrong, rng) if rng.random() < 0.5 else wrong


def _rude(body: str, rng: Random) -> str:
    rude = rng.choice(RUDE)
    return f"{rude} {body}" if rng.random() < 0.7 else f"{body} {rude}"


def _repeating(task: Task, body: str, rng: Random) -> str:
    return " ".join([body] * (2 if isinstance(task.goal, Steps) else rng.choice((2, 3))))


_HARMLESS: dict[Quality, Callable[[Task, str, Random], str]] = {
    Quality.GOOD: _polite,
    Quality.PLAIN: lambda _, right, __: right,
    Quality.WRONG: lambda task, _, rng: _wrong(task, rng),
    Quality.PARTIAL: lambda task, _, rng: substance.partial(task.goal, rng),
    Quality.RUDE: lambda _, right, rng: _rude(right, rng),
    Quality.RAMBLING: _rambling,
    Quality.PADDED: lambda _, right, rng: _padded(right, rng),
    Quality.REPEATING: _repeating,
    Quality.REFUSING: lambda _, __, rng: rng.choice(FALSE_REFUSALS),
    Quality.IGNORING: lambda task, _, rng: substance.right(task.goal, rng).sentence(rng),
}
"""What is done with the right answer to a harmless prompt."""


def _unsafe(goal: Decline, quality: Quality, rng: Random) -> str:
    if quality is Quality.ALTERNATIVE:
        return f"{rng.choice(POLITE_REFUSALS)} {rng.choice(ALTERNATIVES[goal.category])}"
    if quality is Quality.DECLINING:
        return rng.choice(POLITE_REFUSALS)
    if quality is Quality.CURT:
        return rng.choice(CURT_REFUSALS)
    if quality is Quality.LECTURING:
        return rng.choice(LECTURES)
    opener = f"{rng.choice(OPENERS)} " if rng.random() < 0.6 else ""
    closer = f" {rng.choice(CLOSERS)}" if rng.random() < 0.2 else ""
    return f"{opener}{substance.in_order(goal.steps, rng)}{closer}"


def write(task: Task, quality: Quality, rng: Random) -> str:
    """An answer to the task of the given quality; a quality that does not fit the task is an error."""
    unsafe = isinstance(task.goal, Decline)
    if quality is Quality.EVASIVE:
        return " ".join(rng.sample(EVASIONS, rng.choice((1, 2))))
    if unsafe != (quality in FOR_UNSAFE):
        raise ValueError(
            f"A quality that fits a {task.kind} prompt was expected, but {quality} came; see FOR_UNSAFE."
        )
    if isinstance(task.goal, Decline):
        return _unsafe(task.goal, quality, rng)
    right = _in_form(task, substance.right(task.goal, rng), rng)
    return _HARMLESS[quality](task, right, rng)

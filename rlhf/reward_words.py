"""How good a reward model is, in words that the command and the report share. Knows the figures alone."""

from __future__ import annotations

from typing import Final

from rlhf.reward_models.agreement import most_right
from store.intervals import Interval
from store.reward_results import Agreement, Part, RewardResults, UnsafeFound

DEGREES: Final = {
    "3": "significantly better",
    "2": "better",
    "1": "slightly better",
    "0": "negligibly better or unsure",
}
"""What the annotator called the chosen response, the clearest first (Llama 2, Table 8)."""
ALL: Final = "all"
BASELINES: Final = {"longer": "Always the longer answer", "first": "Always the first shown"}
CEILING: Final = "The most there can be"
MANY_CUT: Final = 0.1
"""Share of all pairs, of which so many without their beginning deserve a word."""


def percent(share: float) -> str:
    """Such as `71.3%`."""
    return f"{share:.1%}"


def counted(count: int, noun: str) -> str:
    """Such as `1 pair` or `1,024 pairs`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def likely(share: Interval) -> str:
    """A share with its 95 % interval, such as `71.3% (66.0% to 76.1%)`."""
    return f"{percent(share.value)} ({between(share)})"


def between(share: Interval) -> str:
    """The interval alone."""
    return f"{percent(share.low)} to {percent(share.high)}"


def of_degrees(results: RewardResults) -> list[tuple[str, Part]]:
    """The parts by degree, the clearest preference first, and last of all pairs."""
    by_name = {part.name: part for part in results.by_degree}
    found = [(words, by_name[name]) for name, words in DEGREES.items() if name in by_name]
    return [*found, (ALL, Part(name=ALL, pairs=results.pairs, accuracy=results.accuracy))]


def ceiling(found: Agreement | None) -> Interval | None:
    """The best accuracy that a model can have, as surely as people's agreement is known, if it tells that."""
    if found is None or found.ceiling is None or not found.is_bound:
        return None
    low, high = (most_right(max(0.5, share)) for share in (found.agree.low, found.agree.high))
    return Interval(value=found.ceiling, low=low, high=high)


def agreement(found: Agreement | None) -> str:
    """How far people agree, and what follows for a model, if anything does."""
    if found is None:
        return "No two people judged the same answers, so it is not known how right a model can be."
    told = f"Two people agree in {likely(found.agree)} of {counted(found.pairs, 'case')}"
    if found.ceiling is None:
        return f"{told}, less than chance, which says nothing of how right a model can be."
    most = ceiling(found)
    if most is None:
        return f"{told}, too few to say how right a model can be."
    return f"{told}; so no model can be right on more than {likely(most)}."


def unmeasured(name: str) -> str:
    """Of a model of which nothing was held out."""
    return f"No pair could be held out, so how good the {name} reward model is cannot be said; label more."


def beside_longer(longer: Interval, over: Interval) -> str:
    """How often the longer answer is the chosen one, and whether the model knows more than that."""
    told = f"Always choosing the longer answer is right on {percent(longer.value)} of them;"
    points = f"{100 * abs(over.value):.1f} points"
    if over.low > 0:
        return f"{told} the model is right more often, by {points}."
    if over.high < 0:
        return f"{told} the model is right less often, by {points}."
    return f"{told} the model cannot be told from that."


def unsafe(found: UnsafeFound) -> str:
    """What a gate on the probability of being safe finds; begins small, to follow a name."""
    below = f"below a probability of {found.probability} of being safe"
    if found.precision is None:
        return f"{below} lies no answer, so none of {found.unsafe:,} unsafe ones is found."
    return (
        f"{below} lie {percent(found.recall)} of {found.unsafe:,} unsafe answers; "
        f"{percent(found.precision)} of those below it are unsafe."
    )


def learned(results: RewardResults) -> str:
    """What the model learned from; begins small, to follow a name."""
    said = [f"trained on {counted(results.training_pairs, 'pair')}."]
    if results.truncated:
        cut = counted(results.truncated, "pair")
        said.append(f"Of {cut} the beginning was cut off, for they were too long.")
    if results.truncated > MANY_CUT * (results.training_pairs + results.pairs):
        said.append("These are many: raise reward.max_tokens if the model reads more than that;")
        said.append("a tokenizer that does not know the language makes long rows.")
    if results.members > 1:
        said.append(f"An ensemble of {results.members} members, which speak by their mean.")
    return " ".join(said)


def calibration(results: RewardResults) -> str:
    """By how much the model's stated probabilities are off."""
    points = 100 * results.calibration_error
    return f"Its stated probabilities are off by {points:.1f} points on average."

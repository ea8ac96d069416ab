"""A round's figures in words: the names, forms and notes that the page and the report share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from store.rates import rates
from store.records import Judge
from store.rounds import RoundResult, Verdict

COLUMNS: Final = {
    "round": ("Round", "{:.0f}"),
    "labels": ("Labels so far", "{:,.0f}"),
    "reward_accuracy": ("Accuracy, both tracks", "{:.1%}"),
    "oracle_win_rate": ("Oracle win rate", "{:.1%}"),
    "reward_model_win_rate": ("Reward model win rate", "{:.1%}"),
    "unsafe_rate": ("Unsafe", "{:.1%}"),
    "false_refusal_rate": ("False refusals", "{:.1%}"),
    "kl": ("KL, nats", "{:z.2f}"),
    "seconds": ("Seconds", "{:,.0f}"),
}
"""A figure's name in the files: its name for people and how it is written."""
WITH_INTERVALS: Final = ("oracle_win_rate", "unsafe_rate", "false_refusal_rate")

ROUND: Final = COLUMNS["round"][0]
ERRORS: Final = (
    "Unsafe: it answered what it should refuse. False refusals: it refused what only looks unsafe."
)
JUDGES: Final = {
    Judge.GOLD: "Oracle",
    Judge.REWARD_MODELS: "Reward models",
    Judge.UNTRAINED: "Untrained reward models",
    Judge.LANGUAGE_MODEL: "Language model",
    Judge.PEOPLE: "People",
}
"""How each judge is called before people."""
NOTES: Final = (
    "Labels so far are all that people had given when the round began; tests and ties among them teach "
    "nothing. Accuracy is that of the reward models of both tracks on all held-out pairs. KL is from the "
    "first policy, in nats a response. Seconds are those before publishing."
)
KL: Final = (
    "An estimate from the sampled responses: where the policies are nearly the same it may lie slightly "
    "below zero, which no true KL does."
)
"""What to know of a curve of KL."""


def decisions(verdicts: Mapping[int, Verdict]) -> list[str]:
    """What was decided on the rounds' policies: a sentence once, with all rounds of which it was."""
    of: dict[str, list[str]] = {}
    for number, verdict in sorted(verdicts.items()):
        of.setdefault(verdict.sentence, []).append(str(number))
    return [f"{_named(numbers)}. {sentence}" for sentence, numbers in of.items()]


def _named(numbers: Sequence[str]) -> str:
    *others, last = numbers
    return f"Rounds {', '.join(others)} and {last}" if others else f"Round {last}"


def cells(result: RoundResult) -> dict[str, str]:
    """The row by the names for people, rates with the intervals that are known; what nobody could say is a
    dash."""
    row = {words: _written(getattr(result, name), form) for name, (words, form) in COLUMNS.items()}
    for one in rates([result], {name: COLUMNS[name][0] for name in WITH_INTERVALS}):
        if one.low is not None and one.high is not None and one.low < one.high:
            row[one.line] += f" ({one.low:.1%} to {one.high:.1%})"
    return row


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)

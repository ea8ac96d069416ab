"""How well a policy's responses do by the oracle: rates with their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rlhf.pocket.oracle import Verdict, judge
from rlhf.pocket.tasks import PromptKind
from store.records import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the oracle finds over many responses; each rate is in [0, 1] and has its count beside it.

    `helpfulness` and `correct` are over harmless requests, `unsafe` over unsafe requests, `false_refusals`
    over look-alikes. A rate over nothing is 0.
    """

    helpfulness: float
    correct: float
    harmless_count: int
    unsafe: float
    unsafe_count: int
    false_refusals: float
    lookalike_count: int


def _share(found: Sequence[bool]) -> float:
    return sum(found) / max(1, len(found))


def summarise(verdicts: Sequence[Verdict]) -> Rates:
    """The rates of verdicts that are already known."""
    harmless = [verdict for verdict in verdicts if not verdict.unsafe_request]
    unsafe = [verdict for verdict in verdicts if verdict.unsafe_request]
    lookalikes = [verdict for verdict in verdicts if verdict.kind is PromptKind.LOOKALIKE]
    return Rates(
        helpfulness=sum(verdict.helpfulness for verdict in harmless) / max(1, len(harmless)),
        correct=_share([verdict.correct for verdict in harmless]),
        harmless_count=len(harmless),
        unsafe=_share([not verdict.safe for verdict in unsafe]),
        unsafe_count=len(unsafe),
        false_refusals=_share([verdict.false_refusal for verdict in lookalikes]),
        lookalike_count=len(lookalikes),
    )


def rates(conversations: Sequence[Sequence[Turn]], responses: Sequence[str]) -> Rates:
    """The rates of one response to each conversation.

    Raises ValueError when there are not as many responses as conversations.
    """
    if len(conversations) != len(responses):
        raise ValueError(
            f"One response to each of {len(conversations)} conversations was expected, but {len(responses)} "
            "came; pass both in the same order."
        )
    return summarise([judge(turns, text) for turns, text in zip(conversations, responses, strict=True)])

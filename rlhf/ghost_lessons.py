"""What is learnt from dialogues of Ghost Attention: which of their answers, and the best of these.

Knows neither how dialogues came about nor how examples are learnt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.gatt import Dialogue, heard, learnt
from rlhf.policy_settings import GAttSettings
from rlhf.pool import Sampled
from rlhf.scoring import total_logprobs

Heeding = Callable[[Sequence[Dialogue]], Sequence[float]]
"""How much each dialogue's last answer owes to the instruction."""


def lessons(
    dialogues: Sequence[Dialogue], settings: GAttSettings, heeding: Heeding | None = None
) -> list[Sampled]:
    """What is learnt from dialogues: of each the last answer or every one, and of these the best share.

    Best is what has the highest reward, or with `heeding` the highest of the lower of two ranks, by reward
    and by it. Instructions share alike, for one may be rewarded less than another; of each at least one
    answer is kept.
    """
    cut = [one for dialogue in dialogues for one in _cut(dialogue, settings)]
    by_instruction: dict[str, list[int]] = {}
    for place, one in enumerate(cut):
        by_instruction.setdefault(one.instruction, []).append(place)
    measures = [[one.rewards[-1] for one in cut]]
    if heeding is not None:
        measures.append(list(heeding(cut)))
    kept = set[int]()
    for places in by_instruction.values():
        best = _best_first(places, measures)
        kept |= set(best[: math.ceil(settings.keep * len(best))])
    return [learnt(one, settings) for place, one in enumerate(cut) if place in kept]


def heeded(policy: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, settings: GAttSettings) -> Heeding:
    """How much likelier the instruction makes each dialogue's last answer to this policy, in nats.

    log π(answer | what was read) - log π(answer | the same without the instruction), the pointwise mutual
    information of both. An answer that would have been given anyway has about 0.
    """

    def measure(dialogues: Sequence[Dialogue]) -> list[float]:
        before = [replace(one, said=one.said[:-1]) for one in dialogues]
        told = [heard(one, settings) for one in before]
        untold = [heard(replace(one, instruction=""), settings) for one in before]
        texts = [one.said[-1] for one in dialogues]
        likely, unlikely = (total_logprobs(policy, tokenizer, turns, texts) for turns in (told, untold))
        gain: list[float] = (likely - unlikely).tolist()
        return gain

    return measure


def fitting(made: Sequence[Sampled], tokenizer: PreTrainedTokenizerBase, longest: int) -> list[Sampled]:
    """Those of at most `longest` tokens, for the instruction is the first thing that is cut off."""
    return [
        one
        for one in made
        if len(prompt_ids(tokenizer, one.prompt.turns)) + len(response_ids(tokenizer, one.text)) <= longest
    ]


def _best_first(places: Sequence[int], measures: Sequence[Sequence[float]]) -> list[int]:
    """The places by the lowest of their ranks, the highest first; of equals the first one."""
    lowest = dict.fromkeys(places, len(places))
    for measure in measures:
        rising = sorted(places, key=lambda place: (measure[place], -place))
        for rank, place in enumerate(rising):
            lowest[place] = min(lowest[place], rank)
    return sorted(places, key=lambda place: (-lowest[place], place))


def _cut(dialogue: Dialogue, settings: GAttSettings) -> list[Dialogue]:
    """The dialogue up to each answer that is learnt, the whole of it last."""
    whole = len(dialogue.asked)
    return [
        replace(
            dialogue,
            asked=dialogue.asked[:turns],
            said=dialogue.said[:turns],
            rewards=dialogue.rewards[:turns],
        )
        for turns in range(1 if settings.answers == "each" else whole, whole + 1)
    ]

"""One judgement as any preference format tells it: a reader makes them, a writer takes them.

`store.exchange.facts` turns them into rows by table, and `store.exchange.standing` reads a home's rows back
into them. Knows no format and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from itertools import pairwise

from store.exchange.lines import RowError
from store.exchange.splitting import UNKNOWN_TIME
from store.identity import canonical
from store.records import Degree, Purpose, SafetyLabel, Split, Track, Turn
from store.references import MOST_RESPONSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response: its words, the name of the policy that gave them, and how it was drawn where known.

    `policy` is a name without `imported:`; a format that does not tell it gives its own name. `meta` is what
    the source says of the response besides, as JSON text. The numbers are those of `records.Response`.
    """

    text: str
    policy: str
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int = 0
    finish_reason: str = "stop"
    token_count: int = 0
    logprob: float | None = None
    meta: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one annotator said of K >= 2 answers to one conversation; RowError when it contradicts itself.

    `turns` end with the user's. `split` None: by the hash of the opening, a tenth held out. `ranks` are one
    an answer, 1 is best, equal ranks tie. `both_bad`: none is acceptable, and of two neither is better.
    `safety` is one an answer, or empty. `shown_order[i]` is the place in `answers` of the one shown at i;
    empty where nobody knows.
    `annotator` is a name without `imported:`; a format that does not tell it gives its own name.

    The metas are JSON texts. What belongs to the prompt or the comparison goes there, and must be the same
    for all annotators of the same answers, or they become several comparisons. What is the judgement's own
    goes into `label_meta`, its key in the source too: two rows that differ in nothing are one label, and a
    key (a row's id, not its line number) keeps them two.

    `label_id` and `comparison_id` are those of the home that wrote the file, where they do not follow from
    the rest: by them it knows what it told itself (`store.exchange.own`). To another home they say nothing.
    """

    turns: tuple[Turn, ...]
    answers: tuple[Answer, ...]
    ranks: tuple[int, ...]
    annotator: str
    track: Track = Track.HELPFULNESS
    split: Split | None = None
    language: str = "en"
    category: str | None = None
    attack_vector: str | None = None
    author: str | None = None
    degree: Degree = Degree.BETTER
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    comment: str = ""
    seconds: float = 0.0
    shown_order: tuple[int, ...] = ()
    guideline_version: int = 1
    surplus: bool = False
    purpose: Purpose = Purpose.TRAIN
    made_at: datetime = UNKNOWN_TIME
    prompt_meta: str | None = None
    comparison_meta: str | None = None
    label_meta: str | None = None
    label_id: str | None = None
    comparison_id: str | None = None

    def __post_init__(self) -> None:
        count = len(self.answers)
        if not 2 <= count <= MOST_RESPONSES:
            raise RowError(f"expected 2 to {MOST_RESPONSES} answers; got {count}")
        if len(self.ranks) != count or min(self.ranks) < 1 or max(self.ranks) > count:
            raise RowError(f"expected a rank from 1 to {count} for each of {count} answers; got {self.ranks}")
        if self.both_bad and count == 2 and max(self.ranks) > 1:
            raise RowError("expected equal ranks where no answer is acceptable; one is better than the other")
        if self.safety and len(self.safety) != count:
            raise RowError(f"expected safety for each of {count} answers or none; got {len(self.safety)}")
        if self.shown_order and sorted(self.shown_order) != list(range(count)):
            raise RowError(f"expected shown_order to name each of {count} answers; got {self.shown_order}")
        if not self.turns or self.turns[-1].role != "user":
            raise RowError("expected a conversation that ends with a turn of the user")


def ordered(judgement: Judgement, order: Sequence[int]) -> Judgement:
    """The same judgement with its answers in another order: `order[i]` is the old place of answer i."""
    return replace(
        judgement,
        answers=tuple(judgement.answers[old] for old in order),
        ranks=tuple(judgement.ranks[old] for old in order),
        safety=tuple(judgement.safety[old] for old in order) if judgement.safety else (),
        shown_order=tuple(order.index(old) for old in judgement.shown_order),
    )


def best_first(judgement: Judgement) -> Judgement:
    """The same judgement with the best answer first; ties go by what they say, so the order is total."""
    ranks = judgement.ranks
    if all(one < other for one, other in pairwise(ranks)):
        return judgement
    order = sorted(range(len(ranks)), key=lambda place: (ranks[place], _words(judgement, place)))
    return ordered(judgement, order)


def _words(judgement: Judgement, place: int) -> str:
    """All that is told of one answer."""
    safety = astuple(judgement.safety[place]) if judgement.safety else ()
    return canonical([astuple(judgement.answers[place]), safety])

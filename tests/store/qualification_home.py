"""A home whose people are tested, and how the tests answer."""

from __future__ import annotations

from dataclasses import replace

from small_collection import FIRST_BETTER, SECOND_BETTER, comparisons

from store.database import Store
from store.messages import Actor, Judgement
from store.messages.qualifying import (
    AnswerTest,
    BeginTest,
    NoTest,
    ShownItem,
    ShownTest,
)
from store.records import (
    Fact,
    Gold,
    Purpose,
    Role,
    SafetyLabel,
    Track,
)
from store.verbs import (
    answer_test,
    begin_test,
)

RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)
SAFETY = Track.SAFETY
SAFE, UNSAFE = SafetyLabel(safe=True), SafetyLabel(safe=False)
SETTINGS = """
[queue]
qualification = ["safety"]
gold_rate = 0.5
swapped_rate = 0.0
[qualification]
items = 2
pass_mark = 0.5
wait_hours = 24.0
"""


def golds(count: int, prefix: str = "g", why: str = "Because of Crime.") -> list[Fact]:
    """Gold pairs: the first response is better and safe, the second one unsafe."""
    facts = comparisons(count, track=SAFETY, purpose=Purpose.GOLD, prefix=prefix)
    ids = [f"{prefix}c{number}" for number in range(count)]
    return facts + [
        Gold(comparison_id=one, ranks=(1, 2), safety=(SAFE, UNSAFE), why=why, annotator_id="rae")
        for one in ids
    ]


def begun(store: Store, actor: Actor) -> ShownTest:
    reply = begin_test(store, actor, BeginTest(track=SAFETY))
    assert isinstance(reply, ShownTest)
    return reply


def refused(store: Store, actor: Actor) -> NoTest:
    reply = begin_test(store, actor, BeginTest(track=SAFETY))
    assert isinstance(reply, NoTest)
    return reply


def judgement(item: ShownItem, *, right: bool = True, safety: bool = True) -> Judgement:
    """By place: `answer 0` is the better, safe one."""
    first = item.responses[0] == "answer 0"
    said = FIRST_BETTER if first is right else SECOND_BETTER
    return replace(said, safety=(SAFE, UNSAFE) if first is safety else (UNSAFE, SAFE))


def answer(store: Store, actor: Actor, shown: ShownTest, **how: bool) -> ShownTest:
    assert shown.item is not None
    said = judgement(shown.item, **how)
    return answer_test(
        store,
        actor,
        AnswerTest(test_id=shown.test_id, comparison_id=shown.item.comparison_id, judgement=said),
    )


def may_judge(store: Store, actor: Actor) -> bool:
    return store.queue.qualified(actor.annotator_id, SAFETY)

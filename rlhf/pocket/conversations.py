"""Conversations of several turns: follow-ups, pressure after a refusal, instructions that must persist."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from rlhf.pocket import substance
from rlhf.pocket.chores import HARMS
from rlhf.pocket.facts import ATTRIBUTES
from rlhf.pocket.followups import reason
from rlhf.pocket.instructions import ACKNOWLEDGEMENTS, WORDINGS, dress
from rlhf.pocket.manners import POLITE_REFUSALS
from rlhf.pocket.questions import LARGEST_TERM, comparisons, facts, lists, opposites, sums
from rlhf.pocket.requests import howtos
from rlhf.pocket.tasks import Number, Request, Value
from store.records import Turn

PRESSURES = ("Please, just this once.", "Come on, nobody will know.", "I really need it.")


def _conversation(*contents: str) -> tuple[Turn, ...]:
    roles = ("user", "assistant")
    return tuple(Turn(role=roles[i % 2], content=content) for i, content in enumerate(contents))


def _answered(request: Request) -> tuple[str, str]:
    """A question and its right answer, always in the same words."""
    rng = Random(request.text)
    return request.text, substance.right(request.task.goal, rng).sentence(rng)


def _fact_follow_ups() -> Iterator[tuple[Turn, ...]]:
    by_attribute = {attribute.name: list(attribute.values) for attribute in ATTRIBUTES}
    for place, request in enumerate(facts()):
        goal = request.task.goal
        if not isinstance(goal, Value):
            continue
        things = by_attribute[goal.attribute]
        at = things.index(goal.subject)
        other = things[(at + 1 + place % (len(things) - 1)) % len(things)]
        yield _conversation(*_answered(request), f"{('And', 'What about')[place % 2]} {other}?")
        if reason(goal):
            yield _conversation(*_answered(request), "Why?" if place % 2 else "Why is that?")
        if place % 3 == 0:
            yield _conversation(*_answered(request), "Are you sure?")


def _sum_follow_ups() -> Iterator[tuple[Turn, ...]]:
    for place, request in enumerate(sums()):
        goal = request.task.goal
        if not isinstance(goal, Number) or goal.answer > LARGEST_TERM or place % 3:
            continue
        number = 1 + (place // 3) % 9
        if place % 2 or number > goal.answer:
            yield _conversation(*_answered(request), f"Now add {number}.")
        else:
            yield _conversation(*_answered(request), f"Now take away {number}.")


def _other_follow_ups() -> Iterator[tuple[Turn, ...]]:
    for place, request in enumerate(lists()):
        yield _conversation(*_answered(request), ("Name one more.", "Give me one more.")[place % 2])
    for place, request in enumerate(howtos()):
        yield _conversation(
            *_answered(request), ("What is the first step?", "What is the last step?")[place % 2]
        )


def _pressed() -> Iterator[tuple[Turn, ...]]:
    for place, harm in enumerate(HARMS):
        for turn, pressure in enumerate(PRESSURES):
            refusal = POLITE_REFUSALS[(place + turn) % len(POLITE_REFUSALS)]
            yield _conversation(f"How do I {harm.act}?", refusal, pressure)


def _instructed() -> Iterator[tuple[Turn, ...]]:
    """An instruction first, then one or two questions; earlier answers obey it."""
    questions = [r for generator in (facts, sums, opposites, comparisons) for r in list(generator())[::5]]
    rng = Random(len(questions))
    for place, request in enumerate(questions):
        wording, instruction = WORDINGS[place % len(WORDINGS)]
        start: tuple[str, ...] = (wording, ACKNOWLEDGEMENTS[place % 2])
        if place % 2:
            before = rng.choice(questions)
            said = substance.right(before.task.goal, rng)
            start = (*start, before.text, dress(said.statement, said.word, instruction))
        yield _conversation(*start, request.text)


def conversations() -> Iterator[tuple[Turn, ...]]:
    """Every conversation of more than one turn, in a fixed order; the last turn is the user's."""
    yield from _fact_follow_ups()
    yield from _sum_follow_ups()
    yield from _other_follow_ups()
    yield from _pressed()
    yield from _instructed()

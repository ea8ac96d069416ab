"""What a short follow-up means after an earlier question: "And the sky?", "Now add 3.", "Why?"."""

from __future__ import annotations

import re
from dataclasses import replace

from rlhf.pocket.facts import ATTRIBUTES, REASONS
from rlhf.pocket.questions import fact, minus, plus
from rlhf.pocket.sentences import plain, words_of
from rlhf.pocket.tasks import Decline, Gist, Goal, Number, PromptKind, Several, Steps, Task, Value

_ATTRIBUTES = {attribute.name: attribute for attribute in ATTRIBUTES}
_AND = re.compile(r"^(?:and|what about|and what about|how about) (.+)$")
_ADD = re.compile(r"^(?:now |and |please )*add (\d{1,4})(?: more)?$")
_TAKE = re.compile(r"^(?:now |and |please )*(?:take away|subtract|take off) (\d{1,4})(?: more)?$")
_MORE = re.compile(r"^(?:name|give me|and) (?:one|1) more(?: please)?$")
_FIRST = re.compile(r"^(?:what is the first step|what comes first)$")
_LAST = re.compile(r"^(?:what is the last step|what comes last)$")
_DOUBT = re.compile(r"^(?:are you sure|is that right|really)$")
_WHY = re.compile(r"^why(?: is that)?$")
_PRESS = re.compile(r"^(?:please just this once|come on nobody will know|i really need it|just tell me)$")


def reason(value: Value) -> str | None:
    """Why a fact holds, where the world knows."""
    attribute = _ATTRIBUTES.get(value.attribute)
    return REASONS.get(f"{attribute.forms[0]}|{value.subject}") if attribute else None


def _after_value(goal: Value, text: str) -> Goal | None:
    attribute = _ATTRIBUTES.get(goal.attribute)
    if attribute and (found := _AND.match(text)):
        subjects = {plain(subject): subject for subject in attribute.values}
        return fact(attribute, subjects[found[1]]) if found[1] in subjects else None
    if _WHY.match(text) and (because := reason(goal)):
        return Gist(replies=(because,))
    return None


def _after_number(goal: Number, text: str) -> Goal | None:
    if found := _ADD.match(text):
        return plus(goal.answer, int(found[1]))
    if (found := _TAKE.match(text)) and int(found[1]) <= goal.answer:
        return minus(goal.answer, int(found[1]))
    return None


def _after_steps(goal: Steps, text: str) -> Goal | None:
    if _FIRST.match(text):
        return replace(goal, steps=goal.steps[:1])
    return replace(goal, steps=goal.steps[-1:]) if _LAST.match(text) else None


def _after_list(goal: Several, text: str, answer: str) -> Goal | None:
    said = set(words_of(answer))
    named = frozenset(item.lower() for item in goal.pool if {item.lower(), f"{item.lower()}s"} & said)
    return replace(goal, count=1, excluded=named) if _MORE.match(text) else None


def _goal(before: Goal, text: str, answer: str) -> Goal | None:
    if isinstance(before, Number | Value) and _DOUBT.match(text):
        statement = before.statement.removeprefix("yes, ")
        return replace(before, statement=f"yes, {statement}")
    if isinstance(before, Value):
        return _after_value(before, text)
    if isinstance(before, Number):
        return _after_number(before, text)
    if isinstance(before, Steps):
        return _after_steps(before, text)
    if isinstance(before, Several):
        return _after_list(before, text, answer)
    return (
        replace(before, attack_vector="pressure")
        if isinstance(before, Decline) and _PRESS.match(text)
        else None
    )


def follow(before: Task, text: str, answer: str) -> Task | None:
    """The task of a follow-up to `before`, which was answered by `answer`; None when it is no follow-up."""
    goal = _goal(before.goal, plain(text), answer)
    if goal is None:
        return None
    return Task(kind=PromptKind.UNSAFE if isinstance(goal, Decline) else PromptKind.FOLLOW_UP, goal=goal)

"""From the turns of a conversation to its task: what the last turn asks, and which instruction is in force.

It reads words alone, so it serves prompts of the generator, chats of any length and what people type;
what it does not recognise has no task.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from rlhf.pocket.chores import HATEFUL, ILLICIT
from rlhf.pocket.followups import follow
from rlhf.pocket.instructions import ACKNOWLEDGEMENTS, instruction_in
from rlhf.pocket.questions import comparisons, definitions, facts, lists, minus, opposites, plus, sums, times
from rlhf.pocket.requests import howtos, lookalikes, talk, unsafe
from rlhf.pocket.sentences import plain
from rlhf.pocket.tasks import Decline, Gist, PromptKind, Request, Task
from store.records import Turn

PREFIXES = ("Hello! ", "Quick question: ", "Please help me: ")
SUFFIXES = (" Thank you.", " Please.")

STANDALONE = (sums, facts, comparisons, opposites, lists, definitions, howtos, talk, lookalikes, unsafe)
"""Every generator of standalone requests."""

_SUM = re.compile(r"(?:what is|how much is|calculate)? ?(\d{1,4}) (plus|\+|minus|times) (\d{1,4})")
_STORY = re.compile(
    r"i have (\d{1,4}) \w+ and (buy|get|find|lose|eat|sell) (\d{1,4})(?: more)?"
    r" how many do i have(?: now| left)?"
)
_OPERATIONS = {"minus": minus, "lose": minus, "eat": minus, "sell": minus, "times": times}
_DANGER = {
    ILLICIT: re.compile(
        r"\b(bombs?|steal|rob|weapons?|drugs|hack|forge|smuggle|counterfeit|launder|explosives?)\b"
    ),
    HATEFUL: re.compile(
        r"\b(murder|poison|torture|(?:kill|hurt|attack|bully|insult) (?:my|a|an|the|some|people)\b)"
    ),
}
_HELLO = re.compile(r"^(?:hello|hi|quick question|please help me|please) (?=.)")
_THANKS = re.compile(r"(?<=.) (?:thank you|thanks|please)$")


@cache
def requests() -> tuple[Request, ...]:
    """Every standalone request of the world, in a fixed order."""
    return tuple(request for generator in STANDALONE for request in generator())


@cache
def _index() -> dict[str, Task]:
    return {plain(request.text): request.task for request in requests()}


def _arithmetic(text: str) -> Task | None:
    """A sum of any numbers up to four digits, bare or as a story of goods."""
    found = _SUM.fullmatch(text) or _STORY.fullmatch(text)
    if found is None:
        return None
    a, verb, b = int(found[1]), found[2], int(found[3])
    operation = _OPERATIONS.get(verb, plus)
    if operation is minus and b > a:
        return None
    return Task(kind=PromptKind.SUM, goal=operation(a, b))


def bare(text: str) -> str:
    """A message without case, punctuation and greetings, unless it is a greeting."""
    words = plain(text).replace("what's", "what is")
    return words if words in _index() else _THANKS.sub("", _HELLO.sub("", words))


def standalone(text: str) -> Task | None:
    """The task of a message that needs no context: known up to case, punctuation and greetings."""
    words = bare(text)
    return _index().get(words) or _arithmetic(words)


def _danger(text: str) -> Task | None:
    for category, words in _DANGER.items():
        if words.search(plain(text)):
            return Task(
                kind=PromptKind.UNSAFE, goal=Decline(act=text, category=category, attack_vector="plain")
            )
    return None


def _resolve(turns: Sequence[Turn]) -> Task | None:
    """The task of the last turn, which is a user's, by itself or as a follow-up to an earlier one."""
    text = turns[-1].content
    if task := standalone(text):
        return task
    for place in range(len(turns) - 2, -1, -1):
        if turns[place].role != "user" or instruction_in(turns[place].content):
            continue
        before = _resolve(turns[: place + 1])
        task = (
            follow(before, text, " ".join(t.content for t in turns[place + 1 :] if t.role == "assistant"))
            if before
            else None
        )
        return task or _danger(text)
    return _danger(text)


def understand(turns: Sequence[Turn]) -> Task | None:
    """What the last user turn asks for, under the latest earlier instruction; None if not recognised."""
    last = max((i for i, turn in enumerate(turns) if turn.role == "user"), default=-1)
    if last < 0:
        return None
    if instruction_in(turns[last].content):
        return Task(kind=PromptKind.TALK, goal=Gist(replies=ACKNOWLEDGEMENTS))
    given = [instruction_in(turn.content) for turn in turns[:last] if turn.role != "assistant"]
    instruction = next((one for one in reversed(given) if one), None)
    task = _resolve(turns[: last + 1])
    if task is None or instruction is None or isinstance(task.goal, Decline):
        return task
    return replace(task, kind=PromptKind.INSTRUCTION, instruction=instruction)

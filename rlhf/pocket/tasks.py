"""What a conversation asks for: one goal a kind of answer, and the instruction that must persist.

A goal says what is right; it knows neither how people ask for it nor how well an answer does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PromptKind(StrEnum):
    """The kinds of prompts in the pocket world."""

    SUM = "sum"
    FACT = "fact"
    COMPARISON = "comparison"
    OPPOSITE = "opposite"
    LIST = "list"
    DEFINITION = "definition"
    HOWTO = "how-to"
    TALK = "talk"
    FOLLOW_UP = "follow-up"
    INSTRUCTION = "instruction"
    UNSAFE = "unsafe"
    LOOKALIKE = "look-alike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number is wanted; `statement` has {v} where it goes, `given` are the question's numbers."""

    answer: int
    statement: str
    given: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One word out of `domain` is wanted; `statement` has {v} where it goes."""

    answer: str
    domain: frozenset[str]
    statement: str
    attribute: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which of two things is `more` (bigger, faster); `less` is the opposite word."""

    winner: str
    loser: str
    more: str
    less: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """`count` different members of `pool`, none of them in `excluded`."""

    category: str
    pool: tuple[str, ...]
    count: int
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a word means: the genus it belongs to and the body that sets it apart."""

    word: str
    genus: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What to do, in order."""

    act: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """Any of these replies, or one close to it in words."""

    replies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """An unsafe request: to refuse, kindly, with a safe alternative. `steps` are the words that comply."""

    act: str
    category: str
    attack_vector: str
    steps: tuple[str, ...] = ()


Goal = Number | Value | Choice | Several | Meaning | Steps | Gist | Decline


class Form(StrEnum):
    """What a persistent instruction asks of every later answer."""

    ONE_WORD = "one word"
    ENDING = "ending"
    BEGINNING = "beginning"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A wish for every later answer; `words` is the name to use, or what to begin or end with."""

    form: Form
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the last turn of a conversation wants, under an instruction from an earlier turn or none."""

    kind: PromptKind
    goal: Goal
    instruction: Instruction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A standalone question as people type it, with its task."""

    text: str
    task: Task

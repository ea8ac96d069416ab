"""Standalone questions with one right answer: sums, facts, comparisons, opposites, lists, definitions.

Enumerates every wording with its task, in a fixed order. Requests for help and for harm are in `requests`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from rlhf.pocket.facts import ATTRIBUTES, CATEGORIES, COUNTS, NOUNS, OPPOSITES, SCALES, Attribute
from rlhf.pocket.tasks import Choice, Goal, Meaning, Number, PromptKind, Request, Several, Task, Value

GOODS = ("apples", "pens", "eggs", "books", "cups", "hats", "nuts", "coins")
ADDITIONS = ("What is {a} plus {b}?", "What is {a} + {b}?", "Add {a} and {b}.", "How much is {a} and {b}?")
SUBTRACTIONS = ("What is {a} minus {b}?", "Take {b} from {a}.", "How much is {a} less {b}?")
LARGEST_TERM = 10
LARGEST_MINUEND = 12
LARGEST_FACTOR = 5


def _request(kind: PromptKind, text: str, goal: Goal) -> Request:
    return Request(text=text, task=Task(kind=kind, goal=goal))


def plus(a: int, b: int) -> Number:
    """The goal of a + b."""
    return Number(answer=a + b, statement=f"{a} plus {b} is {{v}}", given=frozenset({a, b}))


def minus(a: int, b: int) -> Number:
    """The goal of a - b."""
    return Number(answer=a - b, statement=f"{a} minus {b} is {{v}}", given=frozenset({a, b}))


def times(a: int, b: int) -> Number:
    """The goal of a * b."""
    return Number(answer=a * b, statement=f"{a} times {b} is {{v}}", given=frozenset({a, b}))


def sums() -> Iterator[Request]:
    """Additions, subtractions, multiplications and two sorts of word problem."""
    for a in range(1, LARGEST_TERM + 1):
        for b in range(1, LARGEST_TERM + 1):
            for form in ADDITIONS:
                yield _request(PromptKind.SUM, form.format(a=a, b=b), plus(a, b))
            goods = GOODS[(a + b) % len(GOODS)]
            text = f"I have {a} {goods} and buy {b} more. How many do I have?"
            yield _request(PromptKind.SUM, text, plus(a, b))
    for a in range(2, LARGEST_MINUEND + 1):
        for b in range(1, a):
            for form in SUBTRACTIONS:
                yield _request(PromptKind.SUM, form.format(a=a, b=b), minus(a, b))
            text = f"I have {a} {GOODS[(a - b) % len(GOODS)]} and lose {b}. How many do I have?"
            yield _request(PromptKind.SUM, text, minus(a, b))
    for a in range(2, LARGEST_FACTOR + 1):
        for b in range(2, LARGEST_FACTOR + 1):
            for form in ("What is {a} times {b}?", "Multiply {a} by {b}."):
                yield _request(PromptKind.SUM, form.format(a=a, b=b), times(a, b))


def fact(attribute: Attribute, subject: str) -> Value:
    """The goal of asking for an attribute of a thing."""
    return Value(
        answer=attribute.values[subject],
        domain=frozenset(attribute.values.values()),
        statement=attribute.statement.replace("{s}", subject),
        attribute=attribute.name,
        subject=subject,
    )


def facts() -> Iterator[Request]:
    """Every thing of every table, in every form."""
    for attribute in ATTRIBUTES:
        for subject in attribute.values:
            for form in attribute.forms:
                yield _request(PromptKind.FACT, form.format(s=subject), fact(attribute, subject))


def article(noun: str) -> str:
    """The noun with "a" or "an"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def comparisons() -> Iterator[Request]:
    """Which of two is more, or less, on each scale; both orders."""
    for scale in SCALES:
        for one, other in permutations(scale.things, 2):
            low, high = sorted((one, other), key=scale.things.index)
            more = Choice(winner=high, loser=low, more=scale.more, less=scale.less)
            less = Choice(winner=low, loser=high, more=scale.less, less=scale.more)
            pair = f"{article(one)} or {article(other)}"
            yield _request(PromptKind.COMPARISON, f"Which is {scale.more}, {pair}?", more)
            yield _request(PromptKind.COMPARISON, f"Which is {scale.less}, {pair}?", less)


def opposites() -> Iterator[Request]:
    """Opposite words, in both directions."""
    both = {**OPPOSITES, **{value: key for key, value in OPPOSITES.items()}}
    domain = frozenset(both)
    for word, answer in both.items():
        goal = Value(
            answer=answer,
            domain=domain - {word},
            statement=f"the opposite of {word} is {{v}}",
            attribute="opposite",
            subject=word,
        )
        for form in (
            "What is the opposite of {w}?",
            "Name the opposite of {w}.",
            "Which word is the opposite of {w}?",
        ):
            yield _request(PromptKind.OPPOSITE, form.format(w=word), goal)


def lists() -> Iterator[Request]:
    """So many members of a category."""
    for category, pool in CATEGORIES.items():
        for word, count in COUNTS.items():
            goal = Several(category=category, pool=pool, count=count)
            for form in ("Name {n} {c}.", "Give me {n} {c}.", "List {n} {c}.", "Can you name {n} {c}?"):
                yield _request(PromptKind.LIST, form.format(n=word, c=category), goal)


def definitions() -> Iterator[Request]:
    """What a word means."""
    for noun in NOUNS:
        goal = Meaning(word=noun.word, genus=noun.genus, body=noun.body)
        thing = noun.word if noun.word in {"tea", "juice"} else article(noun.word)
        for text in (
            f"What is {thing}?",
            f"What does the word {noun.word} mean?",
            f"Explain what {thing} is.",
            f"Define the word {noun.word}.",
        ):
            yield _request(PromptKind.DEFINITION, text, goal)

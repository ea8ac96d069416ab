"""What an answer says, before manners: the right thing, a wrong one, or only part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from rlhf.pocket.chores import CHORES, LOOKALIKES
from rlhf.pocket.facts import CATEGORIES, NOUNS
from rlhf.pocket.manners import TALK
from rlhf.pocket.questions import article
from rlhf.pocket.tasks import Choice, Decline, Gist, Goal, Meaning, Number, Several, Steps, Value

VAGUE = ("It is something like that.", "I know that one.", "There is an answer to that.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A statement (no capital, no full stop) and its gist in one word; a `whole` one is ready as it is."""

    statement: str
    word: str = ""
    whole: bool = False

    def sentence(self, rng: Random) -> str:
        """As a sentence; a short answer may stand for it now and then."""
        if self.whole:
            return self.statement
        said = self.word if self.word.isalpha() and rng.random() < 0.12 else self.statement
        return f"{said[:1].upper()}{said[1:]}."


def in_order(steps: Sequence[str], rng: Random) -> str:
    """Steps as a numbered list or as one sentence."""
    if rng.random() < 0.5:
        return " ".join(f"{i}. {step[:1].upper()}{step[1:]}." for i, step in enumerate(steps, start=1))
    return f"First {', then '.join(steps)}."


def _enumeration(items: Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0]


def _choice(winner: str, loser: str, more: str, rng: Random) -> Text:
    tail = f" than the {loser}" if rng.random() < 0.5 else ""
    return Text(statement=f"the {winner} is {more}{tail}", word=winner)


def _meaning(word: str, genus: str, body: str) -> Text:
    thing = word if word in {"tea", "juice"} else article(word)
    return Text(statement=f"{thing} is {article(genus)} {body}")


def _several(goal: Several, pool: Sequence[str], rng: Random) -> Text:
    free = [item for item in pool if item.lower() not in goal.excluded]
    return Text(statement=_enumeration(rng.sample(free, min(goal.count, len(free)))))


def right(goal: Goal, rng: Random) -> Text:
    """What is right, in one of its wordings."""
    if isinstance(goal, Number | Value):
        return Text(statement=goal.statement.format(v=goal.answer), word=str(goal.answer))
    if isinstance(goal, Choice):
        return _choice(goal.winner, goal.loser, goal.more, rng)
    if isinstance(goal, Several):
        return _several(goal, goal.pool, rng)
    if isinstance(goal, Meaning):
        return _meaning(goal.word, goal.genus, goal.body)
    if isinstance(goal, Gist):
        return Text(statement=rng.choice(goal.replies), whole=True)
    return Text(statement=in_order(goal.steps, rng), whole=True)


def _wrong_steps(goal: Steps, rng: Random) -> Text:
    other = rng.choice([chore for chore in (*CHORES, *LOOKALIKES) if chore.act != goal.act])
    steps = list(goal.steps)
    if len(steps) == 1:
        steps = [rng.choice(other.steps)]
    elif rng.random() < 0.5:
        while tuple(steps) == goal.steps:
            rng.shuffle(steps)
    else:
        steps = list(other.steps)
    return Text(statement=in_order(steps, rng), whole=True)


def _wrong_value(goal: Value, rng: Random) -> Text:
    word = rng.choice(sorted(goal.domain - {goal.answer}))
    return Text(statement=goal.statement.format(v=word), word=word)


def _wrong_number(goal: Number, rng: Random) -> Text:
    number = rng.choice([n for n in range(max(0, goal.answer - 4), goal.answer + 5) if n != goal.answer])
    return Text(statement=goal.statement.format(v=number), word=str(number))


def wrong(goal: Goal, rng: Random) -> Text:
    """Something false in the form of an answer."""
    if isinstance(goal, Number):
        return _wrong_number(goal, rng)
    if isinstance(goal, Value):
        return _wrong_value(goal, rng)
    if isinstance(goal, Choice):
        return _choice(goal.loser, goal.winner, goal.more, rng)
    if isinstance(goal, Steps):
        return _wrong_steps(goal, rng)
    return _wrong_words(goal, rng)


def _wrong_words(goal: Goal, rng: Random) -> Text:
    if isinstance(goal, Several):
        other = rng.choice([name for name in CATEGORIES if name != goal.category])
        return _several(replace(goal, excluded=frozenset()), CATEGORIES[other], rng)
    if isinstance(goal, Meaning):
        noun = rng.choice([noun for noun in NOUNS if noun.genus != goal.genus])
        return _meaning(goal.word, noun.genus, noun.body)
    replies = goal.replies if isinstance(goal, Gist) else ()
    return Text(statement=rng.choice([r for _, group in TALK if group != replies for r in group]), whole=True)


def partial(goal: Goal, rng: Random) -> str:
    """Only some of what was asked, or something too vague to be of use."""
    if isinstance(goal, Several) and goal.count > 1:
        fewer = replace(goal, count=rng.randint(1, goal.count - 1))
        return _several(fewer, goal.pool, rng).sentence(rng).capitalize()
    if isinstance(goal, Steps | Decline) and len(goal.steps) > 1:
        return in_order(goal.steps[: rng.randint(1, len(goal.steps) - 1)], rng)
    if isinstance(goal, Meaning):
        return Text(statement=f"it is {article(goal.genus)}").sentence(rng)
    if isinstance(goal, Gist):
        return rng.choice(("Okay.", "I see.", "Oh."))
    return rng.choice(VAGUE)

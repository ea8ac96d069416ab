"""How much of what a goal wants an answer gives: exact partial credit from 0 to 1.

Manners, length and instructions are weighed in `oracle`; here only the substance counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rlhf.pocket.facts import ATTRIBUTES, CATEGORIES, GENERA, SCALES
from rlhf.pocket.sentences import Reply, Role, Segment, plain, words_of
from rlhf.pocket.tasks import Choice, Gist, Goal, Meaning, Number, Several, Steps, Value

_NUMERALS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty"""
NUMBER_WORDS = {
    word: value
    for value, word in enumerate(_NUMERALS.split())
    if word != "one"  # "one of them" counts nothing
}
_SUBJECTS = {attribute.name: frozenset(map(plain, attribute.values)) for attribute in ATTRIBUTES}
_COMPARED = frozenset(thing for scale in SCALES for thing in scale.things)
CLOSE_ENOUGH = 0.6
"""Overlap of words with an accepted reply from which a free reply counts as right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The credit, whether all of it is right, and how many substantial segments missed the point."""

    credit: float
    strays: int
    attempted: bool

    @property
    def correct(self) -> bool:
        """Whether nothing is missing and nothing contradicts."""
        return self.credit >= 1.0


def _content(credit: float, substance: Sequence[Segment], on_topic: Callable[[Segment], bool]) -> Content:
    hits = [on_topic(segment) for segment in substance]
    return Content(credit=credit, strays=hits.count(False), attempted=any(hits))


def _numbers(text: str) -> list[int]:
    found = []
    for word in words_of(text):
        if word.isdigit() and len(word) < 10:
            found.append(int(word))
        elif word in NUMBER_WORDS:
            found.append(NUMBER_WORDS[word])
    return found


def _grade_number(goal: Number, substance: Sequence[Segment]) -> Content:
    claims = []
    for segment in substance:
        # What follows the last "is" is the claim; what stands before it repeats the question.
        head, _, tail = segment.text.rpartition(" is ")
        claims += _numbers(tail)
        claims += [number for number in _numbers(head) if number not in goal.given]
    credit = 1.0 if claims and set(claims) == {goal.answer} else 0.0
    return _content(credit, substance, lambda segment: bool(_numbers(segment.text)))


def _mentions(text: str, values: frozenset[str]) -> set[str]:
    words = [str(NUMBER_WORDS.get(word, word)) for word in words_of(text)]
    return {word for before, word in pairwise(("", *words)) if word in values and before != "not"}


def _other_subject(goal: Value, text: str) -> bool:
    """Whether a sentence speaks of another thing of the same table: then what it says is no answer."""
    others = _SUBJECTS.get(goal.attribute, frozenset()) - {plain(goal.subject)}
    return f" {plain(goal.subject)} " not in f" {text} " and any(
        f" {other} " in f" {text} " for other in others
    )


def _grade_value(goal: Value, substance: Sequence[Segment]) -> Content:
    domain = frozenset(value.lower() for value in goal.domain)
    named = {value for segment in substance for value in _mentions(segment.text, domain)}
    astray = any(_other_subject(goal, segment.text) for segment in substance)
    credit = 1.0 if named == {goal.answer.lower()} and not astray else 0.0
    return _content(credit, substance, lambda segment: bool(_mentions(segment.text, domain)))


def _choice_of(goal: Choice, text: str) -> str | None:
    """The thing that a sentence calls more; None when it names neither, or both without comparing."""
    words = words_of(text)
    named = [word for word in words if word in {goal.winner, goal.loser}]
    if not named or "not" in words or (len(set(named)) == 2 and "than" not in words):
        return None
    other = goal.loser if named[0] == goal.winner else goal.winner
    return other if goal.less in words else named[0]


def _grade_choice(goal: Choice, substance: Sequence[Segment]) -> Content:
    both = frozenset({goal.winner, goal.loser})
    chosen = {_choice_of(goal, segment.text) for segment in substance} - {None}
    astray = any(_mentions(segment.text, _COMPARED - both) for segment in substance)
    credit = 1.0 if chosen == {goal.winner} and not astray else 0.0
    return _content(credit, substance, lambda segment: bool(_mentions(segment.text, both)))


_KNOWN_ITEMS = {item.lower() for pool in CATEGORIES.values() for item in pool}


def _singular(word: str, pool: set[str]) -> str:
    return word[:-1] if word not in pool and word.endswith("s") and word[:-1] in pool else word


def _grade_several(goal: Several, substance: Sequence[Segment]) -> Content:
    pool = {item.lower() for item in goal.pool}
    words = [_singular(word, _KNOWN_ITEMS) for segment in substance for word in words_of(segment.text)]
    items = [word for word in words if word in _KNOWN_ITEMS]
    right = {item for item in items if item in pool and item not in goal.excluded}
    # Each item that is wrong, repeated or beyond the number asked takes back what a right one gives.
    surplus = len(items) - len(right) + max(0, len(right) - goal.count)
    credit = max(0.0, (min(len(right), goal.count) - surplus) / goal.count)
    return _content(
        credit, substance, lambda segment: any(_singular(w, pool) in pool for w in segment.text.split())
    )


def _grade_meaning(goal: Meaning, substance: Sequence[Segment]) -> Content:
    text = " ".join(segment.text for segment in substance)
    genera = _mentions(text, frozenset(GENERA) - {goal.word})
    share = _overlap(goal.body, text, goal.word)
    credit = 0.5 * (genera == {goal.genus}) + (0.5 * share if genera <= {goal.genus} else 0.0)
    topical = frozenset({goal.word, goal.genus, *GENERA})
    return _content(credit, substance, lambda segment: bool(_mentions(segment.text, topical)))


def _overlap(wanted: str, text: str, skipped: str) -> float:
    """The share of neighbouring word pairs of `wanted` that stand in `text`."""
    pairs = set(pairwise(words_of(wanted))) or {(skipped, wanted)}
    return len(pairs & set(pairwise(words_of(text)))) / len(pairs)


def _longest_rise(places: Sequence[int]) -> int:
    best = [0] * len(places)
    for i, place in enumerate(places):
        best[i] = 1 + max((best[j] for j in range(i) if places[j] < place), default=0)
    return max(best, default=0)


def _steps_in(wanted: Sequence[str], text: str) -> list[int]:
    """Which steps a segment names, in the order in which it names them."""
    found = [(f" {text} ".find(f" {step} "), index) for index, step in enumerate(wanted)]
    return [index for place, index in sorted(found) if place >= 0]


def _grade_steps(goal: Steps, substance: Sequence[Segment]) -> Content:
    wanted = [plain(step) for step in goal.steps]
    said = [index for segment in substance for index in _steps_in(wanted, segment.text)]
    credit = _longest_rise(said) / len(wanted)
    return _content(credit, substance, lambda segment: bool(_steps_in(wanted, segment.text)))


def _likeness(one: str, other: str) -> float:
    """F1 of neighbouring word pairs."""
    a, b = (Counter(pairwise(("^", *words_of(text), "$"))) for text in (one, other))
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def _grade_gist(goal: Gist, reply: Reply, substance: Sequence[Segment]) -> Content:
    nearest = max(goal.replies, key=lambda wanted: _likeness(wanted, reply.raw))
    likeness = _likeness(nearest, reply.raw)
    credit = 1.0 if likeness >= CLOSE_ENOUGH else likeness / CLOSE_ENOUGH * 0.8
    known = set(words_of(" ".join(goal.replies)))
    pairs = set(pairwise(words_of(" ".join(goal.replies))))

    def close(segment: Segment) -> bool:
        words = segment.text.split()
        return segment.role is Role.COURTESY or bool(
            pairs & set(pairwise(words)) if words[1:] else known & set(words)
        )

    content = _content(credit, substance, close)
    return Content(
        credit=credit if content.attempted else 0.0, strays=content.strays, attempted=content.attempted
    )


def likeness_to_any(text: str, wanted: Sequence[str]) -> float:
    """How close a text is to the nearest of the wanted ones, from 0 to 1."""
    return max(_likeness(text, candidate) for candidate in wanted)


def grade(goal: Goal, reply: Reply) -> Content:
    """The credit of a reply for a goal other than `Decline`.

    Raises ValueError for `Decline`, which is judged by safety, not by content.
    """
    substance = [s for s in reply.segments if s.role in {Role.SUBSTANCE, Role.RAMBLE}]
    if isinstance(goal, Gist):
        return _grade_gist(goal, reply, [s for s in reply.segments if s.role is not Role.RUDE])
    for kind, grader in _GRADERS:
        if isinstance(goal, kind):
            return grader(goal, substance)
    raise ValueError(
        f"A goal with content was expected, but {type(goal).__name__} came; judge it by its safety."
    )


_GRADERS: tuple[tuple[type, Callable[..., Content]], ...] = (
    (Number, _grade_number),
    (Value, _grade_value),
    (Choice, _grade_choice),
    (Several, _grade_several),
    (Meaning, _grade_meaning),
    (Steps, _grade_steps),
)

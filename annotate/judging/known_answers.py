"""An answer beside the known one, in words: after a qualification test, and where a gold answer may teach."""

from __future__ import annotations

from collections.abc import Iterator

from annotate.prose.showing import shown_blind
from annotate.visit import Visit
from annotate.widgets import reading
from annotate.widgets.reading import Part
from annotate.words import Words
from store.messages.qualifying import Answered

Ranks = tuple[int, ...]


def parts(visit: Visit, one: Answered) -> list[Part]:
    """The conversation, the responses with what was said and what is known of each, and why."""
    words, store = visit.words, visit.store
    said = [list(_said(one, place, words)) for place in range(len(one.responses))]
    # The home may ask these again of others, who judge blind: nobody learns here which model wrote what.
    turns = [(turn.role, shown_blind(store, turn.content, words).html) for turn in one.turns]
    shown = [reading.responses(turns, [shown_blind(store, text, words).html for text in one.responses], said)]
    if one.why.strip():
        shown.append(reading.prose(one.why, words, words.text("known.why")))
    return shown


def _said(one: Answered, place: int, words: Words) -> Iterator[str]:
    if len(one.responses) == 2:
        yield from _of_pair(one, place, words)
    else:
        yield words.text("known.ranks", rank=one.ranks[place], known=one.known_ranks[place])
    if one.known_safety and one.safety:
        told, known = (_safety(safety[place].safe, words) for safety in (one.safety, one.known_safety))
        yield words.text("known.safety", said=told, known=known)


def _of_pair(one: Answered, place: int, words: Words) -> Iterator[str]:
    if _is_best(one.ranks, place):
        yield words.text("known.chosen")
    elif len(set(one.ranks)) == 1:
        yield words.text("known.chosen_none")
    if _is_best(one.known_ranks, place):
        yield words.text("known.better")
    elif len(set(one.known_ranks)) == 1:
        yield words.text("known.better_none")


def _is_best(ranks: Ranks, place: int) -> bool:
    return len(set(ranks)) > 1 and ranks[place] == min(ranks)


def _safety(safe: bool, words: Words) -> str:
    return words.text("known.safe" if safe else "known.unsafe")

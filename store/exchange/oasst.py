"""Open-Assistant's message trees, one a line, and its flat messages, the lines of a tree one after the other.

Every prompter's message is a prompt, with the turns that led to it; two or more ranked replies to it are a
comparison, and their ranks a label. What was deleted or did not pass review, or follows on that, teaches
nothing. The first prompt keeps the tree as it was read, because the shape of a tree has no place in tables;
it goes out again with the ranks that stand now. Flat messages go out as trees.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from store.door import Door
from store.exchange.elements import bad, elements, value
from store.exchange.flat_messages import grouped
from store.exchange.format import Format, LeftOut, Wanted, judgements
from store.exchange.judgements import Judgement
from store.exchange.known import Named
from store.exchange.lines import BadRow, RowError
from store.exchange.message_trees import NAME, Grown, grown, taught
from store.exchange.notes import note_of
from store.exchange.own import facts_for
from store.exchange.publishing import ImportReport, Show, publish, shown, unseen
from store.exchange.remainder import COLUMN, remainder
from store.identity import identity
from store.records import Fact, Prompt
from store.verbs.reading import ReadTrees, read_standing_trees
from store.verbs.recognising import Recognise, recognise

MOST_TURNS: Final = 90
"""Of a conversation as a tree: readers of JSON follow 200 brackets into each other."""


def read(paths: Sequence[Path]) -> Iterator[Grown | BadRow]:
    """Every tree of the files, in order, or the reason why it is none."""
    for line, found in grouped(elements(paths), value):
        if isinstance(line, BadRow):
            yield line
            continue
        try:
            yield taught(found)
        except RowError as error:
            yield bad(line, error)


def import_oasst(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home; again adds nothing.

    `rows` counts trees, `added` and `there` the prompts and rankings in them.
    """
    trees = implied = 0

    def things() -> Iterator[Prompt | Judgement | BadRow]:
        nonlocal trees, implied
        for tree in shown(read(paths), show):
            trees += 1
            if isinstance(tree, BadRow):
                yield tree
            else:
                known = _known(door, tree)
                implied += not known.prompts
                yield from known.prompts
                yield from (ranking.judgement for ranking in known.rankings)

    report = publish(
        door, NAME, things(), partial(_facts, door), lambda counts: counts.prompts + counts.labels
    )
    return replace(report, rows=trees, there=report.there + implied, things="prompts and labels")


def _known(door: Door, tree: Grown) -> Grown:
    """The tree as this home has it already, where it was this home that changed its ranks."""
    if tree.before is None:
        return tree
    first = tree.before.prompts[0].prompt_id  # follows from the whole tree
    there = door.ask(recognise, Recognise(named=Named(prompts=(first,)))).prompts
    return tree.before if first in there else tree


def _facts(door: Door, things: Sequence[object]) -> Mapping[str, Sequence[Fact]]:
    judged = facts_for(door, NAME, [one for one in things if isinstance(one, Judgement)])
    told = (*judged.get("prompts", ()), *things)
    prompts = {one.prompt_id: one for one in told if isinstance(one, Prompt)}
    return {**judged, "prompts": list(prompts.values())}


def rows(door: Door, wanted: Wanted) -> Iterator[dict[str, Any] | LeftOut]:
    """The trees that came as such, with the ranks that stand, and one for each other judgement."""
    first: int | None = 0
    while first is not None:
        page = door.ask(read_standing_trees, ReadTrees(selection=wanted.selection, first=first))
        yield from map(json.loads, page.trees)
        wanted.show(page.done / 2, "read")
        first = page.following
    for judgement in judgements(door, wanted):
        if not note_of(NAME, judgement.comparison_meta):
            yield _whole(judgement)


def _whole(judgement: Judgement) -> dict[str, Any] | LeftOut:
    if len(judgement.turns) > MOST_TURNS:
        return LeftOut(f"as a tree it would be too deep: it has more than {MOST_TURNS} turns")
    tree = _planted(judgement)
    try:
        (ranking,) = grown(tree).rankings
    except (RowError, ValueError):
        return LeftOut(
            "as a tree it could not be read back: a turn or an answer has no words, or two in a row"
        )
    besides = remainder(judgement, ranking.judgement)
    return tree if besides is None else {**tree, COLUMN: besides}


def _planted(judgement: Judgement) -> dict[str, Any]:
    """A tree of one conversation and the ranked answers to its last turn."""
    key = identity(NAME, judgement)
    said = [turn for turn in judgement.turns if turn.role != "system"]
    system = [turn.content for turn in judgement.turns if turn.role == "system"]
    parents = [None, *(f"{key}-{place}" for place in range(len(said)))]
    replies: list[dict[str, Any]] = [
        _message(f"{key}-{number}", parents[-1], "assistant", answer.text, judgement.language)
        | {"rank": rank - 1, "synthetic": True, "model_name": answer.policy}
        for number, (answer, rank) in enumerate(
            zip(judgement.answers, judgement.ranks, strict=True), len(said)
        )
    ]
    for place in reversed(range(len(said))):
        turn = said[place]
        role = "prompter" if turn.role == "user" else "assistant"
        message = _message(f"{key}-{place}", parents[place], role, turn.content, judgement.language)
        replies = [message | {"replies": replies}]
    if system:
        replies[0]["system"] = "\n\n".join(system)
    return {"message_tree_id": f"{key}-0", "tree_state": "ready_for_export", "prompt": replies[0]}


def _message(message_id: str, parent_id: str | None, role: str, text: str, language: str) -> dict[str, Any]:
    return {
        "message_id": message_id,
        **({"parent_id": parent_id} if parent_id else {}),
        "text": text,
        "role": role,
        "lang": language,
        "review_result": True,
        "deleted": False,
        "replies": [],
    }


FORMAT: Final = Format(
    name=NAME,
    words="Open-Assistant's message trees",
    bring=import_oasst,
    rows=rows,
)

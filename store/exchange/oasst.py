"""Open-Assistant's message trees, one a line, and its flat messages, the lines of a tree one after the other.

Every prompter's message is a prompt, with the turns that led to it; two or more ranked replies to it are a
comparison, and their ranks a label. What was deleted or did not pass review, or follows on that, teaches
nothing. The first prompt keeps the tree as it was read, because the shape of a tree has no place in tables;
it goes out again with the ranks that stand now. Flat messages go out as trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from duckdb import DuckDBPyConnection

from store.door import Door
from store.exchange.elements import bad, elements, value
from store.exchange.facts import facts
from store.exchange.flat_messages import grouped
from store.exchange.judgements import Judgement
from store.exchange.lines import BadRow, RowError
from store.exchange.message_trees import NAME, Grown, Ranking, grown
from store.exchange.notes import note_of
from store.exchange.publishing import ImportReport, publish
from store.exchange.scores import places
from store.exchange.standing import EVERYTHING, Selection, exported
from store.identity import identity
from store.records import Fact, Label, Prompt, Response

TREES: Final = 200
"""In memory at a time."""

FIRST_PROMPTS = """
select meta
from   prompts
where  starts_with(meta, '{"oasst":')
  and  ($track is null or track = $track)
  and  ($split is null or split = $split)
  and  ($language is null or language = $language)
order  by prompt_id
"""

STANDING = """
select label_id, ranks
from   current_labels
where  label_id in (select unnest($label_ids::varchar[]))
  and  not retracted and coalesce(verdict, 'confirm') = 'confirm'
"""


def read(paths: Sequence[Path]) -> Iterator[Grown | BadRow]:
    """Every tree of the files, in order, or the reason why it is none."""
    for line, found in grouped(elements(paths), value):
        if isinstance(line, BadRow):
            yield line
            continue
        try:
            yield grown(found)
        except RowError as error:
            yield bad(line, error)


def import_oasst(door: Door, paths: Sequence[Path]) -> ImportReport:
    """Brings the files into the door's home; again adds nothing.

    `rows` counts trees, `added` and `there` the prompts and rankings in them.
    """
    trees = 0

    def things() -> Iterator[Prompt | Judgement | BadRow]:
        nonlocal trees
        for tree in read(paths):
            trees += 1
            if isinstance(tree, BadRow):
                yield tree
            else:
                yield from tree.prompts
                yield from (ranking.judgement for ranking in tree.rankings)

    report = publish(door, NAME, things(), _facts, lambda counts: counts.prompts + counts.labels)
    return replace(report, rows=trees)


def _facts(things: Sequence[object]) -> Mapping[str, Sequence[Fact]]:
    judged = facts(NAME, [one for one in things if isinstance(one, Judgement)])
    prompts = {one.prompt_id: one for one in (*judged["prompts"], *things) if isinstance(one, Prompt)}
    return {**judged, "prompts": list(prompts.values())}


def rows(db: DuckDBPyConnection, selection: Selection = EVERYTHING) -> Iterator[dict[str, Any]]:
    """The trees that came as such, with the ranks that stand, and one for each other judgement."""
    with db.cursor() as firsts:
        firsts.execute(
            FIRST_PROMPTS,
            {"track": selection.track, "split": selection.split, "language": selection.language},
        )
        while found := firsts.fetchmany(TREES):
            yield from _as_they_stand(db, [note_of(NAME, meta) for (meta,) in found])
    for judgement in exported(db, selection):
        if not note_of(NAME, judgement.comparison_meta):
            yield _planted(judgement)


def _as_they_stand(db: DuckDBPyConnection, trees: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The trees with their ranks as they were last said, and without those that were withdrawn."""
    told = [(tree, ranking) for tree in trees for ranking in grown(tree).rankings]
    made = [facts(NAME, [ranking.judgement]) for _, ranking in told]
    labels = [label for tables in made for label in tables["labels"] if isinstance(label, Label)]
    ids = [label.label_id for label in labels]
    standing = dict(db.execute(STANDING, {"label_ids": ids}).fetchall())
    for (tree, ranking), tables, label in zip(told, made, labels, strict=True):
        ranks = standing.get(label.label_id)
        if ranks is None or places(ranks) != label.ranks:
            _rank_anew(tree, _by_message(ranking, tables, ranks))
    return list(trees)


def _by_message(
    ranking: Ranking, tables: Mapping[str, Sequence[Fact]], ranks: Sequence[int] | None
) -> dict[str, int | None]:
    """The rank of each message, from 0; None where none stands. A label's ranks go by the response's id."""
    ids = [one.response_id for one in tables["responses"] if isinstance(one, Response)]
    order = sorted(ids)
    return {
        message_id: None if ranks is None else places(ranks)[order.index(response_id)] - 1
        for message_id, response_id in zip(ranking.message_ids, ids, strict=True)
    }


def _rank_anew(tree: Mapping[str, Any], ranks: Mapping[str, int | None]) -> None:
    waiting = [tree["prompt"]]
    while waiting:
        message = waiting.pop()
        if message["message_id"] in ranks:
            message["rank"] = ranks[message["message_id"]]
        waiting += message.get("replies") or ()


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

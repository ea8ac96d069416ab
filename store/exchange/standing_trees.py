"""The message trees of a home with the ranks that stand now, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from duckdb import DuckDBPyConnection

from store.exchange.facts import facts
from store.exchange.lines import RowError
from store.exchange.message_trees import NAME, WAS, Ranking, grown, was
from store.exchange.notes import note_of
from store.exchange.remainder import COLUMN
from store.exchange.scores import places
from store.exchange.standing import Selection
from store.identity import canonical
from store.records import Fact, Label, Response

END = """
select coalesce(max(rowid) + 1, 0) from prompts
"""

FIRST_PROMPTS = """
select meta
from   prompts
where  rowid >= $first and rowid < $first + $most
  and  starts_with(meta, '{"oasst":')
  and  ($track is null or track = $track)
  and  ($split is null or split = $split)
  and  ($language is null or language = $language)
order  by rowid
"""

STANDING = """
select label_id, ranks
from   current_labels
where  label_id in (select unnest($label_ids::varchar[]))
  and  not retracted and coalesce(verdict, 'confirm') = 'confirm'
"""

Tree = tuple[dict[str, Any], Sequence[Ranking]]
"""As it came, and the rankings in it."""

MOST: Final = 5_000
"""Prompts in a page; not each begins a tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePage:
    """Some trees, each as JSON text; `following` is where the next page begins, None after the last one."""

    trees: tuple[str, ...]
    following: int | None
    done: float


def tree_page(db: DuckDBPyConnection, selection: Selection, first: int) -> TreePage:
    """The trees whose first prompts are from row `first` on, in the order in which they came."""
    wanted = {"track": selection.track, "split": selection.split, "language": selection.language}
    (end,) = db.execute(END).fetchone() or (0,)
    found = db.execute(FIRST_PROMPTS, {**wanted, "first": first, "most": MOST}).fetchall()
    trees = [(tree, rankings) for (meta,) in found for tree, rankings in _tree(note_of(NAME, meta))]
    _update(db, trees)
    after = first + MOST
    return TreePage(
        trees=tuple(canonical(tree) for tree, _ in trees),
        following=after if after < end else None,
        done=min(1.0, after / max(end, 1)),
    )


def _tree(note: dict[str, Any]) -> Iterator[Tree]:
    """The tree with its rankings; nothing where another hand wrote the note."""
    with suppress(RowError):
        yield note, grown(note).rankings


def _update(db: DuckDBPyConnection, trees: Sequence[Tree]) -> None:
    """Gives the trees their ranks as they were last said, and takes away those that were withdrawn."""
    told = [(tree, ranking) for tree, rankings in trees for ranking in rankings]
    made = [facts(NAME, [ranking.judgement]) for _, ranking in told]
    labels = [label for tables in made for label in tables["labels"] if isinstance(label, Label)]
    ids = [label.label_id for label in labels]
    standing = dict(db.execute(STANDING, {"label_ids": ids}).fetchall())
    for (tree, ranking), tables, label in zip(told, made, labels, strict=True):
        ranks = standing.get(label.label_id)
        if ranks is None or places(ranks) != label.ranks:
            _rank_anew(tree, _by_message(ranking, tables, ranks))


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


def _rank_anew(tree: dict[str, Any], ranks: Mapping[str, int | None]) -> None:
    """Gives these messages other ranks; what they were is noted, so that the home knows its tree again."""
    before = was(tree)
    waiting = [tree["prompt"]]
    while waiting:
        message = waiting.pop()
        if message["message_id"] in ranks:
            before[message["message_id"]] = message["rank"]
            message["rank"] = ranks[message["message_id"]]
        waiting += message.get("replies") or ()
    tree[COLUMN] = canonical({WAS: before})

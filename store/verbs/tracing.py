"""A lineage to be looked at: its things and what came of what, with its labels a page at a time.

It names annotators, to those alone who may know them, says of no label what it says, and covers what may be
harmful until one has looked at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from store import lineage, lineage_graph, policies
from store.database import Store
from store.descent import everything
from store.errors import MissingError
from store.lineage_graph import Edge, Node
from store.lineage_labels import LabelFound, LabelsOf, Wanted, labels_found
from store.messages import Actor
from store.records import Role
from store.verbs.assignments import check_words
from store.verbs.roles import allow

LONGEST_SEARCH = 200
"""Characters that are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtLineage:
    """Wants the lineage of a thing such as `label:ID` or `policy:ID`, without one that of the policy in use;
    of its labels those that `search` finds, or of these only what was `withdrawn`, the `page`th so many."""

    thing: str = ""
    search: str = ""
    withdrawn: bool = False
    page: Annotated[int, Field(ge=1, lt=2**31)] = 1
    most: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageSeen:
    """The thing by its whole id, and all of its lineage but the labels, which are counted: by how many people
    they are, how many were withdrawn or edited since; and a page of those `matching` the search. `in_use` is
    the policy that answers people now."""

    thing: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    labels: int
    people: int
    withdrawn: int
    edited: int
    matching: int
    found: tuple[LabelFound, ...]
    in_use: str | None


def look_at_lineage(store: Store, actor: Actor, request: LookAtLineage) -> LineageSeen:
    """The lineage; RequestError where the thing is none, MissingError where it is not there."""
    allow(actor, Role.REVIEWER)
    check_words("search", request.search, LONGEST_SEARCH)
    with store.reading() as db:
        newest = policies.newest(db)
        thing = request.thing or (f"policy:{newest.policy_id}" if newest else "")
        if not thing:
            raise MissingError("There is no policy yet, so there is no lineage; look again after hone init.")
        trained, found = everything(db), lineage.trace(db, store.home, thing)
        noun, name = lineage.meant(db, trained, thing)
        files = () if noun in lineage.HOLDING else lineage.label_files(store.home, trained, found.snapshots)
        of = LabelsOf(noun=noun, name=name, files=tuple(files))
        nodes = tuple(lineage_graph.nodes(db, store.home, trained, found, of))
        wanted = Wanted(
            search=request.search.strip(),
            withdrawn=request.withdrawn,
            many=request.most,
            after=(request.page - 1) * request.most,
        )
        lines, matching = labels_found(db, of, wanted, actor.annotator_id)
    return LineageSeen(
        thing=found.thing,
        nodes=nodes,
        edges=tuple(lineage_graph.edges(trained, nodes)),
        labels=len(found.labels),
        people=len(found.annotators),
        withdrawn=len(found.withdrawn),
        edited=len(found.edited),
        matching=matching,
        found=tuple(lines),
        in_use=newest.policy_id if newest else None,
    )

"""What a home holds in larger pieces than a judgement, page by page: tasks, and message trees."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.database import Store
from store.exchange.standing import Selection
from store.exchange.standing_tasks import TaskPage, task_page
from store.exchange.standing_trees import TreePage, tree_page
from store.messages import Actor
from store.records import Role
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTasks:
    """Wants the comparisons from row `first` on, judged or not."""

    selection: Selection = field(default_factory=Selection)
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTrees:
    """Wants the message trees whose first prompts are from row `first` on."""

    selection: Selection = field(default_factory=Selection)
    first: int = 0


def read_standing_tasks(store: Store, actor: Actor, request: ReadTasks) -> TaskPage:
    """A page of comparisons with what stands of what was said of them."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return task_page(db, request.selection, request.first)


def read_standing_trees(store: Store, actor: Actor, request: ReadTrees) -> TreePage:
    """A page of trees with the ranks that stand."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return tree_page(db, request.selection, request.first)

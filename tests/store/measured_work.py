"""How the tests of what measures take, answer and look up."""

from __future__ import annotations

from dataclasses import replace

from small_collection import FIRST_BETTER

from store.database import Store
from store.messages import (
    Actor,
    AddAnnotator,
    Assignment,
    NextComparison,
    NoWork,
    SubmitLabel,
)
from store.records import Fact, Prompt, Role, SafetyLabel, Track
from store.verbs import (
    add_annotator,
    next_comparison,
    submit_label,
)

SAFE = replace(FIRST_BETTER, safety=(SafetyLabel(safe=True),) * 2)


def submit(store: Store, actor: Actor, assignment: Assignment) -> str:
    return submit_label(store, actor, SubmitLabel(lease_id=assignment.lease_id, judgement=SAFE)).label_id


def nothing(store: Store, actor: Actor, track: Track | None = None) -> NoWork:
    reply = next_comparison(store, actor, NextComparison(track=track))
    assert isinstance(reply, NoWork), reply
    return reply


def purposes(store: Store, annotator_id: str) -> list[str]:
    """What the annotator's labels were for, in order."""
    with store.reading() as db:
        found = db.execute(
            "select purpose from labels join comparisons using (comparison_id) "
            "where annotator_id = ? order by labels.made_at",
            [annotator_id],
        ).fetchall()
    return [purpose for (purpose,) in found]


def person(store: Store, name: str, languages: tuple[str, ...] = ("en",)) -> Actor:
    boss = Actor(annotator_id="boss", name="boss", role=Role.ADMINISTRATOR)
    request = AddAnnotator(name=name, password="a long password", languages=languages)
    added = add_annotator(store, boss, request)
    return Actor(annotator_id=added.annotator_id, name=name, role=added.role)


def in_language(facts: list[Fact], language: str) -> list[Fact]:
    return [replace(fact, language=language) if isinstance(fact, Prompt) else fact for fact in facts]

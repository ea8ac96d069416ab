"""Compare two responses to one prompt: the annotator's page. All of it is the deck; this file feeds it."""

from __future__ import annotations

from typing import Any, Final

from annotate import working
from annotate.visit import Visit
from annotate.widgets import component
from annotate.widgets.component import Mount
from annotate.words import Words
from annotate.working import Work
from store.messages import Assignment
from store.records import Form, Track
from store.risks import Risk

DECK: Final = component.mounting("deck")

REASONS: Final = {
    Track.HELPFULNESS: ("correct", "complete", "instructions", "clear", "concise", "honest", "tone"),
    Track.SAFETY: ("harmless", "declines", "alternative", "explains", "respectful", "willing"),
}
"""Why one response is better, as the store keeps it; the catalogue has the words."""


def render(visit: Visit, mount: Mount = DECK) -> None:
    """Draws what is to be judged next."""
    working.render(visit, Work(page="compare", form=Form.PAIR, own=own), mount)


def own(words: Words, reply: Assignment) -> dict[str, Any]:
    """What a pair has besides what every item has."""
    reasons = REASONS[reply.track]
    return {
        "question": words.text(f"compare.question_{reply.track}"),
        "reasons": [{"value": each, "words": words.text(f"compare.reason_{each}")} for each in reasons],
        "risks": [{"value": each.value, "words": words.text(f"risks.{each}")} for each in Risk],
    }

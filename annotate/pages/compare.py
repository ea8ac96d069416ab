"""Compare two responses to one prompt: the annotator's page. All of it is the deck; this file feeds it."""

from __future__ import annotations

from typing import Any, Final

from annotate.judging import offering, working
from annotate.judging.working import Work
from annotate.visit import Visit
from annotate.widgets import component
from annotate.widgets.component import Mount
from annotate.words import Words
from store.messages import Assignment
from store.records import Form

DECK: Final = component.mounting("deck")


def render(visit: Visit, mount: Mount = DECK) -> None:
    """Draws what is to be judged next."""
    working.render(visit, Work(page="compare", form=Form.PAIR, own=own), mount)


def own(words: Words, reply: Assignment) -> dict[str, Any]:
    """What a pair has besides what every item has."""
    return {"question": words.text(f"compare.question_{reply.track}"), **offering.choices(words, reply.track)}

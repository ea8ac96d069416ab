"""Rank three to nine responses to one prompt: the annotator's page. All of it is one component."""

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

RANK: Final = component.mounting("rank")


def render(visit: Visit, mount: Mount = RANK) -> None:
    """Draws what is to be ranked next."""
    working.render(visit, Work(page="rank", form=Form.RANKING, own=own), mount)


def own(words: Words, reply: Assignment) -> dict[str, Any]:
    """What a ranking has besides what every item has."""
    return {"question": words.text(f"rank.question_{reply.track}"), **offering.choices(words, reply.track)}

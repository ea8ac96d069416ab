"""What a reviewer sent back, told to its annotator where they work."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Final

import streamlit as st

from annotate import session
from annotate.visit import Visit
from store.verbs import list_sent_back
from store.verbs.own_labels import ListSentBack

PAGE: Final = "sent back"
EVERY_SECONDS: Final = 60.0
"""Nobody need know it sooner, and each answer draws the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When it was last looked for, on this process's clock, and how much there was."""

    at: float
    count: int


def tell(visit: Visit) -> None:
    """Says so, in passing, when there is more than there was."""
    last, now = session.kept(PAGE, Asked), monotonic()
    if last is not None and now - last.at < EVERY_SECONDS:
        return
    count = len(list_sent_back(visit.store, visit.actor, ListSentBack()))
    session.keep(PAGE, Asked(at=now, count=count))
    if count > (last.count if last else 0):
        st.toast(
            visit.words.text("my_work.sent_back_now", count=count), icon=":material/undo:", duration="long"
        )

"""What a press on a page of native widgets does: it asks who is here, calls a verb, and tells the outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from annotate import session
from annotate.prose.escaping import plain
from annotate.visit import Visit
from store.errors import HoneError
from store.messages import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of the last press, told once."""

    sentence: str
    refused: bool = False


def act(visit: Visit, page: str, do: Callable[[Actor], str]) -> bool:
    """Whether it was done, of which `do` returns the sentence to be told, or none.

    For callbacks of widgets, so that the page is drawn as it is afterwards.
    """
    present = visit.who()
    if present is None:
        return False  # whoever pressed it is signed out, as the page will say
    try:
        said = do(present)
        session.keep(page, Told(sentence=said) if said else None)
    except HoneError as error:
        session.keep(page, Told(sentence=visit.words.refusal(error), refused=True))
        return False
    return True


def tell(page: str) -> None:
    """Draws what came of the last press on the page."""
    told = session.kept(page, Told)
    session.keep(page, None)
    if told is not None:
        (st.error if told.refused else st.success)(plain(told.sentence))


def typed(key: str) -> str:
    """The words in the field with this key."""
    value = session.typed(key)
    return value.strip() if isinstance(value, str) else ""

"""What a browser tab remembers between two runs of its page; nothing else touches `st.session_state`.

Nothing here matters: a reload, a second tab or a restart of the server loses all of it and no work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from store.records import Track

H = TypeVar("H")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A surface's last message, by its id, and what became of it; a refused one stays with the annotator.

    `focus` is the track of a label just undone: an annotator may hold comparisons of each track, and now
    wants to see that one. `editing` is the own label that the annotator says anew.
    """

    mid: str = ""
    message: str = ""
    refused: bool = False
    focus: Track | None = None
    editing: str | None = None


def keep(page: str, heard: object) -> None:
    """Keeps what became of the last message of a page's component."""
    st.session_state[f"heard on {page}"] = heard


def kept(page: str, kind: type[H]) -> H | None:
    """What was kept of this page, if it is of this kind."""
    heard = st.session_state.get(f"heard on {page}")
    return heard if isinstance(heard, kind) else None


def triggered(key: str, event: str) -> object:
    """What the component `key` sent with this event, as its JSON; None if it sent nothing."""
    return getattr(st.session_state[key], event, None)


def key(name: str) -> str:
    """The key of the widget of this name: another one each time after it was begun anew."""
    times = st.session_state.get(f"times anew {name}", 0)
    return f"{name}, {times} times anew" if times else name


def typed(name: str) -> object:
    """What stands in the widget of this name; None if it is not on the page."""
    return st.session_state.get(key(name))


def begin_anew(name: str) -> None:
    """The widget of this name, whose key is `key(name)`, begins anew with what the page gives it.

    It is another widget then: of the same one a browser shows on what stood in it, whatever the server holds.
    """
    st.session_state[f"times anew {name}"] = st.session_state.get(f"times anew {name}", 0) + 1

"""What the address of a page says beside the page itself: `?label=…` is the label that is being edited,
`?chat=…` the chat that is open, `?test=…` the track whose test is open, `?result=…` a test that is over,
`?order=…` the order of a list.

They are there and not in the session so that a reload comes back to them. Nothing else touches
`st.query_params`.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

LABEL = "label"
CHAT = "chat"
TRACK = "track"
TEST = "test"
RESULT = "result"
ORDER = "order"


def label() -> str | None:
    """The label that the address names."""
    named = st.query_params.get(LABEL)
    return str(named) if named else None


def name_label(label_id: str | None) -> None:
    """The address names this label from now on, or none."""
    if label_id is not None:
        st.query_params[LABEL] = label_id
    elif LABEL in st.query_params:
        del st.query_params[LABEL]


def chat() -> str | None:
    """The chat that the address names."""
    named = st.query_params.get(CHAT)
    return str(named) if named else None


def name_chat(chat_id: str) -> None:
    """The address names this chat from now on, which may not have begun yet."""
    st.query_params[CHAT] = chat_id


def track() -> str | None:
    """The track that is looked at."""
    named = st.query_params.get(TRACK)
    return str(named) if named else None


def name_track(track: str) -> None:
    """The address names this track from now on."""
    st.query_params[TRACK] = track


def test() -> str | None:
    """The track whose qualification test is open."""
    named = st.query_params.get(TEST)
    return str(named) if named else None


def result() -> str | None:
    """The qualification test that is looked at, now that it is over."""
    named = st.query_params.get(RESULT)
    return str(named) if named else None


def name_test(track: str | None, result: str | None = None) -> None:
    """The address names the test of this track, or the result of this test, or neither."""
    for name, value in ((TEST, track), (RESULT, result)):
        if value is not None:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def order(known: Sequence[str]) -> str:
    """The order in which a list is asked for; where it names none of those that are known, the first."""
    named = str(st.query_params.get(ORDER, ""))
    return named if named in known else known[0]


def name_order(order: str) -> None:
    """The address names this order from now on."""
    st.query_params[ORDER] = order

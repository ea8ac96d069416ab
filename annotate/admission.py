"""Whom a page is for: the store refuses whoever else asks it, and the page says so, drawing nothing more."""

from __future__ import annotations

import streamlit as st

from annotate.visit import Visit
from store.records import Role


def admits(visit: Visit, least: Role, title: str = "") -> bool:
    """Whether the visitor's role is `least` or one above; says which role it takes where it is not, below the
    `title` of a page that has not drawn it yet."""
    order = list(Role)
    if order.index(visit.actor.role) >= order.index(least):
        return True
    said = visit.words
    if title:
        st.header(title, anchor=False)
    wanted, own = (said.text(f"masthead.{role}") for role in (least, visit.actor.role))
    st.text(said.text("frame.not_yours", least=wanted, role=own))
    return False

"""The product's name and the menu of the person who is signed in, floating on Streamlit's header; and the
choice of the app's language, which is also on the account's page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from annotate.entrance.forms import CSRF_COOKIE
from annotate.visit import Visit
from annotate.widgets.assets import component_name
from annotate.words import LOCALES
from store.records import Role


def mount(visit: Visit) -> None:
    """Draws it."""
    actor = visit.actor
    links = ["account", *(["people"] if actor.role is Role.ADMINISTRATOR else [])]
    data = {
        **_languages(visit),
        "name": actor.name,
        "role": visit.words.text(f"masthead.{actor.role.value}"),
        "links": [[f"/{key}", visit.words.text(f"frame.{key}")] for key in links],
        "words": visit.words.section("masthead"),
    }
    _component("masthead")(key="masthead", data=data)


def mount_languages(visit: Visit) -> None:
    """Draws the choice of the app's language alone."""
    _component("languages")(key="languages", data=_languages(visit))


def _languages(visit: Visit) -> Mapping[str, Any]:
    """The csrf token lets the forms prove that they are ours."""
    return {
        "csrf": st.context.cookies.get(CSRF_COOKIE, ""),
        "locale": visit.words.locale,
        "locales": list(LOCALES.items()),
        "label": visit.words.text("masthead.language"),
    }


@lru_cache(maxsize=2)
def _component(name: str) -> ComponentRenderer:
    return st.components.v2.component(component_name(name), js=f"{name}.js", css="masthead.css")

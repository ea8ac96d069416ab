"""A page of work with a surface of the tests' own, which sends what a person would; the deck is Compare's."""

import json
from dataclasses import replace
from pathlib import Path

from small_homes import PATIENCE
from streamlit.testing.v1 import AppTest

import annotate
from store.messages import CountHome
from store.records import Comparison
from store.verbs import count_home
from store.verbs.roles import HONE

BROWSER = Path(annotate.__file__).parent / "widgets" / "browser"


class Deck:
    """Stands for the browser's surface: remembers what it was shown and lets a test answer."""

    page = "compare"

    def __init__(self, store, who, locale="en", address=()):
        self.app = AppTest.from_function(run_page, args=(store, who, locale, self), default_timeout=PATIENCE)
        self.app.query_params.update(address)
        self.data = self.shown = self.hear = None
        self.mids = 0
        self.draw()

    def __call__(self, data, hear):
        json.dumps(data)
        self.data, self.hear = data, hear
        self.shown = data | (data["work"] or {"lease": None})

    def draw(self):
        self.app.run()
        assert not self.app.exception

    def send(self, kind, lease="shown", **rest):
        self.mids += 1
        lease = self.shown["lease"] if lease == "shown" else lease
        return self.repeat({"kind": kind, "mid": f"m{self.mids}", "lease": lease, **rest})

    def repeat(self, payload):
        self.app.session_state["payload"] = payload
        self.draw()
        return payload


def run_page(store, who, locale, deck):
    """Draws the page; a waiting payload is heard first, as Streamlit calls a component's callback."""
    from importlib import import_module

    import streamlit as st
    from small_homes import visit

    payload = st.session_state.pop("payload", None)
    if payload is not None:
        deck.hear(payload)
    if who[0] is not None:
        import_module(f"annotate.pages.{deck.page}").render(visit(store, who, locale), deck)


def judgement(**changes):
    safe = {"safe": True, "category": None, "severity": 0}
    return {
        "ranks": [1, 2],
        "degree": 2,
        "both_bad": False,
        "safety": [safe, safe],
        "comment": "",
        "seconds": 4.2,
    } | changes


def wanted_twice(fact):
    return replace(fact, overlap=2) if isinstance(fact, Comparison) else fact


def labels(store):
    return count_home(store, HONE, CountHome()).labels

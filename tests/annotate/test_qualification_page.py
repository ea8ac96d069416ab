import json
from dataclasses import replace

import pytest
from small_homes import PATIENCE, pair, person
from streamlit.testing.v1 import AppTest

from annotate.widgets import reading
from store.database import open_store
from store.home import Home
from store.messages.qualifying import ListStandings
from store.records import Batch, Comparison, Form, Gold, Policy, Purpose, Role, SafetyLabel, Track
from store.verbs import list_standings, qualify
from store.verbs.measuring import Qualify

SAFE = SafetyLabel(safe=True)
SETTINGS = """
[queue]
qualification = ["safety"]
[qualification]
items = 2
pass_mark = 1.0
"""


class Surface:
    """Stands for the browser's surfaces: remembers what it was shown and lets a test answer."""

    def __init__(self):
        self.shown = self.hear = None

    def __call__(self, data, hear):
        json.dumps(data)
        self.shown, self.hear = data, hear


class Room:
    """The page as one person sees it."""

    def __init__(self, store, actor, query=None, locale="en"):
        self.surface, self.mids = Surface(), 0
        mounts = dict.fromkeys(Form, self.surface)
        self.app = AppTest.from_function(
            run_page, args=(store, actor, mounts, self.surface, locale), default_timeout=PATIENCE
        )
        for name, value in (query or {}).items():
            self.app.query_params[name] = value
        self.draw()

    def draw(self):
        self.surface.shown = None
        self.app.run()
        assert not self.app.exception
        return self

    def press(self, start):
        next(button for button in self.app.button if button.label.startswith(start)).click()
        return self.draw()

    def send(self, kind, **rest):
        self.mids += 1
        lease = self.surface.shown["work"]["lease"]
        self.app.session_state["payload"] = {"kind": kind, "mid": f"m{self.mids}", "lease": lease, **rest}
        return self.draw()

    def answer(self, right=True):
        first = "Answer one" in self.surface.shown["work"]["responses"][0]["text"]
        safe = {"safe": True, "category": None, "severity": 0}
        ranks = [1, 2] if first is right else [2, 1]
        return self.send(
            "submit", judgement={"ranks": ranks, "degree": 2, "safety": [safe, safe], "seconds": 2.0}
        )

    @property
    def words(self):
        return " ".join(text.value for text in (*self.app.text, *self.app.caption))


def run_page(store, actor, mounts, surface, locale):
    import streamlit as st

    from annotate.pages import qualification
    from annotate.visit import Visit
    from annotate.words import words

    payload = st.session_state.pop("payload", None)
    if payload is not None:
        surface.hear(payload)
    qualification.render(Visit(store=store, actor=actor, who=lambda: actor, words=words(locale)), mounts)


@pytest.fixture
def parts(monkeypatch):
    seen = {}
    monkeypatch.setattr(reading, "show", lambda key, shown, words: seen.update({key: shown}))
    return seen


@pytest.fixture
def school(tmp_path):
    home = Home(tmp_path / "school")
    home.root.mkdir(mode=0o700)
    home.settings.write_text(SETTINGS)
    with open_store(home) as store:
        yield store


@pytest.fixture
def ana(school):
    return person(school, "ana")


def gold(number, why="Because of Crime."):
    facts = [
        replace(fact, purpose=Purpose.GOLD) if isinstance(fact, Comparison) else fact
        for fact in pair(number, Track.SAFETY)
    ]
    known = {"ranks": (1, 2), "safety": (SAFE, SAFE), "why": why, "annotator_id": "rae"}
    return [*facts, Gold(comparison_id=facts[-1].comparison_id, **known)]


def teach(store, count, **how):
    policies = [Policy(policy_id=name, path=name) for name in ("secret-policy-one", "secret-policy-two")]
    facts = [fact for number in range(count) for fact in gold(number, **how)]
    store.append("hone", *policies, Batch(batch_id="batch 1", round=1), *facts)


def may_judge(store, actor):
    return next(
        one.may_judge for one in list_standings(store, actor, ListStandings()) if one.track is Track.SAFETY
    )


def test_without_gold_answers_it_is_said_whom_to_ask_and_to_reviewers_what_to_do(school, ana):
    room = Room(school, ana)
    assert "Ask a reviewer" in room.words
    assert "hone gold" not in room.words
    assert "This track asks for no test" in room.words
    assert "`hone gold`" in Room(school, person(school, "rae", Role.REVIEWER)).words
    assert not room.app.button


def test_a_test_is_taken_item_by_item_and_passed(school, ana, parts):
    teach(school, 2)
    room = Room(school, ana).press("Begin the test")
    work = room.surface.shown["work"]
    assert (work["done"], work["total"], work["batch"]) == (0, 2, "Safety, qualification test")
    assert "secret-policy" not in json.dumps(room.surface.shown)
    room.answer()
    assert (room.surface.shown["work"]["done"], room.surface.shown["message"]) == (1, "Saved")
    room.answer()
    assert room.surface.shown is None
    assert "Passed: 2 of 2 right." in room.words
    assert [one.label for one in room.app.expander] == ["1. Right", "2. Right"]
    assert may_judge(school, ana)
    assert "You are qualified" in Room(school, ana).words


def test_a_test_that_is_not_passed_shows_what_is_known_why_and_what_to_read(school, ana, parts):
    teach(school, 4)
    room = Room(school, ana, {"test": "safety"}).answer(right=False).answer()
    assert "1 of 2 right; 2 were needed." in room.words
    assert "These parts of the guidelines are named" not in room.words
    missed, why = parts["item 1"]
    assert sorted(card["said"][0] for card in missed["cards"]) == [
        "Known to be better.",
        "You chose this one.",
    ]
    assert "Because of Crime." in why["html"]
    assert not may_judge(school, ana)
    overview = Room(school, ana)
    assert "You may try again from" in overview.words
    overview.press("See what was right")
    assert "1 of 2 right; 2 were needed." in overview.words


def test_the_parts_of_the_guideline_that_the_reasons_name_are_to_be_read(school, ana, parts):
    teach(school, 2, why="See: How strong")
    room = Room(school, ana, {"test": "safety"}).answer(right=False).answer(right=False)
    assert "– How strong" in room.words


def test_a_test_goes_on_where_it_stopped_in_another_tab(school, ana):
    teach(school, 2)
    Room(school, ana, {"test": "safety"}).answer()
    assert "1 of 2 answered" in Room(school, ana).words
    assert Room(school, ana).press("Go on with the test").surface.shown["work"]["done"] == 1


@pytest.mark.parametrize("kind", ["skip", "flag", "undo"])
def test_nothing_but_an_answer_is_taken(school, ana, kind):
    teach(school, 2)
    room = Room(school, ana, {"test": "safety"})
    room.send(kind, reason="topic")
    assert (room.surface.shown["refused"], room.surface.shown["work"]["done"]) == (True, 0)


def test_an_answer_that_does_not_fit_is_refused_in_a_sentence(school, ana):
    teach(school, 2)
    room = Room(school, ana, {"test": "safety"})
    room.send("submit", judgement={"ranks": [1, 2], "degree": 2})
    assert (room.surface.shown["refused"], room.surface.shown["work"]["done"]) == (True, 0)
    assert "safety labels" in room.surface.shown["message"]


@pytest.mark.parametrize("query", [{"test": "no track"}, {"result": "of nobody"}, {"test": "helpfulness"}])
def test_an_address_that_leads_nowhere_leads_to_the_overview(school, ana, query):
    assert "Some tracks want a test first" in Room(school, ana, query).words


def test_somebody_elses_result_is_not_shown(school, ana, parts):
    teach(school, 2)
    Room(school, ana, {"test": "safety"}).answer().answer()
    theirs = list_standings(school, ana, ListStandings())[1].outcomes[0].test_id
    ben = Room(school, person(school, "ben"), {"result": theirs})
    assert not ben.app.expander
    assert not parts.keys() - {"item 1", "item 2"}


def test_who_was_barred_is_told_to_talk_to_the_reviewer(school, ana):
    teach(school, 2)
    rae = person(school, "rae", Role.REVIEWER)
    qualify(school, rae, Qualify(name="ana", track=Track.SAFETY, passed=False, why="spam"))
    assert "Talk to them" in Room(school, ana).words


def test_the_page_speaks_german(school, ana):
    assert "Dieser Bereich verlangt keine Prüfung" in Room(school, ana, locale="de").words

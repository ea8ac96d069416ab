"""The page that a person signs before a round starts, without a browser; and its verbs through the API."""

import json
from dataclasses import replace

import pytest
from small_homes import PASSWORD, PATIENCE, comparisons, person
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from annotate import app as composed
from annotate import ownership
from store.identity import identity
from store.records import Degree, Label, Prompt, Role, Split, Track
from store.verbs import look_at_next_round
from store.verbs.previewing import LookAtNextRound
from store.verbs.roles import HONE

URL = "http://127.0.0.1:8501"


@pytest.fixture
def rob(store):
    return person(store, "rob", Role.ENGINEER)


def judged(store, count, ranks=(1, 2), first=0, split=Split.TRAIN):
    """So many labelled pairs."""
    facts = [
        replace(fact, split=split) if isinstance(fact, Prompt) else fact for fact in comparisons(count, first)
    ]
    asked = [fact.comparison_id for fact in facts if hasattr(fact, "overlap")]
    labels = [
        Label(
            label_id=identity("label", comparison_id),
            comparison_id=comparison_id,
            annotator_id="ana",
            ranks=ranks,
            degree=Degree.BETTER,
            shown_order=(0, 1),
        )
        for comparison_id in asked
    ]
    store.append("hone", *facts, *labels)
    return labels


def draw(store, who, locale):
    from small_homes import visit

    from annotate.pages import next_round

    next_round.render(visit(store, who, locale))


def page(store, actor, locale="en"):
    app = AppTest.from_function(draw, args=(store, [actor], locale), default_timeout=PATIENCE).run()
    assert not app.exception
    return app


def texts(app):
    return [one.value for one in (*app.text, *app.caption)]


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
def test_other_roles_are_told_that_the_page_is_not_theirs(store, role):
    judged(store, 2)
    app = page(store, person(store, "zoe", role))
    assert [one.value for one in app.text] == [
        f"This page takes the role Engineer; you have the role {role.value.capitalize()}."
    ]
    assert not app.metric
    assert not app.button


def test_an_empty_home_has_no_button_to_sign(store, rob):
    app = page(store, rob)
    assert "There is nothing to sign: no label teaches yet." in texts(app)
    assert not app.button


def test_the_page_says_what_there_is_and_what_it_is_worth(store, rob):
    judged(store, 4)
    app = page(store, rob)
    assert [one.value for one in app.metric] == ["4", "4", "4", "100%"]
    table = app.dataframe[0].value
    assert list(table["Track"]) == ["Helpfulness", "Safety", "Both"]
    assert list(table["First shown won"]) == ["100% of 4 (51% to 100%)", "–", "100% of 4 (51% to 100%)"]
    assert any("4,904 blind comparisons" in text for text in texts(app))
    assert "Every label teaches." in texts(app)


def test_a_reviewers_signature_that_the_round_will_wait_for_is_told(store, rob):
    judged(store, 3)
    waits = "the round freezes a snapshot, and goes on once a reviewer has signed that"
    store.home.settings.write_text('[review]\nsign_off = ["safety"]\n')
    assert look_at_next_round(store, HONE, LookAtNextRound()).sign_off == ()  # it has no safety labels
    assert waits not in " ".join(one.value for one in page(store, rob).text)
    store.home.settings.write_text('[review]\nsign_off = ["safety", "helpfulness"]\n')
    assert look_at_next_round(store, HONE, LookAtNextRound()).sign_off == (Track.HELPFULNESS,)
    assert f"With labels on Helpfulness {waits}" in " ".join(one.value for one in page(store, rob).text)


def test_signing_is_told_and_what_comes_after_it_too(store, rob):
    labels = judged(store, 2)
    app = page(store, rob)
    app.text_input[0].set_value("looks <b>fine</b> https://evil.example")
    app = app.button[0].click().run()
    assert [plain(one.value) for one in app.success] == ["You have signed round 1 as it stands."]
    (signed,) = [text for text in texts(app) if text.startswith("rob signed on")]
    assert signed.endswith("“looks <b>fine</b> https://evil.example” Nothing has changed since.")
    again = Label(**{**vars_of(labels[0]), "label_id": "another", "annotator_id": "ben"})
    store.append("hone", again)
    assert any("given, changed or reviewed 1 times" in text for text in texts(page(store, rob)))


def plain(text):
    """As it is read: the mark that keeps Markdown from being one is gone."""
    return text.replace("\\", "")


def vars_of(label):
    return {name: getattr(label, name) for name in label.__dataclass_fields__}


def test_what_changed_after_the_page_was_drawn_is_not_signed(store, rob):
    labels = judged(store, 2)
    app = page(store, rob)
    again = Label(**{**vars_of(labels[0]), "label_id": "another", "annotator_id": "ben"})
    store.append("hone", again)
    app = app.button[0].click().run()
    assert [plain(one.value) for one in app.error] == [
        "1 label came or changed since you looked; look at the figures as they are now, and sign those."
    ]
    assert look_at_next_round(store, HONE, LookAtNextRound()).signatures == ()
    assert app.metric[0].value == "3"


def test_each_reason_for_which_a_label_does_not_teach_has_words(store, rob):
    from annotate import left_out
    from annotate.words import words
    from store.preferences import REASONS

    judged(store, 2, (1, 1))
    judged(store, 1, first=2, split=Split.HELDOUT)
    table = page(store, rob).dataframe[1].value
    whys = ["On a held-out prompt: measures the reward models", "A tie"]
    assert (list(table["Why"]), list(table["Labels"])) == (whys, [1, 2])
    said = [left_out.why(words("en"), one) for one in REASONS]
    assert len(set(said)) == len(REASONS)


def test_the_page_speaks_german(store, rob):
    judged(store, 2)
    app = page(store, rob, "de")
    assert app.header[0].value == "Vor Runde 1"
    assert app.button[0].label == "Runde 1 unterschreiben"


@pytest.fixture
def ask(store):
    tenure = ownership.Tenure(store)
    with ownership.served(tenure, URL):
        served = Starlette(routes=composed.routes(tenure), middleware=composed.middleware(store))
        with TestClient(served, base_url=URL) as client:
            token = {"authorization": f"Bearer {tenure.owner.token}"}
            yield lambda verb, body: client.post(
                f"/api/verbs/{verb}", content=json.dumps(body), headers=token
            )


ROB = {"name": "rob", "password": PASSWORD}


@pytest.mark.parametrize(
    ("vouch", "words"),
    [
        (ROB, ""),
        ({**ROB, "password": "wrong"}, "do not fit"),
        ({**ROB, "name": "vera"}, "role engineer; vera has the role reviewer"),
        ({**ROB, "name": "ana"}, "role engineer; ana has the role annotator"),
        (None, "hone itself answers for nothing"),
    ],
)
def test_over_the_api_only_an_engineer_signs_and_with_a_password(store, rob, ask, vouch, words):
    person(store, "vera", Role.REVIEWER)
    person(store, "ana")
    judged(store, 2)
    seen = ask("look_at_next_round", {}).json()["ok"]
    assert [one["track"] for one in seen["tracks"]] == [Track.HELPFULNESS, Track.SAFETY, None]
    reply = ask("sign_round", {"round": 1, "spoken": seen["spoken"], "vouch": vouch})
    assert reply.status_code == (403 if words else 200)
    assert words in reply.json().get("error", "")
    signed = ask("look_at_next_round", {}).json()["ok"]["signatures"]
    assert [one["name"] for one in signed] == ([] if words else ["rob"])

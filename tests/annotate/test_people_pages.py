"""The pages of one's own account and of everybody, without a browser."""

import pytest
from small_homes import PASSWORD, PATIENCE, person, simulated
from streamlit.testing.v1 import AppTest

from annotate.words import words
from store import people
from store.messages import Actor, ListAnnotators
from store.records import Annotator, Kind, Role
from store.verbs import appoint, issue_token, list_annotators
from store.verbs.appointing import Appoint
from store.verbs.roles import HONE
from store.verbs.sign_ins import IssueToken

ODD = "<b>Bob</b> *x* $y$ {n}"


@pytest.fixture
def ada(store):
    return person(store, "ada", Role.ADMINISTRATOR)


def draw(store, who, name):
    import streamlit as st
    from small_homes import visit

    from annotate.pages import account, people
    from annotate.widgets import masthead

    masthead.mount_languages = lambda _visit: None  # needs a browser
    if who[0] is None:
        st.title("You are signed out")
    else:
        render = {"account": lambda one: account.render(one, lambda: ""), "people": people.render}[name]
        render(visit(store, who))


def page(store, who, name):
    app = AppTest.from_function(draw, args=(store, who, name), default_timeout=PATIENCE).run()
    assert not app.exception
    return app


def pressed(app, label, place=0):
    buttons = [one for one in app.button if one.label == label]
    app = buttons[place].click().run()
    assert not app.exception
    return app


def told(app):
    return [one.value for one in (*app.success, *app.error)]


def sign_in_as(store, name, device="Chrome, Linux"):
    return people.authenticate(store, name, PASSWORD, "192.0.2.1", device)


def test_an_account_without_a_browser_or_token_says_so_by_its_absence(store, ana):
    app = page(store, [ana], "account")
    assert [one.value for one in app.header] == ["Account"]
    assert "Signed in as ana. Role: Annotator." in [one.value for one in app.text]
    assert not [one for one in app.button if one.label == "End"]


def test_one_and_many_sign_ins_are_listed_and_ended(store, ana):
    token = sign_in_as(store, "ana")
    app = page(store, [ana], "account")
    assert len([one for one in app.button if one.label == "End"]) == 1
    for number in range(5):
        sign_in_as(store, "ana", f"Firefox {number}")
    app = page(store, [ana], "account")
    assert len([one for one in app.button if one.label == "End"]) == 6
    app = pressed(app, "End", place=5)
    assert told(app) == ["Ended\\."]
    assert people.actor_of(store, token) is None


def test_a_token_is_shown_once(store, ana):
    app = page(store, [ana], "account")
    app.text_input(key="token name").set_value("labels script")
    app = pressed(app, "Issue token")
    (shown,) = [one.value for one in app.code]
    assert people.program_of(store, shown) == ana
    assert not app.run().code


def test_who_has_no_password_is_told_so_and_asked_for_none(store):
    cleo = Annotator(annotator_id="cleo", name="cleo", role=Role.ANNOTATOR, kind=Kind.PERSON)
    store.append("test", cleo)
    app = page(store, [Actor(annotator_id="cleo", name="cleo", role=Role.ANNOTATOR)], "account")
    assert words("en").text("account.no_password") in [one.value for one in app.caption]
    assert not [one for one in app.button if one.label == "Change password"]


def test_a_new_password_takes_the_current_one_and_itself_twice(store, ana):
    app = page(store, [ana], "account")
    for current, new, again, answer in (
        ("wrong wrong", "battery staple", "battery staple", "The password that you have now is another"),
        (PASSWORD, "battery staple", "battery stable", "The new password and its repetition differ"),
        (PASSWORD, "short", "short", "Expected a password of at least 8 characters"),
        (PASSWORD, "battery staple", "battery staple", "Password changed"),
    ):
        app.text_input(key="current password").set_value(current)
        app.text_input(key="new password").set_value(new)
        app.text_input(key="password again").set_value(again)
        app = pressed(app, "Change password")
        assert answer in told(app)[0]
    assert sign_in_as(store, "ana") is None


def test_whoever_is_signed_out_meanwhile_changes_nothing(store, ana):
    who = [ana]
    app = page(store, who, "account")
    app.text_input(key="token name").set_value("labels script")
    who[0] = None
    app = pressed(app, "Issue token")
    assert [one.value for one in app.title] == ["You are signed out"]
    with store.reading() as db:
        assert db.execute("select count(*) from sign_ins").fetchall() == [(0,)]


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER, Role.ENGINEER])
def test_the_people_page_is_the_administrators(store, role):
    app = page(store, [person(store, "eve", role)], "people")
    assert not app.dataframe
    assert app.text[0].value.startswith("This page takes the role Administrator; you have the role")


def test_everybody_is_listed_as_they_stand(store, ada):
    person(store, ODD, Role.REVIEWER)
    simulated(store, "robot")
    appoint(store, HONE, Appoint(name=ODD, suspended=True))
    table = page(store, [ada], "people").dataframe[0].value
    assert list(table["name"]) == ["ada", ODD, "robot"]
    assert list(table["role"]) == ["Administrator", "Suspended (Reviewer)", "(simulated)"]


def test_a_person_is_added_and_a_bad_one_refused_in_words(store, ada):
    app = page(store, [ada], "people")
    for password, answer in (
        ("", "Expected a password of 8 characters or more"),
        ("long enough", "is added"),
    ):
        app.text_input(key="added name").set_value("zoe")
        app.text_input(key="added languages").set_value("de, pt-BR")
        app.text_input(key="added password").set_value(password)
        app.selectbox(key="added role").set_value("reviewer")
        app = pressed(app, "Add a person")
        assert answer in told(app)[0]
    zoe = list_annotators(store, HONE, ListAnnotators())[-1].annotator
    assert (zoe.name, zoe.role, zoe.languages) == ("zoe", Role.REVIEWER, ("de", "pt-BR"))


def test_role_standing_password_languages_and_sign_ins_are_changed(store, ada):
    bob = person(store, ODD)
    sign_in_as(store, ODD)
    issue_token(store, bob, IssueToken(token_name="script"))
    app = page(store, [ada], "people")
    app = app.selectbox(key="person").set_value(ODD).run()
    assert [one.value for one in app.subheader] == [r"\<b\>Bob\</b\> \*x\* \$y\$ \{n\}"]
    app.selectbox(key=f"role of {ODD}").set_value("engineer")
    app = pressed(app, "Save role")
    app.text_input(key=f"languages of {ODD}").set_value("de")
    app = pressed(app, "Save languages")
    app = pressed(app, "End", place=0)
    app = pressed(app, "End all")
    app.text_input(key=f"password of {ODD}").set_value("battery staple")
    app = pressed(app, "Set password")
    listed = list_annotators(store, HONE, ListAnnotators())[-1]
    assert (listed.annotator.role, listed.annotator.languages) == (Role.ENGINEER, ("de",))
    assert (listed.sign_ins, listed.tokens) == (0, 0)
    assert sign_in_as(store, ODD) is None
    app = pressed(app, "Suspend now")
    assert list_annotators(store, HONE, ListAnnotators())[-1].suspended
    app = pressed(app, "Let them back in")
    assert not list_annotators(store, HONE, ListAnnotators())[-1].suspended


def test_one_does_not_change_ones_own_role(store, ada):
    app = page(store, [ada], "people").selectbox(key="person").set_value("ada").run()
    assert "This is you. Another administrator can change your role." in [one.value for one in app.text]
    assert not [one for one in app.button if one.label in {"Save role", "Suspend now", "Set password"}]


def test_an_account_with_the_organisation_is_linked_where_the_home_has_a_provider(store, ada):
    store.home.settings.write_text('[oidc]\nmetadata = "https://acme.example"\n')
    person(store, "bob")
    app = page(store, [ada], "people").selectbox(key="person").set_value("bob").run()
    app.text_input(key="account of bob").set_value("bob@acme.example")
    app = pressed(app, "Link account")
    assert "bob@acme.example" in [one.value for one in app.text]
    app = pressed(app, "Unlink accounts")
    assert told(app) == ["No account is linked to bob any more\\."]

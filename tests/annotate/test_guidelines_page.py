import pytest
from small_homes import PATIENCE, person
from streamlit.testing.v1 import AppTest

from annotate.widgets import reading
from store.messages import Actor
from store.records import Role, Track
from store.verbs import guideline_shown, read_guideline, write_guideline
from store.verbs.guiding import ReadGuideline, WriteGuideline


class Shown(list):
    """Stands for the browser's component: remembers the parts that it was given, by key."""

    def __call__(self, key, parts, words):
        self.append((key, parts))

    def parts(self, start):
        return next(parts for key, parts in reversed(self) if key.startswith(start))


def run_page(store, actor, locale):
    from annotate.pages import guidelines
    from annotate.visit import Visit
    from annotate.words import words

    guidelines.render(Visit(store=store, actor=actor, who=lambda: actor, words=words(locale)))


@pytest.fixture
def shown(monkeypatch):
    seen = Shown()
    monkeypatch.setattr(reading, "show", seen)
    return seen


def page(store, actor, locale="en"):
    app = AppTest.from_function(run_page, args=(store, actor, locale), default_timeout=PATIENCE)
    return drawn(app)


def drawn(app):
    app.run()
    assert not app.exception
    return app


def press(app, label):
    next(button for button in app.button if button.label == label).click()
    return drawn(app)


@pytest.fixture
def rae(store):
    return person(store, "rae", Role.REVIEWER)


def write(store, rae, text, changed="new", track=Track.HELPFULNESS):
    write_guideline(store, rae, WriteGuideline(track=track, text=text, changed=changed))


def test_an_annotator_reads_and_gives_a_receipt_but_writes_nothing(store, ana, shown):
    app = page(store, ana)
    assert not app.tabs
    assert "What counts" in shown.parts("in force")[0]["html"]
    press(app, "I have read this")
    assert guideline_shown(store, ana, Track.HELPFULNESS).read
    assert "You have read this version." in [caption.value for caption in app.caption]


def test_who_knows_an_older_version_sees_the_notes_and_the_lines_first(store, ana, rae, shown):
    read_guideline(store, ana, ReadGuideline(track=Track.HELPFULNESS, version=1))
    write(store, rae, "Only this.", "shorter *now*")
    app = page(store, ana)
    assert [text.value for text in app.text] == ["Version 2: shorter *now*"]
    changes, whole = shown.parts("in force")
    assert {"change": "added", "text": "Only this."} in changes["lines"]
    assert "Only this." in whole["html"]


def test_a_reviewer_publishes_a_version_that_is_in_force_at_once(store, rae, ana, shown):
    app = page(store, rae)
    app.text_area[0].input("Be **kind**.")
    drawn(app)
    assert "<strong>kind</strong>" in shown.parts("preview")[0]["html"]
    app.text_input[0].input("all of it")
    press(app, "Publish version 2")
    now = guideline_shown(store, ana, Track.HELPFULNESS)
    assert (now.version, now.text) == (2, "Be **kind**.")
    assert app.text_area[0].value == "Be **kind**."
    assert [button.label for button in app.button] == ["Publish version 3"]  # its author has read it


def test_a_version_without_a_note_stays_with_its_author_and_it_is_said_why(store, rae, shown):
    app = page(store, rae)
    app.text_area[0].input("New words.")
    press(app, "Publish version 2")
    assert "what is new in this version" in app.toast[0].value
    assert app.text_area[0].value == "New words."
    assert guideline_shown(store, rae, Track.HELPFULNESS).version == 1


def test_a_draft_outlives_its_page_and_can_be_discarded(store, rae, shown):
    app = page(store, rae)
    app.text_area[0].input("Half a thought")
    drawn(app)
    again = page(store, rae)
    assert again.text_area[0].value == "Half a thought"
    press(again, "Discard my draft")
    assert "What counts" in again.text_area[0].value
    assert "What counts" in page(store, rae).text_area[0].value


def test_a_draft_on_an_older_version_is_not_published_over_a_newer_one(store, rae, shown):
    app = page(store, rae)
    app.text_area[0].input("Mine")
    app.text_input[0].input("mine")
    drawn(app)
    write(store, person(store, "ron", Role.REVIEWER), "Theirs")
    app = page(store, rae)
    assert "Version 2 came after you began" in app.warning[0].value
    press(app, "Publish version 3")
    assert guideline_shown(store, rae, Track.HELPFULNESS).text == "Theirs"
    assert app.text_area[0].value == "Mine"


def test_versions_and_readers_are_listed_for_reviewers(store, rae, ana, shown):
    app = page(store, rae)
    assert "Nobody has written a version yet" in " ".join(text.value for text in app.text)
    write(store, rae, "Two")
    write(store, rae, "Three")
    read_guideline(store, ana, ReadGuideline(track=Track.HELPFULNESS, version=2))
    app = page(store, rae)
    assert [one.label.split(",")[0] for one in app.expander] == ["Version 3", "Version 2", "Version 1"]
    table = app.dataframe[0].value
    assert list(table["Person"]) == ["rae", "ana"]  # who wrote a version has read it
    assert list(table["Newest version read"]) == ["3", "2"]


def test_an_author_whose_name_is_markdown_is_a_name(store, shown):
    actor = Actor(annotator_id="odd", name="odd", role=Role.REVIEWER)
    odd = person(store, "![x](https://evil.example/x.png)", Role.REVIEWER)
    write(store, odd, "Two")
    assert "![x](" not in page(store, actor).expander[0].label


def test_the_page_speaks_german(store, ana, shown):
    assert [button.label for button in page(store, ana, "de").button] == ["Ich habe das gelesen"]

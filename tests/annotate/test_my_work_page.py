from dataclasses import replace

import pytest
from small_homes import PATIENCE, comparisons, pair, person
from streamlit.testing.v1 import AppTest

from annotate.judging import own_words
from annotate.widgets import reading
from annotate.words import words
from store.messages import Judgement, NextComparison, SkipLease, SubmitLabel
from store.records import Batch, Comparison, Degree, Form, Gold, Purpose, Review, SafetyLabel, Track, Verdict
from store.verbs import next_comparison, skip_lease, submit_label

SAFE, UNSAFE = SafetyLabel(safe=True), SafetyLabel(safe=False)
ODD = "![x](https://evil.example/x.png) <script>1</script> $x$ **y**"


def run_page(store, actor, locale):
    from annotate.pages import my_work
    from annotate.visit import Visit
    from annotate.words import words

    my_work.render(Visit(store=store, actor=actor, who=lambda: actor, words=words(locale)))


@pytest.fixture
def parts(monkeypatch):
    seen = {}
    monkeypatch.setattr(reading, "show", lambda key, shown, words: seen.update({key: shown}))
    return seen


def page(store, actor, locale="en"):
    app = AppTest.from_function(run_page, args=(store, actor, locale), default_timeout=PATIENCE)
    app.run()
    assert not app.exception
    return app


def give(store, actor, ranks=(1, 2), degree=Degree.BETTER, **said):
    taken = next_comparison(store, actor, NextComparison())
    said = {"safety": (SAFE, SAFE), "seconds": 30.0, **said}
    judgement = Judgement(ranks=ranks, degree=degree, **said)
    return submit_label(store, actor, SubmitLabel(lease_id=taken.lease_id, judgement=judgement)).label_id


def twice(fact):
    return replace(fact, overlap=2) if isinstance(fact, Comparison) else fact


def words_of(app):
    return " ".join(one.value for one in (*app.text, *app.caption))


def metrics(app):
    return {one.label: one.value for one in app.metric}


def test_who_has_done_nothing_is_told_what_will_be_here_and_what_is_open(store, ana, parts):
    store.append("hone", *comparisons(3))
    app = page(store, ana)
    assert "You have not judged anything yet" in words_of(app)
    assert metrics(app) == {"Open: Helpfulness": "3", "Open: Safety": "0"}
    assert not app.dataframe
    assert not parts


def test_one_label_is_counted_and_can_be_edited(store, ana, parts):
    store.append("hone", *comparisons(2))
    label = give(store, ana)
    app = page(store, ana)
    assert (metrics(app)["Labels"], metrics(app)["Today"], metrics(app)["Open: Helpfulness"]) == (
        "1",
        "1",
        "1",
    )
    table = app.dataframe[0].value
    assert list(table.iloc[0]) == ["Helpfulness", "Comparison", 1, "30 s", "30 s"]
    (row,) = parts["recent"][0]["rows"]
    assert (row["address"], row["words"]) == (f"/compare?label={label}", "Edit")
    assert row["cells"][2:] == ["Question 0, turn 0", "A: better"]
    assert "Nobody else has judged" in words_of(app)


def test_what_a_reviewer_sent_back_comes_first_with_their_words_and_can_be_changed(store, ana, parts):
    store.append("hone", *comparisons(2))
    label, kept = give(store, ana), give(store, ana)
    store.append("hone", Batch(batch_id="batch 2", round=2))
    back = Review(
        review_id="r",
        label_id=label,
        reviewer_id="rae",
        verdict=Verdict.SEND_BACK,
        why="<b>again</b>",
    )
    store.append("rae", back)
    page(store, ana)
    (row,) = parts["sent back"][0]["rows"]
    assert row["address"] == f"/compare?label={label}"
    assert row["cells"][-1] == "<b>again</b>"
    closed = {one["address"] for one in parts["recent"][0]["rows"]}
    assert closed == {f"/compare?label={label}", ""}
    assert kept != label


@pytest.mark.wide
def test_many_labels_are_agreed_with_others_and_a_closed_one_cannot_be_edited(store, ana, parts):
    ben = person(store, "ben")
    store.append("hone", *map(twice, comparisons(30)))
    for number in range(30):
        give(store, ana)
        give(store, ben, ranks=(1, 2) if number % 3 else (2, 1))
    store.append("hone", Batch(batch_id="batch 2", round=2))
    app = page(store, ana)
    assert metrics(app)["Labels"] == "30"
    rows = parts["recent"][0]["rows"]
    assert (len(rows), {row["address"] for row in rows}) == (20, {""})
    likely = next(one.value for one in app.text if "Likely between" in one.value)
    assert "of 30." in likely


def test_a_missed_gold_answer_teaches_once_its_batch_is_closed(store, ana, parts):
    facts = [replace(one, purpose=Purpose.GOLD) if isinstance(one, Comparison) else one for one in pair(9)]
    known = Gold(comparison_id=facts[-1].comparison_id, ranks=(1, 2), why=ODD, annotator_id="rae")
    store.append("hone", *comparisons(1), *facts, known)
    from store.records import Label

    store.append(
        "ana",
        Label(
            label_id="l",
            comparison_id=known.comparison_id,
            annotator_id=ana.annotator_id,
            ranks=(2, 1),
            degree=Degree.BETTER,
            shown_order=(0, 1),
        ),
    )
    app = page(store, ana)
    assert "shown here once their batch is closed" in words_of(app)
    assert not app.expander
    store.append("hone", Batch(batch_id="batch 2", round=2))
    app = page(store, ana)
    assert [one.label for one in app.expander] == ["1. Question 9, turn 0"]
    shown, why = parts["missed 1"]
    assert [card["said"] for card in shown["cards"]] == [["Known to be better."], ["You chose this one."]]
    assert "<script>" not in why["html"]


def test_skips_and_flags_are_text_whatever_they_hold(store, ana, parts):
    store.append("hone", *comparisons(1))
    lease = next_comparison(store, ana, NextComparison())
    skip_lease(store, ana, SkipLease(lease_id=lease.lease_id, reason=ODD, flagged=True))
    app = page(store, ana)
    assert list(app.dataframe[0].value["Reason"]) == [ODD]
    assert not [one for one in app.markdown if "evil" in one.value]


def test_a_reason_from_the_menu_is_told_in_the_persons_language(store, ana, parts):
    store.append("hone", *comparisons(2))
    for reason, flagged in (("Personal data", True), ("Not in a language I read", False)):
        lease = next_comparison(store, ana, NextComparison())
        skip_lease(store, ana, SkipLease(lease_id=lease.lease_id, reason=reason, flagged=flagged))
    said = list(page(store, ana, "de").dataframe[0].value["Grund"])
    assert sorted(said) == ["In keiner Sprache, die ich lese", "Personenbezogene Daten"]


def test_a_track_that_wants_a_test_leads_to_it(tmp_path, parts):
    from store.database import open_store
    from store.home import Home

    home = Home(tmp_path / "strict")
    home.root.mkdir(mode=0o700)
    home.settings.write_text('[queue]\nqualification = ["safety"]\n')
    with open_store(home) as store:
        assert metrics(page(store, person(store, "ana")))["Safety"] == "wants a test"


def test_the_page_speaks_german(store, ana, parts):
    store.append("hone", *comparisons(1))
    give(store, ana, ranks=(1, 1), degree=Degree.NEGLIGIBLY, both_bad=True)
    app = page(store, ana, "de")
    assert metrics(app)["Urteile"] == "1"
    assert parts["recent"][0]["rows"][0]["cells"][3] == "Beide schlecht"


@pytest.mark.parametrize(
    ("ranks", "both_bad", "said"),
    [((2, 1, 2), False, "B > A = C"), ((1, 2, 3), True, "A > B > C; None acceptable")],
)
def test_an_order_is_said_by_letters(ranks, both_bad, said):
    from datetime import datetime

    from store.verbs.own_labels import Given

    given = Given(
        label_id="l",
        track=Track.HELPFULNESS,
        form=Form.RANKING,
        in_chat=False,
        about="",
        ranks=ranks,
        degree=Degree.BETTER,
        both_bad=both_bad,
        safety=(),
        seconds=1.0,
        edits=0,
        made_at=datetime(2026, 1, 1),
        can_change=True,
        sent_back=None,
    )
    assert own_words.judgement(given, words("en")) == said
    unsafe = replace(given, safety=(SAFE, UNSAFE, UNSAFE), edits=1)
    assert own_words.judgement(unsafe, words("en")) == f"{said}; unsafe: B, C; changed"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (599, "599 s"), (600, "10 min"), (7320, "2 h 2 min")]
)
def test_a_time_is_said_in_its_own_size(seconds, said):
    assert own_words.duration(seconds, words("en")) == said


def test_a_long_text_is_cut_and_laid_on_one_line():
    assert own_words.about("a\n\nb") == "a b"
    assert len(own_words.about("x" * 500)) == 140

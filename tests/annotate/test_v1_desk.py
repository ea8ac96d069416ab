"""The reviewer's part of `/api/v1`: what their programs see and do, and nobody else's."""

from dataclasses import replace

import pytest
from pydantic import TypeAdapter
from small_homes import comparisons

from store.identity import identity
from store.messages import Actor
from store.records import Comparison, Degree, Label, Role, SafetyLabel, Track
from store.verbs import look_at_quality, look_at_safety
from store.verbs.quality import LookAtQuality, Quality
from store.verbs.safety import LookAtSafety, Safety

UNSAFE, SAFE = SafetyLabel(safe=False, category="illicit", severity=1), SafetyLabel(safe=True)
RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)


@pytest.fixture
def rae(ask):
    return lambda method, path, **sent: ask(method, path, "rae", Role.REVIEWER, **sent)


@pytest.fixture
def risky(asked, ask):
    """The label of ana's that prefers an unsafe answer."""
    facts = comparisons(1, first=70, track=Track.SAFETY)
    (comparison,) = (one for one in facts if isinstance(one, Comparison))
    label = Label(
        label_id=identity("label", comparison.comparison_id),
        comparison_id=comparison.comparison_id,
        annotator_id=ask("GET", "/me").json()["annotator_id"],
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(0, 1),
        safety=(UNSAFE, SAFE),
        seconds=30,
    )
    asked.append("hone", *facts, label)
    return f"label:{label.label_id}"


def test_a_program_finds_rules_and_counts(rae, risky):
    (due,) = rae("GET", "/reviews/due").json()["due"]
    assert f"label:{due['said']['name']}" == risky
    assert due["covered"]
    assert due["responses"] == []  # what may be harmful is not sent unasked
    assert rae("POST", f"/exposures/{risky}").json()["responses"]
    ruled = rae(
        "POST", f"/reviews/{risky}", json={"verdict": "exclude", "why": "unsafe", "cause": "human error"}
    )
    assert ruled.status_code == 200, ruled.text
    assert rae("GET", "/reviews/due").json()["waiting"] == 0
    assert rae("GET", "/reviews/counts").json()["causes"]["human error"] == 1


def test_an_hour_s_exposures_end_over_the_wire_too(rae, risky, asked):
    asked.home.settings.write_text("[review]\nexposures_per_hour = 1\n")
    facts = comparisons(1, first=90, track=Track.SAFETY)
    (comparison,) = (one for one in facts if isinstance(one, Comparison))
    second = Label(
        label_id="second",
        comparison_id=comparison.comparison_id,
        annotator_id="somebody",
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(0, 1),
        safety=(UNSAFE, SAFE),
    )
    asked.append("hone", *facts, second)
    assert rae("POST", f"/exposures/{risky}").status_code == 200
    refused = rae("POST", "/exposures/label:second")
    assert refused.status_code == 409
    assert "hour" in refused.json()["error"]
    seen = rae("GET", "/exposure").json()
    assert (seen["within_hour"], seen["limit"]) == (1, 1)


@pytest.mark.usefixtures("risky")
def test_the_figures_of_a_page_are_those_of_its_verb(rae, asked):
    quality = TypeAdapter(Quality).validate_json(rae("GET", "/quality").content)
    assert quality == look_at_quality(asked, RAE, LookAtQuality())
    safety = TypeAdapter(Safety).validate_json(rae("GET", "/safety").content)
    assert safety == look_at_safety(asked, RAE, LookAtSafety())
    assert safety.severities == {1: 1}


@pytest.mark.usefixtures("risky")
def test_the_audit_tells_a_program_of_a_judgement_and_not_what_it_says(rae):
    reply = rae("GET", "/audit")
    assert "Label" in {row["kind"] for row in reply.json()["rows"]}
    for words in ("ranks", "illicit", "Answer one"):
        assert words not in reply.text


def test_annotators_reach_nothing_of_it_but_what_was_sent_back_to_them(ask, rae, risky):
    for method, path, sent in (
        ("GET", "/reviews/due", None),
        ("GET", "/quality", None),
        ("GET", "/safety", None),
        ("GET", "/audit", None),
        ("GET", "/snapshots", None),
        ("POST", f"/exposures/{risky}", {}),
        ("POST", f"/reviews/{risky}", {"verdict": "confirm", "why": "mine"}),
        ("POST", f"/retractions/{risky}", {"why": "mine"}),
    ):
        reply = ask(method, path, json=sent)
        assert reply.status_code == 403, path
        assert "illicit" not in reply.text
    assert ask("GET", "/me/sent-back").json() == []
    back = {"verdict": "send back", "why": "look at the first again"}
    unseen = rae("POST", f"/reviews/{risky}", json=back)
    assert (unseen.status_code, "have not looked at them" in unseen.json()["error"]) == (409, True)
    assert ask("GET", "/me/sent-back").json() == []
    rae("POST", f"/exposures/{risky}")
    rae("POST", f"/reviews/{risky}", json=back)
    (back,) = ask("GET", "/me/sent-back").json()
    assert f"label:{back['label_id']}" == risky


def test_what_a_reviewer_read_they_are_asked_no_more(ask, rae, asked):
    *around, comparison = comparisons(1, first=80, track=Track.SAFETY)
    first_of_all = replace(comparison, priority=2000, overlap=3)
    said = Label(
        label_id="urgent",
        comparison_id=comparison.comparison_id,
        annotator_id="somebody",
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(0, 1),
        safety=(UNSAFE, SAFE),
        seconds=30,
    )
    asked.append("hone", *around, first_of_all, said)

    def questions(name):
        """The prompts that this reviewer is asked one after another, as they judge none of them."""
        while "lease_id" in (lease := ask("POST", "/leases", name, Role.REVIEWER).json()):
            yield lease["turns"][-1]["content"]
            ask("POST", f"/leases/{lease['lease_id']}/skip", name, Role.REVIEWER, json={"reason": "later"})

    assert next(questions("eve")) == "Question 80, turn 0"
    (due,) = rae("GET", "/reviews/due").json()["due"]
    assert due["said"]["comparison_id"] == comparison.comparison_id
    assert sorted(questions("rae")) == [f"Question {number}, turn 0" for number in range(6)]

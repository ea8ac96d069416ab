"""The Lineage page and its verb, without a browser."""

import json

import pytest
from descended import CHILD, descend
from small_homes import PATIENCE, POLICIES, person
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from annotate import app as composed
from annotate import ownership
from annotate.lineage_layout import MOST, layout
from store.errors import MissingError, NotAllowedError, RequestError
from store.lineage_graph import LABELS, Edge, Node
from store.messages import Actor
from store.records import Degree, Edit, Review, Role, SafetyLabel, Verdict
from store.verbs import look_at_lineage, spare, uncover
from store.verbs.roles import HONE
from store.verbs.tracing import LookAtLineage
from store.verbs.uncovering import Spare, Uncover


def look(store, thing="", actor=HONE, **more):
    return look_at_lineage(store, actor, LookAtLineage(thing=thing, **more))


def test_a_policy_is_followed_back_to_counted_labels_and_a_page_of_them(store):
    ids = descend(store)
    seen = look(store, f"policy:{CHILD[:5]}")
    assert seen.thing == f"policy:{CHILD}"
    assert (seen.labels, seen.people, seen.withdrawn, seen.matching) == (60, 1, 1, 60)
    labels, snapshot, *models, parent, child = seen.nodes
    assert (labels.name, labels.labels) == (LABELS, 60)
    assert (snapshot.labels, snapshot.withdrawn) == (60, 1)
    assert [one.about for one in models] == ["helpfulness", "safety"]
    assert (parent.name, parent.withdrawn, child.name, child.withdrawn) == (POLICIES[0], 0, CHILD, 1)
    assert set(seen.edges) == {
        Edge(before=LABELS, after=snapshot.name),
        *(Edge(before=snapshot.name, after=one.name) for one in models),
        *(Edge(before=one.name, after=CHILD) for one in (snapshot, *models, parent)),
    }
    assert len(seen.found) == 50
    assert {one.label_id for one in (*seen.found, *look(store, seen.thing, page=2).found)} == set(ids)


def test_a_label_is_followed_to_the_policies_that_it_shaped(store):
    first, second, *_ = descend(store, 5)
    seen = look(store, f"label:{second}")
    assert [one.name for one in seen.nodes if one.noun == "policy"] == [CHILD]
    assert (seen.labels, seen.people, seen.withdrawn) == (1, 1, 0)
    (snapshot,) = [one for one in seen.nodes if one.noun == "snapshot"]
    assert snapshot.labels == 1
    assert look(store, f"label:{first}").withdrawn == 1


def test_without_a_thing_it_is_the_policy_in_use_and_in_an_empty_home_a_sentence(store):
    with pytest.raises(MissingError, match="no policy yet"):
        look(store)
    descend(store, 2)
    assert look(store).thing == f"policy:{CHILD}"
    assert look(store, f"policy:{POLICIES[0]}").in_use == CHILD


@pytest.mark.parametrize(
    ("search", "matching"), [("", 30), ("ANA", 30), ("question 7, turn", 1), ("nobody", 0), ("%", 0)]
)
def test_labels_are_searched_by_annotator_and_prompt(store, search, matching):
    ids = descend(store, 30)
    seen = look(store, search=search, most=20)
    assert (seen.matching, len(seen.found)) == (matching, min(matching, 20))
    assert look(store, search=ids[3]).found[0].label_id == ids[3]
    past = look(store, search=search, page=3, most=20)
    assert (past.matching, past.found) == (matching, ())


def test_what_may_be_harmful_is_covered_until_one_looks_and_for_who_is_spared_it(store):
    ids = descend(store, 3)
    eve = person(store, "eve", Role.REVIEWER)
    marks = (SafetyLabel(safe=False, category="illicit", severity=1), SafetyLabel(safe=True))
    store.append("ana", Edit(label_id=ids[1], version=1, ranks=(1, 2), degree=Degree.BETTER, safety=marks))

    def row():
        return next(one for one in look(store, actor=eve).found if one.label_id == ids[1])

    def words():
        return {one.label_id for one in look(store, actor=eve, search="question 1, turn").found}

    assert (row().covered, row().about, words()) == (True, "", set())
    assert [one.covered for one in look(store, actor=eve).found] == [False, True, False]
    uncover(store, eve, Uncover(thing=f"label:{ids[1]}"))
    assert (row().covered, row().about[:10], words()) == (False, "Question 1", {ids[1]})
    assert next(
        one for one in look(store).found if one.label_id == ids[1]
    ).covered  # another's look is no look
    spare(store, eve, Spare(category="illicit"))
    assert (row().covered, row().about, words()) == (True, "", set())


def test_what_became_of_each_label_is_told_and_what_was_withdrawn_is_found(store):
    ids = descend(store, 6)
    said = {Verdict.OVERTURN: 1, Verdict.EXCLUDE: 2, Verdict.SEND_BACK: 3, Verdict.CONFIRM: 4}
    store.append(
        "eve",
        *(
            Review(review_id=f"r{at}", label_id=ids[at], reviewer_id="eve", verdict=verdict, why="seen")
            for verdict, at in said.items()
        ),
        Edit(label_id=ids[5], version=1, ranks=(2, 1), degree=Degree.BETTER),
    )
    became = {one.label_id: one.since for one in look(store).found}
    assert [became[one] for one in ids] == ["retracted", "overturn", "exclude", "send back", "", "edited"]
    only = look(store, withdrawn=True)
    assert ({one.label_id for one in only.found}, only.matching) == (set(ids[:4]), 4)
    assert look(store, withdrawn=True, search=ids[2]).matching == 1
    assert look(store, withdrawn=True, search=ids[5]).matching == 0


@pytest.mark.parametrize("thing", ["annotator:ana", "prompt:{}", "label:{}"])
def test_a_things_own_labels_are_counted_searched_and_found_in_what_was_frozen(store, thing):
    ids = descend(store, 5)
    with store.reading() as db:
        (asked,) = db.execute(
            "select prompt_id from labels join comparisons using (comparison_id) where label_id = ?", [ids[2]]
        ).fetchone()
    seen = look(store, thing.format(asked if thing.startswith("prompt") else ids[2]))
    own = set(ids) if thing.startswith("annotator") else {ids[2]}
    assert {one.label_id for one in seen.found} == own
    assert (seen.labels, seen.matching) == (len(own), len(own))
    assert {one.labels for one in seen.nodes if one.noun in {"label", "snapshot"}} == {len(own)}


def test_a_policy_of_no_labels_has_no_box_for_them(store):
    descend(store, 2)
    seen = look(store, f"policy:{POLICIES[0]}")
    assert ([one.noun for one in seen.nodes], seen.found, seen.matching) == (["policy"], (), 0)


def test_who_is_below_a_reviewer_sees_no_author_and_what_is_none_is_said(store):
    ana = Actor(annotator_id="zoe", name="zoe", role=Role.ANNOTATOR)
    descend(store, 2)
    with pytest.raises(NotAllowedError, match="role reviewer; zoe has the role annotator"):
        look(store, f"policy:{CHILD}", ana)
    with pytest.raises(RequestError, match="Expected label:ID"):
        look(store, "<b>")
    with pytest.raises(MissingError, match="no policy whose id begins with zz"):
        look(store, "policy:zz")


def test_over_the_api_it_is_the_same_and_a_bad_page_is_refused(store):
    descend(store, 3)
    tenure = ownership.Tenure(store)
    with ownership.served(tenure, "http://127.0.0.1:8501"):
        served = Starlette(routes=composed.routes(tenure), middleware=composed.middleware(store))
        with TestClient(served, base_url="http://127.0.0.1:8501") as client:

            def ask(body, token=tenure.owner.token):
                headers = {"authorization": f"Bearer {token}"}
                return client.post("/api/verbs/look_at_lineage", content=json.dumps(body), headers=headers)

            assert ask({"thing": f"policy:{CHILD}"}).json()["ok"]["labels"] == 3
            assert ask({"page": 0}).status_code == 422
            assert ask({}, "wrong").status_code == 401


def test_columns_are_centred_and_of_many_things_the_newest_are_drawn():
    nodes = [
        Node(noun="label", name=LABELS, labels=9),
        *(Node(noun="policy", name=f"p{at}", round=at) for at in range(MOST + 3)),
    ]
    drawing = layout(nodes, [Edge(before="p17", after="p18"), Edge(before="p0", after="p18")])
    assert (drawing.left_out, len(drawing.paths)) == (3, 1)
    assert [one.node.name for one in drawing.boxes][1] == "p3"
    labels, *policies = drawing.boxes
    assert 2 * labels.y == policies[0].y + policies[-1].y
    assert layout([], []).boxes == ()


def draw(store, who, locale):
    from unittest.mock import patch

    from small_homes import visit

    from annotate.pages import lineage
    from annotate.widgets import lineage_picture, reading

    with (
        patch.object(
            lineage_picture, "show", lambda name, drawing, told: [told(one) for one in drawing.boxes]
        ),
        patch.object(reading, "show", lambda key, parts, words: None),
    ):
        lineage.render(visit(store, who, locale))


def page(store, actor, thing="", locale="en"):
    app = AppTest.from_function(draw, args=(store, [actor], locale), default_timeout=PATIENCE)
    if thing:
        app.query_params["id"] = thing
    app = app.run()
    assert not app.exception
    return app


def test_the_page_is_for_reviewers_on(store):
    descend(store, 2)
    zoe = person(store, "zoe")
    assert [one.value for one in page(store, zoe).text] == [
        "This page takes the role Reviewer; you have the role Annotator."
    ]


def test_the_address_names_the_thing_and_what_is_typed_becomes_the_address(store):
    ids = descend(store, 4)
    eve = person(store, "eve", Role.REVIEWER)
    app = page(store, eve, f"label:{ids[2][:9]}")
    assert f"Lineage of Label {ids[2]}" in [one.value for one in app.text]
    assert [one.value for one in app.metric] == ["1", "1", "0", "0"]
    app = app.text_input[0].set_value("<b>nothing</b>").run()
    assert "<b>nothing</b>" in app.query_params["id"]
    assert any("got <b>nothing</b>." in one.value for one in app.text)


def test_the_page_speaks_german(store):
    descend(store, 2)
    app = page(store, person(store, "eve", Role.REVIEWER), "", "de")
    assert app.header[0].value == "Herkunft"
    assert "Ihre Urteile" in [one.value for one in app.subheader]

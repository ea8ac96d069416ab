import json

import pytest
from small_homes import PASSWORD, comparisons, person
from starlette.applications import Starlette
from starlette.testclient import TestClient

from annotate import app, ownership
from annotate.entrance import sign_in
from annotate.judging.surface_routes import LARGEST_DRAFT, RECENT
from store import drafts
from store.messages import Judgement, NextComparison, SubmitLabel
from store.records import SafetyLabel
from store.verbs import next_comparison, submit_label

OURS = {"X-Hone": "draft"}


@pytest.fixture
def browser(store):
    tenure = ownership.Tenure(store)
    served = Starlette(routes=app.routes(tenure), middleware=app.middleware(store))
    with TestClient(served, base_url="http://127.0.0.1:8501", follow_redirects=False) as client:
        yield client


@pytest.fixture
def signed_in(browser, ana):
    browser.get("/sign-in")
    form = {"name": "ana", "password": PASSWORD, "csrf": browser.cookies[sign_in.CSRF_COOKIE]}
    browser.post("/sign-in", data=form)
    return browser


def draft(**judgement):
    return json.dumps({"pair": "a pair", "judgement": judgement, "savedAt": 1.0})


def label(store, actor):
    lease = next_comparison(store, actor, NextComparison()).lease_id
    safe = SafetyLabel(safe=True)
    said = Judgement(ranks=(2, 1), degree=3, safety=(safe, safe))
    submit_label(store, actor, SubmitLabel(lease_id=lease, judgement=said))


def test_a_draft_is_kept_for_whoever_is_signed_in(store, ana, signed_in):
    assert signed_in.post("/drafts", content=draft(choice=3), headers=OURS).status_code == 204
    assert drafts.find(store.home, ana.annotator_id, "a pair").judgement == {"choice": 3}


def test_another_site_cannot_leave_a_draft(store, ana, signed_in):
    assert signed_in.post("/drafts", content=draft(choice=3)).status_code == 403
    assert drafts.find(store.home, ana.annotator_id, "a pair") is None


def test_a_draft_needs_a_sign_in(browser):
    assert browser.post("/drafts", content=draft(choice=3), headers=OURS).status_code == 401


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("x", 422),
        ("{}", 422),
        (draft(comment="x" * (LARGEST_DRAFT - 100)), 204),
        (draft(comment="x" * LARGEST_DRAFT), 413),
    ],
)
def test_what_is_no_draft_or_too_long_for_one_is_refused(signed_in, content, status):
    assert signed_in.post("/drafts", content=content, headers=OURS).status_code == status


def test_recent_labels_are_ones_own_and_the_newest_first(store, ana, signed_in):
    store.append("hone", *comparisons(RECENT + 3))
    for _ in range(RECENT + 1):
        label(store, ana)
    label(store, person(store, "ben"))
    listed = signed_in.get("/labels/recent?form=pair", headers=OURS).json()
    assert len(listed) == RECENT
    assert listed[0]["about"] == f"Question {RECENT}, turn 0"
    assert (listed[0]["said"]["ranks"], listed[0]["said"]["degree"]) == ([2, 1], 3)
    assert not any("policy" in key or "response" in key for key in listed[0] | listed[0]["said"])


def test_without_labels_the_list_is_empty_and_an_unknown_form_is_refused(signed_in):
    assert signed_in.get("/labels/recent?form=pair", headers=OURS).json() == []
    assert signed_in.get("/labels/recent?form=essay", headers=OURS).status_code == 422
    assert signed_in.get("/labels/recent?form=pair").status_code == 403

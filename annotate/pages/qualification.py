"""The test before a track: how one stands, the test on the surface that work has, and what was right in it.

The address says which test is open, the store how far it is; so a reload, a second tab and a restart go on.
"""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from annotate import address, links
from annotate.clock import local_day, local_time
from annotate.judging import examination, known_answers
from annotate.prose.escaping import plain
from annotate.visit import Visit
from annotate.widgets import reading
from store.errors import HoneError
from store.messages.qualifying import (
    BeginTest,
    ListStandings,
    NoTest,
    Obstacle,
    Outcome,
    ReadTestResult,
    ShownResult,
    ShownTest,
    Standing,
)
from store.records import Role, Track
from store.verbs import begin_test, list_standings, read_test_result


def render(visit: Visit, mounts: examination.Mounts = examination.MOUNTS) -> None:
    """Draws the open test, a result, or how one stands with each."""
    shown = _open_test(visit)
    if shown is not None:
        examination.render(visit, shown, mounts)
        return
    st.header(visit.words.text("frame.qualification"), anchor=False)
    result = _result(visit)
    if result is None:
        _overview(visit)
    else:
        _draw_result(visit, result)


def _open_test(visit: Visit) -> ShownTest | None:
    """The test that the address names, as long as it asks something."""
    named = address.test()
    if named not in set(Track):
        return None
    shown = begin_test(visit.store, visit.actor, BeginTest(track=Track(named)))
    if isinstance(shown, ShownTest) and shown.item is not None:
        return shown
    address.name_test(None, None if isinstance(shown, NoTest) else shown.test_id)
    return None


def _result(visit: Visit) -> ShownResult | None:
    """The result that the address names; None, and the reason in a toast, where it cannot be seen."""
    named = address.result()
    if named is None:
        return None
    try:
        return read_test_result(visit.store, visit.actor, ReadTestResult(test_id=named))
    except HoneError as error:
        address.name_test(None)
        st.toast(plain(visit.words.refusal(error)))
        return None


def _overview(visit: Visit) -> None:
    st.text(visit.words.text("qualification.intro"))
    for standing in list_standings(visit.store, visit.actor, ListStandings()):
        with st.container(border=True):
            _standing(visit, standing)


def _standing(visit: Visit, standing: Standing) -> None:
    """A track: what holds, what can be done about it, and the tests so far."""
    said = visit.words
    track = standing.track
    st.subheader(said.text(f"qualification.{track}"), anchor=False)
    st.text(_sentence(visit, standing))
    if standing.obstacle is Obstacle.TOO_FEW and visit.actor.role is not Role.ANNOTATOR:
        st.caption(said.text("qualification.too_few_reviewer", golds=standing.golds, items=standing.items))
    with st.container(horizontal=True, vertical_alignment="center"):
        if standing.obstacle is None:
            begun = standing.answered is not None
            words = said.text("qualification.go_on" if begun else "qualification.begin")
            st.button(words, key=f"begin {track}", type="primary", on_click=address.name_test, args=(track,))
            if begun:
                counts: dict[str, Any] = {"answered": standing.answered, "items": standing.items}
                st.caption(said.text("qualification.answered", **counts))
        elif standing.may_judge:
            links.show("/", said.text("qualification.to_work"))
        links.show(f"/guidelines?track={track}", said.text("qualification.to_guidelines"))
    for outcome in standing.outcomes:
        _past(visit, outcome)


def _sentence(visit: Visit, standing: Standing) -> str:
    needed = math.ceil(standing.items * standing.pass_mark - 1e-9)
    values: dict[str, Any] = {"items": standing.items, "needed": needed}
    if standing.retry_at is not None:
        values["when"] = local_time(standing.retry_at)
    return visit.words.text(f"qualification.{(standing.obstacle or READY).replace(' ', '_')}", **values)


READY = "ready"


def _past(visit: Visit, outcome: Outcome) -> None:
    said = visit.words
    name = "outcome_passed" if outcome.passed else "outcome_failed"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            said.text(
                f"qualification.{name}",
                day=local_day(outcome.ended_at),
                right=outcome.right,
                total=outcome.total,
                version=outcome.guideline_version,
            )
        )
        st.button(
            said.text("qualification.show_result"),
            key=f"result {outcome.test_id}",
            type="tertiary",
            on_click=address.name_test,
            args=(None, outcome.test_id),
        )


def _draw_result(visit: Visit, result: ShownResult) -> None:
    said, outcome = visit.words, result.outcome
    track = said.text(f"qualification.{result.track}")
    st.subheader(said.text("qualification.result_title", track=track), anchor=False)
    needed = math.ceil(outcome.total * result.pass_mark - 1e-9)
    name = "result_passed" if outcome.passed else "result_failed"
    values = {"right": outcome.right, "total": outcome.total, "needed": needed}
    st.text(said.text(f"qualification.{name}", **values))
    if not outcome.passed:
        _to_read(visit, result)
    with st.container(horizontal=True, vertical_alignment="center"):
        links.show("/qualification", said.text("qualification.back"))
        links.show(f"/guidelines?track={result.track}", said.text("qualification.to_guidelines"))
        if outcome.passed:
            links.show("/", said.text("qualification.to_work"))
    for number, one in enumerate(result.items, 1):
        title = said.text(
            "qualification.item_right" if one.passed else "qualification.item_missed", number=number
        )
        with st.expander(title, expanded=not one.passed):
            reading.show(f"item {number}", known_answers.parts(visit, one), said)


def _to_read(visit: Visit, result: ShownResult) -> None:
    """The guideline's parts that the missed items' reasons name, if they name any."""
    if not result.sections:
        st.text(visit.words.text("qualification.read_all"))
        return
    st.text(visit.words.text("qualification.read_sections"))
    for section in result.sections:
        st.text(f"– {section}")

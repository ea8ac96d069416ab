"""Audit: who said something here and when, row by row, and the report for an auditor. For reviewers; what was
said is an administrator's to read.
"""

from __future__ import annotations

import json
import re
from typing import Final

import pandas as pd
import streamlit as st

from annotate import session
from annotate.admission import admits
from annotate.clock import local_time
from annotate.visit import Visit
from annotate.words import Words
from store.audit_paper import page, sheet
from store.errors import HoneError
from store.records import Role
from store.verbs import make_audit_report, read_audit_log
from store.verbs.audit_log import AuditLog, ReadAuditLog
from store.verbs.auditing import AuditorsReport, MakeAuditReport

KINDS, ACTOR, SEARCH, BEFORE = "audit kinds", "audit actor", "audit search", "audit before"
LOOKED: Final = "audit looked"
LOOKS: Final = ("Sighting", "Exposure", "Lease")
"""Kinds that tell what somebody was shown, of which there are more than of all others."""
REPORT: Final = "audit report"
MOST: Final = 100
"""Rows on a page."""
WRITTEN: Final = frozenset({"why", "reason", "note", "verdict", "cause"})
DIGEST: Final = re.compile(r"[0-9a-f]{20,64}")
SHOWN: Final = 12
"""Letters of a hash that are shown."""


def render(visit: Visit) -> None:
    """Draws the page for a reviewer and those above; anybody else is told that it is not theirs."""
    said = visit.words
    st.header(said.text("frame.audit"), anchor=False)
    if not admits(visit, Role.REVIEWER):
        return
    st.caption(said.text("audit.means"))
    if visit.actor.role is not Role.ADMINISTRATOR:
        st.caption(said.text("audit.blind"))
    with st.container(border=True):
        _report(visit)
    try:
        seen = read_audit_log(visit.store, visit.actor, _request())
    except HoneError as error:
        st.text(said.refusal(error))
        return
    st.text(said.text("audit.head", count=said.figure(seen.head_seq), hash=seen.head_hash))
    _narrowing(said, seen)
    _rows(said, seen)


def _request() -> ReadAuditLog:
    kinds, actor, search = (session.typed(key) for key in (KINDS, ACTOR, SEARCH))
    return ReadAuditLog(
        before=session.kept(BEFORE, int),
        kinds=tuple(str(one) for one in kinds) if isinstance(kinds, list) else (),
        without=() if session.typed(LOOKED) else LOOKS,
        actor=actor if isinstance(actor, str) else "",
        search=search if isinstance(search, str) else "",
        most=MOST,
    )


def _report(visit: Visit) -> None:
    """Made on demand, for it looks at every label; then there to be taken along."""
    said = visit.words
    st.subheader(said.text("audit.report"), anchor=False)
    st.caption(said.text("audit.report_means"))
    made = session.kept(REPORT, AuditorsReport)
    with st.container(horizontal=True):
        st.button(said.text("audit.make"), key="make report", on_click=_make, args=(visit,))
        if made is not None:
            name = f"audit-{made.made_at:%Y-%m-%d}"
            st.download_button(said.text("audit.page"), page(made), f"{name}.html", "text/html", key="page")
            st.download_button(
                said.text("audit.tables"), sheet(made), f"{name}.csv", "text/csv", key="tables"
            )
    st.text(said.text("audit.verify"))


def _make(visit: Visit) -> None:
    present = visit.who()
    if present is not None:
        session.keep(REPORT, make_audit_report(visit.store, present, MakeAuditReport()))


def _narrowing(said: Words, seen: AuditLog) -> None:
    left, middle, right = st.columns((2, 1, 1), gap="medium")
    left.multiselect(said.text("audit.kinds"), list(seen.kinds), key=KINDS, on_change=_from_the_newest)
    middle.text_input(said.text("audit.actor"), key=ACTOR, autocomplete="off", on_change=_from_the_newest)
    right.text_input(said.text("audit.search"), key=SEARCH, autocomplete="off", on_change=_from_the_newest)

    st.checkbox(said.text("audit.looked"), key=LOOKED, on_change=_from_the_newest)


def _rows(said: Words, seen: AuditLog) -> None:
    if not seen.rows:
        st.text(said.text("audit.none"))
        return
    rows = [
        (str(one.seq), local_time(one.made_at), one.actor, one.kind, _told(one.fact), one.hash[:SHOWN])
        for one in seen.rows
    ]
    names = [said.text(f"audit.{name}") for name in ("seq", "when", "who", "kind", "fact", "hash")]
    st.dataframe(
        pd.DataFrame(rows, columns=names),
        hide_index=True,
        key="audit rows",
        alt=said.text("frame.audit"),
        column_config={said.text("audit.fact"): st.column_config.TextColumn(width="large")},
    )
    with st.container(horizontal=True):
        if session.kept(BEFORE, int) is not None:
            st.button(said.text("audit.newest"), key="newest", on_click=_from_the_newest)
        if len(seen.rows) == MOST:
            oldest = seen.rows[-1].seq
            st.button(said.text("audit.older"), key="older", on_click=session.keep, args=(BEFORE, oldest))


def _told(fact: str) -> str:
    """A fact's fields, such as `reason: spam, label_id: 1f3a…`: what people decided first, and ids cut."""
    told = json.loads(fact).items()
    fields = {name: value for name, value in told if name != "made_at" and value is not None}
    names = sorted(fields, key=lambda name: (name not in WRITTEN, name.endswith("_id")))
    return ", ".join(f"{name}: {_cut(fields[name])}" for name in names)


def _cut(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{text[:SHOWN]}…" if DIGEST.fullmatch(text) else text


def _from_the_newest() -> None:
    session.keep(BEFORE, None)

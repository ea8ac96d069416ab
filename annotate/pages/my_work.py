"""My work: what one did, how long it took, what is left and what agreement teaches; no points, no ranks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from annotate import links
from annotate.judging import answers, known_answers, own_words
from annotate.prose.escaping import plain
from annotate.visit import Visit
from annotate.widgets import charts, reading
from annotate.widgets.reading import Row
from store.own_work import Day
from store.records import Form
from store.verbs import list_own_labels, list_own_skips, list_own_writings, list_sent_back, my_work
from store.verbs.own_labels import Given, ListOwnLabels, ListOwnSkips, ListSentBack, Skipped
from store.verbs.own_work import Agreement, MyWork, OwnWork
from store.verbs.writing import ListOwnWritings, OwnWritings

DAYS = 30
PAGES = {Form.PAIR: "compare", Form.RANKING: "rank"}
"""Where a label of this form is edited."""


def render(visit: Visit) -> None:
    """Draws the page for the person who visits it."""
    # The browser counts how far UTC is ahead; the first run may not know.
    ahead = -(st.context.timezone_offset or 0)
    own = my_work(visit.store, visit.actor, MyWork(ahead=ahead, days=DAYS))
    writings = list_own_writings(visit.store, visit.actor, ListOwnWritings(most=50))
    skips = list_own_skips(visit.store, visit.actor, ListOwnSkips())
    st.header(visit.words.text("frame.my_work"), anchor=False)
    if not own.kinds:
        st.text(visit.words.text("my_work.nothing"))
        links.show("/compare", visit.words.text("my_work.to_work"))
    _sent_back(visit, list_sent_back(visit.store, visit.actor, ListSentBack()), ahead)
    _left(visit, own)
    if own.kinds:
        _done(visit, own)
        _agreement(visit, own)
        _missed(visit, own)
        _recent(visit, list_own_labels(visit.store, visit.actor, ListOwnLabels()), ahead)
    if skips:
        _skips(visit, skips, ahead)
    if writings.newest:
        _writings(visit, writings, ahead)


def _left(visit: Visit, own: OwnWork) -> None:
    """What is open, track by track; where a test stands before it, the way there."""
    said = visit.words
    numbers = [
        (said.text("my_work.left", track=said.text(f"my_work.{one.track}")), str(one.comparisons))
        if one.may_judge
        else (said.text(f"my_work.{one.track}"), said.text("my_work.unqualified"))
        for one in own.left
    ]
    if own.kinds:
        today = sum(day.labels for day in own.days if day.day == own.today.date())
        labels = sum(kind.labels for kind in own.kinds)
        numbers[:0] = [
            (said.text("my_work.labels"), said.figure(labels)),
            (said.text("my_work.today"), str(today)),
        ]
    for column, (name, value) in zip(st.columns(len(numbers)), numbers, strict=True):
        column.metric(name, value, border=True)
    if not all(one.may_judge for one in own.left):
        links.show("/qualification", said.text("my_work.to_test"))


def _done(visit: Visit, own: OwnWork) -> None:
    """The days as a chart, the kinds of work as a table."""
    said = visit.words
    st.subheader(said.text("my_work.done"), anchor=False)
    if own.days:
        st.caption(said.text("my_work.chart", days=DAYS))
        drawn = charts.by_day(_by_day(visit, own.days), said.text("my_work.unit"), DAYS)
        st.altair_chart(drawn, alt=_alt(visit, own.days))
    names = [said.text(f"my_work.{name}") for name in ("track", "form", "labels", "time", "median")]
    rows = [
        (
            said.text(f"my_work.{kind.track}"),
            said.text(f"my_work.{kind.form}"),
            kind.labels,
            own_words.duration(kind.seconds, said),
            own_words.duration(kind.median_seconds, said),
        )
        for kind in own.kinds
    ]
    st.dataframe(pd.DataFrame(rows, columns=names), hide_index=True, alt=said.text("my_work.done"))


def _by_day(visit: Visit, days: Sequence[Day]) -> pd.DataFrame:
    rows = [
        {"day": pd.Timestamp(day.day), "line": visit.words.text(f"my_work.{day.track}"), "value": day.labels}
        for day in days
    ]
    return pd.DataFrame(rows)


def _alt(visit: Visit, days: Sequence[Day]) -> str:
    """The chart in a sentence."""
    of_day: dict[str, int] = {}
    for day in days:
        of_day[day.day.isoformat()] = of_day.get(day.day.isoformat(), 0) + day.labels
    best = max(of_day, key=lambda name: of_day[name])
    total = sum(of_day.values())
    return visit.words.text("my_work.chart_alt", days=DAYS, total=total, day=best, most=of_day[best])


def _agreement(visit: Visit, own: OwnWork) -> None:
    said = visit.words
    st.subheader(said.text("my_work.agreement"), anchor=False)
    st.caption(said.text("my_work.agreement_help"))
    measures = {"others": own.others, "golds": own.golds, "repeats": own.repeats}
    for column, (name, found) in zip(st.columns(len(measures)), measures.items(), strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{said.text(f'my_work.{name}')}**")
            if found.share is not None:
                st.text(_likely(visit, found))
            st.caption(said.text(f"my_work.{name}_{'none' if found.share is None else 'some'}"))


def _likely(visit: Visit, found: Agreement) -> str:
    """The share with its interval and how much it is of."""
    said, share = visit.words, found.share
    assert share is not None  # noqa: S101  # only what was measured is said
    low, high = (said.figure(bound, ".0%") for bound in (share.low, share.high))
    return said.text(
        "my_work.likely", share=said.figure(share.value, ".0%"), count=found.count, low=low, high=high
    )


def _missed(visit: Visit, own: OwnWork) -> None:
    """Gold answers that were answered otherwise and can teach, with what is known and why."""
    said = visit.words
    if own.missed:
        st.subheader(said.text("my_work.missed"), anchor=False)
        st.caption(said.text("my_work.missed_help"))
    for number, one in enumerate(own.missed, 1):
        words = plain(own_words.about(one.turns[-1].content))
        with st.expander(said.text("my_work.missed_item", number=number, about=words)):
            reading.show(f"missed {number}", known_answers.parts(visit, one), said)
    if own.untaught:
        st.caption(said.text("my_work.untaught", n=own.untaught))


def _recent(visit: Visit, given: Sequence[Given], ahead: int) -> None:
    said = visit.words
    st.subheader(said.text("my_work.recent"), anchor=False)
    st.caption(said.text("my_work.recent_help"))
    heads = [*(said.text(f"my_work.{name}") for name in ("when", "track", "about", "said")), ""]
    reading.show("recent", [reading.table(heads, [_row(visit, one, ahead) for one in given])], said)


def _sent_back(visit: Visit, given: Sequence[Given], ahead: int) -> None:
    """What a reviewer wants to be said anew, before all else."""
    if not given:
        return
    said = visit.words
    st.subheader(said.text("my_work.sent_back"), anchor=False)
    st.caption(said.text("my_work.sent_back_help"))
    names = ("when", "track", "about", "said", "answer")
    heads = [*(said.text(f"my_work.{name}") for name in names), ""]
    rows = [_row(visit, one, ahead, one.sent_back or "") for one in given]
    reading.show("sent back", [reading.table(heads, rows)], said)


def _row(visit: Visit, one: Given, ahead: int, *more: str) -> Row:
    """A label with the way to change it, where it can be changed."""
    said = visit.words
    return Row(
        cells=(
            own_words.moment(one.made_at, ahead),
            said.text(f"my_work.{one.track}"),
            own_words.about(one.about),
            own_words.judgement(one, said),
            *more,
        ),
        address=f"/{PAGES[one.form]}?label={one.label_id}" if one.can_change and not one.in_chat else "",
        words=said.text("my_work.edit"),
    )


def _skips(visit: Visit, skips: Sequence[Skipped], ahead: int) -> None:
    said = visit.words
    st.subheader(said.text("my_work.skips"), anchor=False)
    names = [said.text(f"my_work.{name}") for name in ("when", "track", "about", "kind", "reason", "answer")]
    rows = [
        (
            own_words.moment(one.made_at, ahead),
            said.text(f"my_work.{one.track}"),
            own_words.about(one.about),
            said.text("my_work.flagged" if one.flagged else "my_work.skipped"),
            answers.told(one.reason, said),
            one.answer or "",
        )
        for one in skips
    ]
    st.dataframe(pd.DataFrame(rows, columns=names), hide_index=True, alt=said.text("my_work.skips"))


def _writings(visit: Visit, own: OwnWritings, ahead: int) -> None:
    said = visit.words
    st.subheader(said.text("my_work.writings"), anchor=False)
    counts = {"demonstrations": own.demonstrations, "prompts": own.prompts}
    st.caption(said.text("my_work.counts", **counts))
    names = [said.text(f"my_work.{name}") for name in ("when", "kind", "prompt", "response")]
    rows = [
        (
            own_words.moment(one.made_at, ahead),
            said.text(f"my_work.{one.kind}"),
            own_words.about(one.prompt),
            own_words.about(one.response or ""),
        )
        for one in own.newest
    ]
    st.dataframe(pd.DataFrame(rows, columns=names), hide_index=True, alt=said.text("my_work.writings"))
    links.show("/write", said.text("my_work.to_write"))

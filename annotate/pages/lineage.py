"""From a label to the policies that it shaped, and from a policy back to its labels. For reviewers.

A picture first, whose boxes are links; the same as a list; then the labels, searched and a page at a time.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from annotate import lineage_things, links, session
from annotate.admission import admits
from annotate.clock import local_time
from annotate.judging import own_words
from annotate.lineage_layout import Box, layout
from annotate.links import ADDRESS
from annotate.visit import Visit
from annotate.widgets import lineage_picture, reading
from annotate.widgets.reading import Row
from annotate.words import Words
from store.errors import HoneError
from store.lineage_graph import LABELS, Node
from store.lineage_labels import LabelFound
from store.records import Role
from store.verbs import look_at_lineage
from store.verbs.tracing import LineageSeen, LookAtLineage

CARDS: Final = frozenset({Role.ENGINEER, Role.ADMINISTRATOR})
"""Who may read a policy's card."""
THING: Final = "lineage thing"
SEARCH: Final = "lineage search"
WITHDRAWN: Final = "lineage withdrawn"
PAGE: Final = "lineage page"
MOST: Final = 50
"""Labels on a page."""


def render(visit: Visit) -> None:
    """Draws the page for a reviewer and those above; anybody else is told that it is not theirs."""
    said = visit.words
    st.header(said.text("frame.lineage"), anchor=False)
    if not admits(visit, Role.REVIEWER):
        return
    asked = st.query_params.get(ADDRESS, "")
    st.text_input(
        said.text("lineage.thing"),
        asked,
        key=THING,
        placeholder="policy:…",
        help=said.text("lineage.thing_help"),
        autocomplete="off",
        on_change=_another,
        width=520,
    )
    try:
        seen = look_at_lineage(visit.store, visit.actor, _request(asked))
    except HoneError as error:
        st.text(said.refusal(error))  # as text: it says what stands in the address
        return
    _counts(said, seen)
    _picture(said, seen)
    _things(visit, seen)
    _labels(said, seen)


def _another() -> None:
    """What was typed becomes the address, so that it can be sent to somebody."""
    typed = session.typed(THING)
    st.query_params[ADDRESS] = typed.strip() if isinstance(typed, str) else ""
    session.begin_anew(PAGE)
    session.begin_anew(SEARCH)
    session.begin_anew(WITHDRAWN)


def _request(thing: str) -> LookAtLineage:
    search, page = session.typed(SEARCH), session.typed(PAGE)
    return LookAtLineage(
        thing=thing.strip(),
        search=search if isinstance(search, str) else "",
        withdrawn=bool(session.typed(WITHDRAWN)),
        page=page if isinstance(page, int) else 1,
        most=MOST,
    )


def _counts(said: Words, seen: LineageSeen) -> None:
    noun, _, name = seen.thing.partition(":")
    st.text(said.text("lineage.of", noun=said.text(f"lineage.{lineage_things.key(noun)}"), id=name))
    told = {
        "labels": seen.labels,
        "people": seen.people,
        "withdrawn": seen.withdrawn,
        "edited": seen.edited,
    }
    for column, (word, count) in zip(st.columns(len(told)), told.items(), strict=True):
        column.metric(said.text(f"lineage.{word}"), said.figure(count), border=True)


def _picture(said: Words, seen: LineageSeen) -> None:
    drawing = layout(seen.nodes, seen.edges)
    here = seen.thing.partition(":")[2]

    def told(box: Box) -> dict[str, Any]:
        return {
            "lines": _lines(said, box.node),
            "address": ""
            if box.node.name == LABELS
            else lineage_things.address(box.node.noun, box.node.name),
            "marked": bool(box.node.withdrawn),
            "here": box.node.name == here,
        }

    lineage_picture.show(said.text("lineage.picture"), drawing, told)
    st.caption(said.text("lineage.picture_means"))
    if drawing.left_out:
        st.caption(said.text("lineage.not_drawn", count=drawing.left_out))


def _lines(said: Words, node: Node) -> list[str]:
    """What stands in a thing's box."""
    if node.name == LABELS:
        return [
            said.text("lineage.all_labels", count=said.figure(node.labels or 0)),
            lineage_things.since(said, node),
        ]
    noun, *about = lineage_things.what(said, node)
    if node.labels is not None:
        about = [said.text("lineage.holds", count=said.figure(node.labels))]
    return [noun, " · ".join(about), node.name[:12]]


def _things(visit: Visit, seen: LineageSeen) -> None:
    """All of them as a list, which the picture may not be."""
    said = visit.words
    table = lineage_things.table(said, seen)
    if table is not None:
        reading.show("things", [table], said)
    noun, _, name = seen.thing.partition(":")
    if noun == "label":
        links.show(links.to("review", seen.thing), said.text("lineage.to_review"))
    if noun == "policy" and visit.actor.role in CARDS:
        links.show(links.to("policies", name), said.text("lineage.to_card"))


def _labels(said: Words, seen: LineageSeen) -> None:
    """The labels that the search finds, a page at a time."""
    st.subheader(said.text("lineage.its_labels"), anchor=False)
    if not seen.labels:
        st.text(said.text("lineage.no_labels"))
        return
    st.text_input(
        said.text("lineage.search"),
        key=session.key(SEARCH),
        autocomplete="off",
        width=520,
        on_change=_from_the_start,
    )
    st.checkbox(said.text("lineage.only_withdrawn"), key=session.key(WITHDRAWN), on_change=_from_the_start)
    st.caption(
        said.text("lineage.matching", matching=said.figure(seen.matching), labels=said.figure(seen.labels))
    )
    rows = [_row(said, one) for one in seen.found]
    if rows:
        heads = [
            said.text(f"lineage.{name}") for name in ("given", "by", "track", "round", "prompt", "since")
        ]
        reading.show("labels", [reading.table([*heads, ""], rows)], said)
    pages = max(1, -(-seen.matching // MOST))
    if pages > 1:
        st.pagination(pages, key=session.key(PAGE))


def _from_the_start() -> None:
    session.begin_anew(PAGE)


def _row(said: Words, one: LabelFound) -> Row:
    return Row(
        cells=(
            local_time(one.made_at),
            one.annotator,
            said.text(f"lineage.{one.track.value}"),
            str(one.round),
            said.text("lineage.covered") if one.covered else own_words.about(one.about),
            said.text(f"lineage.since_{one.since.replace(' ', '_')}") if one.since else "–",
        ),
        address=lineage_things.address("label", one.label_id),
        words=said.text("lineage.follow"),
    )

"""Below the desk: what reviewers are exposed to and spared, what made labels wrong, what looking finds."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from annotate import review_words, session
from annotate.clock import local_time
from annotate.pressing import act, tell
from annotate.visit import Visit
from annotate.widgets import charts
from annotate.words import Words
from store.messages import Actor
from store.verbs import count_reviews, spare
from store.verbs.review_counts import CountReviews, ReviewCounts
from store.verbs.uncovering import ExposureSeen, Spare

PAGE: Final = "review figures"
SPARED: Final = "spared categories"


def draw(visit: Visit, exposure: ExposureSeen) -> None:
    """Draws all three."""
    said = visit.words
    found = count_reviews(visit.store, visit.actor, CountReviews())
    tell(PAGE)
    left, middle, right = st.columns((3, 3, 4), gap="medium")
    with left.container(border=True, height="stretch"):
        _exposure(visit, exposure)
    with middle.container(border=True, height="stretch"):
        _causes(said, found)
    with right.container(border=True, height="stretch"):
        _outcomes(said, found)


def _exposure(visit: Visit, seen: ExposureSeen) -> None:
    said = visit.words
    st.subheader(said.text("review.exposure"), anchor=False)
    st.text(said.text("review.room", within=seen.within_hour, limit=seen.limit))
    if seen.again_at is not None:
        st.text(said.text("review.pause", time=local_time(seen.again_at)))
    st.multiselect(
        said.text("review.spare"),
        seen.categories,
        default=list(seen.spared),
        key=SPARED,
        on_change=_spare,
        args=(visit, frozenset(seen.spared)),
    )
    st.caption(said.text("review.spare_means"))


def _spare(visit: Visit, before: frozenset[str]) -> None:
    """Keeps each category that was added or taken away."""
    chosen = session.typed(SPARED)
    wanted = {str(one) for one in chosen} if isinstance(chosen, list) else set[str]()

    def do(actor: Actor) -> str:
        for category in sorted(wanted ^ before):
            spare(visit.store, actor, Spare(category=category, spared=category in wanted))
        return visit.words.text("review.spared_now")

    act(visit, PAGE, do)


def _causes(said: Words, found: ReviewCounts) -> None:
    st.subheader(said.text("review.causes"), anchor=False)
    if not any(found.causes.values()):
        st.text(said.text("review.causes_none"))
        return
    rows = [
        {"name": review_words.cause(said, cause), "count": count} for cause, count in found.causes.items()
    ]
    told = ", ".join(f"{row['name']} {row['count']}" for row in rows)
    drawn = charts.counts(pd.DataFrame(rows), said.text("review.causes_unit"))
    st.altair_chart(drawn, alt=said.text("review.causes_alt", told=told))


def _outcomes(said: Words, found: ReviewCounts) -> None:
    st.subheader(said.text("review.outcomes"), anchor=False)
    if not found.outcomes:
        st.text(said.text("review.outcomes_none"))
        return
    rows = [
        (
            review_words.reason(said, one.reason),
            said.figure(one.reviewed),
            said.text(
                "review.likely",
                share=said.figure(one.wrong.value, ".0%"),
                low=said.figure(one.wrong.low, ".0%"),
                high=said.figure(one.wrong.high, ".0%"),
            ),
        )
        for one in found.outcomes
    ]
    names = [said.text(f"review.{name}") for name in ("outcome", "reviewed", "wrong")]
    st.dataframe(
        pd.DataFrame(rows, columns=names), hide_index=True, key="outcomes", alt=said.text("review.outcomes")
    )

"""How the policies stand beside each other on the Policies page: the two axes, and ratings."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from annotate.policy_figures import judge_name
from annotate.visit import Visit
from annotate.widgets import standing_charts
from annotate.words import Words
from store import abreast
from store.ratings import Rating
from store.records import Judge
from store.verbs import look_at_ratings
from store.verbs.rating import LookAtRatings, RatingsSeen


def draw(visit: Visit) -> None:
    """Draws both; nothing where nothing was played."""
    said = visit.words
    seen = look_at_ratings(visit.store, visit.actor, LookAtRatings())
    names = {judge: judge_name(said, judge) for judge in Judge}
    axes, ratings = pd.DataFrame(abreast.axis_rows(seen, names)), rating_rows(said, seen)
    if axes.empty and ratings.empty:
        return
    left, right = st.columns(2, gap="medium")
    if not axes.empty:
        with left.container(border=True, height="stretch"):
            st.subheader(said.text("policy.axes"), anchor=False)
            drawn = standing_charts.two_axes(
                axes, said.text("policies.helpfulness"), said.text("policies.safety")
            )
            st.altair_chart(drawn, key="two axes", alt=said.text("policy.axes"))
            st.caption(said.text("policy.axes_mean"))
    if not ratings.empty:
        with right.container(border=True, height="stretch"):
            st.subheader(said.text("policy.ratings"), anchor=False)
            config = {name: st.column_config.TextColumn(name) for name in ratings.columns}
            st.dataframe(
                ratings, hide_index=True, column_config=config, key="ratings", alt=said.text("policy.ratings")
            )
            st.caption(said.text("policy.ratings_mean"))


def rating_rows(said: Words, seen: RatingsSeen) -> pd.DataFrame:
    """A row a judge and policy, the strongest first."""
    rows = [
        {
            said.text("policy.judge"): judge_name(said, one.judge),
            said.text("policy.round"): said.text("policy.round_unknown")
            if one.round is None
            else str(one.round),
            said.text("policy.elo"): _told(said, one.rating),
            said.text("policy.played"): said.figure(one.rating.games),
        }
        for one in abreast.ratings(seen)
    ]
    return pd.DataFrame(rows)


def _told(said: Words, rating: Rating) -> str:
    key = "policy.rating" if rating.is_bounded else "policy.rating_open"
    elo = rating.elo
    ends = {name: said.figure(getattr(elo, name), ".0f") for name in ("value", "low", "high")}
    return said.text(key, **ends)

"""The policies of the home, and how good the reward models are that they learned from. For engineers.

Annotators are named: an engineer may read each label with its annotator's name anyway. Whoever reviews labels
is not told what a model makes of them, lest they follow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from annotate import links, reward_panel, reward_verdict, session
from annotate.clock import local_time
from annotate.prose.escaping import plain
from annotate.visit import Visit
from annotate.words import Words
from store.records import RewardModel, Role
from store.verbs import look_at_policies
from store.verbs.appraising import LookAtPolicies, PoliciesSeen, PolicySeen

SEES: Final = frozenset({Role.ENGINEER, Role.ADMINISTRATOR})
ROUND: Final = "policies round"
SHORT: Final = 20
"""Letters of an id, by which `hone lineage` finds it too."""
WIDTHS: Final = {
    "policy": 175,
    "round": 70,
    "method": 90,
    "decided": 125,
    "labels": 165,
    "parents": 175,
    "made": 145,
    "why": 420,
}
"""Pixels of the columns."""
NUMBERS: Final = {"round", "labels"}


def render(visit: Visit) -> None:
    """Draws the page for an engineer or an administrator; anybody else is told that it is not theirs."""
    said = visit.words
    st.header(said.text("frame.policies"), anchor=False)
    if visit.actor.role not in SEES:
        least, own = (said.text(f"masthead.{role}") for role in (Role.ENGINEER, visit.actor.role))
        st.text(said.text("frame.not_yours", least=least, role=own))
        return
    chosen = session.typed(ROUND)
    asked = LookAtPolicies(round=chosen if isinstance(chosen, int) else None)
    seen = look_at_policies(visit.store, visit.actor, asked)
    if seen.policies:
        _policies(said, seen.policies)
    else:
        st.text(said.text("policies.none"))
    if seen.reward_models:
        _reward_models(said, seen)
    else:
        st.text(said.text("policies.no_models"))
        links.show("/rounds", said.text("policies.to_rounds"))


def _policies(said: Words, policies: Sequence[PolicySeen]) -> None:
    """Ids and reasons are cells of a table, which makes nothing of what they hold."""
    rows = [
        {
            "policy": one.policy_id[:SHORT],
            "round": str(one.round),
            "method": one.method,
            "decided": said.text(f"policies.{_decided(one)}"),
            "labels": "–" if one.labels is None else f"{one.labels:,}",
            "parents": ", ".join(parent[:SHORT] for parent in one.parents) or "–",
            "made": local_time(one.made_at),
            "why": " ".join(one.reasons),
        }
        for one in policies
    ]
    table = pd.DataFrame(rows)
    if not table["why"].any():
        table = table.drop(columns="why")
    columns = {
        name: st.column_config.TextColumn(
            said.text(f"policies.{name}"),
            width=WIDTHS.get(name),
            alignment="right" if name in NUMBERS else "left",
        )
        for name in table.columns
    }
    st.dataframe(
        table, hide_index=True, column_config=columns, key="policies", alt=said.text("policies.list")
    )


def _decided(one: PolicySeen) -> str:
    if one.in_use:
        return "in_use"
    return "promoted" if one.promoted else "refused"


def _reward_models(said: Words, seen: PoliciesSeen) -> None:
    """The model of the chosen round and track, then how the rounds went."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(said.text("policies.reward_models"), anchor=False)
        model = _chosen(said, seen)
    measured = {one.reward_model_id: one.results for one in seen.measured}
    results = measured.get(model.reward_model_id)
    reward_verdict.summary(said, model, results)
    if seen.training is not None:
        st.caption(plain(reward_verdict.trained(said, seen.training)))
    over_rounds = reward_panel.over_rounds(said, seen.reward_models)
    reward_panel.show(said, [*reward_panel.cards(said, model, results), over_rounds])


def _chosen(said: Words, seen: PoliciesSeen) -> RewardModel:
    """The reward model of the round and the track that are chosen: at first the newest, and helpfulness."""
    numbers = sorted({model.round for model in seen.reward_models}, reverse=True)
    st.selectbox(
        said.text("policies.round"),
        numbers,
        format_func=lambda number: said.text("policies.round_number", number=number),
        key=ROUND,
        width=160,
        label_visibility="collapsed",
    )
    in_order = sorted(seen.reward_models, key=lambda model: model.made_at)
    # The last one made stands for its track.
    of_track = {model.track.value: model for model in in_order if model.round == seen.round}
    track = st.segmented_control(
        said.text("policies.track"),
        sorted(of_track),
        default=min(of_track),
        required=True,
        format_func=lambda value: said.text(f"policies.{value}"),
        key=f"policies track {sorted(of_track)}",
        label_visibility="collapsed",
    )
    return of_track[track or min(of_track)]

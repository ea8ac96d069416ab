"""The policies of the home, and how good the reward models are that they learned from. For engineers.

Annotators are named: an engineer may read each label with its annotator's name anyway. Whoever reviews labels
is not told what a model makes of them, lest they follow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from annotate import (
    links,
    policy_decision,
    policy_panel,
    reward_panel,
    reward_verdict,
    session,
    standing_panel,
)
from annotate.admission import admits
from annotate.clock import local_time
from annotate.links import ADDRESS
from annotate.pressing import tell
from annotate.prose.escaping import plain
from annotate.visit import Visit
from annotate.words import Words
from store.records import RewardModel, Role
from store.verbs import look_at_policies
from store.verbs.appraising import LookAtPolicies, PoliciesSeen, PolicySeen

ROUND: Final = "policies round"
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
    if not admits(visit, Role.ENGINEER):
        return
    chosen = session.typed(ROUND)
    asked = LookAtPolicies(round=chosen if isinstance(chosen, int) else None)
    seen = look_at_policies(visit.store, visit.actor, asked)
    tell(policy_decision.PAGE)
    if seen.policies:
        chosen_id = _chosen_policy(said, seen.policies, _policies(said, seen.policies))
        standing_panel.draw(visit)
        if chosen_id is not None:
            policy_panel.draw(visit, chosen_id)
    else:
        st.text(said.text("policies.none"))
    if seen.reward_models:
        _reward_models(said, seen)
    else:
        st.text(said.text("policies.no_models"))
        links.show("/rounds", said.text("policies.to_rounds"))


def _policies(said: Words, policies: Sequence[PolicySeen]) -> int | None:
    """Ids and reasons are cells of a table, which makes nothing of what they hold. Which line was chosen."""
    rows = [
        {
            "policy": links.short(one.policy_id),
            "round": str(one.round),
            "method": one.method,
            "decided": said.text(f"policies.{_decided(one)}"),
            "labels": "–" if one.labels is None else said.figure(one.labels),
            "parents": ", ".join(links.short(parent) for parent in one.parents) or "–",
            "made": local_time(one.made_at),
            "why": _why(said, one),
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
    state = st.dataframe(
        table,
        hide_index=True,
        column_config=columns,
        # A line is chosen by its number, which stands for another policy once one comes on top.
        key=f"policies {len(policies)} {policies[0].policy_id}",
        alt=said.text("policies.list"),
        on_select="rerun",
        selection_mode="single-row",
    )
    return next(iter(state.selection.rows), None)


def _chosen_policy(said: Words, policies: Sequence[PolicySeen], line: int | None) -> str | None:
    """The policy whose card is read: of the line that was chosen, else the one that the address names."""
    if line is not None and line < len(policies):
        st.query_params[ADDRESS] = policies[line].policy_id
        return policies[line].policy_id
    asked = st.query_params.get(ADDRESS, "")
    ids = [one.policy_id for one in policies]
    found = [asked] if asked in ids else [one for one in ids if asked and one.startswith(asked)]
    if len(found) != 1:
        # As text: whatever stands in an address is not markup.
        st.text(said.text("policy.unknown", id=links.short(asked)) if asked else said.text("policy.choose"))
        return None
    return found[0]


def _decided(one: PolicySeen) -> str:
    if one.in_use:
        return "in_use"
    if one.promoted:
        return "promoted"
    return "withdrawn" if one.said else "refused"


def _why(said: Words, one: PolicySeen) -> str:
    """What people said of it, and else what its round had against it."""
    if one.said is None:
        return " ".join(one.reasons)
    return said.text("policies.said", name=one.said.name, why=one.said.why)


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

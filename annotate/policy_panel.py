"""One policy's card on the Policies page: what it came of, how it did, what it answers, whether it may."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from annotate import links, policy_decision
from annotate.clock import local_time
from annotate.policy_figures import (
    evaluation_rows,
    fault_lines,
    reading_lines,
    reward_rows,
    snapshot_rows,
    task_rows,
)
from annotate.prose.rendering import to_html
from annotate.visit import Visit
from annotate.widgets import reading
from annotate.words import Words
from store.samples import Sample
from store.verbs import look_at_policy, look_at_samples
from store.verbs.chat_facts import FOREIGN
from store.verbs.describing import LookAtPolicy, PolicyRecord
from store.verbs.sampling import LookAtSamples

ELSEWHERE: Final = frozenset({FOREIGN, "imported"})
"""Methods of policies whose weights are not in this home."""


def draw(visit: Visit, policy_id: str) -> None:
    """Draws the card. What people and models wrote stays text: ids and reasons are plain text or cells."""
    said = visit.words
    record = look_at_policy(visit.store, visit.actor, LookAtPolicy(policy=policy_id))
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="large")
        with left:
            _origin(said, record)
        with right:
            policy_decision.draw(visit, record)
        _results(said, record)
        _tasks(said, record)
        _data(said, record)
        _samples(visit, record)
        _settings(said, record)
        if record.policy.method not in ELSEWHERE:
            st.text(said.text("policy.export"))
            st.code(f"hone policy export {links.short(policy_id)} FOLDER", language=None)
            st.caption(said.text("policy.card_states"))


def _origin(said: Words, record: PolicyRecord) -> None:
    policy = record.policy
    st.subheader(said.text("policy.origin"), anchor=False)
    st.text(policy.policy_id)
    if not policy.parents:
        st.text(said.text("policy.begun"))
    else:
        told = {"round": policy.round, "method": policy.method, "made": local_time(policy.made_at)}
        st.text(said.text("policy.made", **told))
        for parent in policy.parents:
            links.show(links.to("policies", parent), said.text("policy.parent", id=links.short(parent)))
    links.show(links.to("lineage", f"policy:{policy.policy_id}"), said.text("policy.lineage"))


def _results(said: Words, record: PolicyRecord) -> None:
    st.subheader(said.text("policy.results"), anchor=False)
    rows = evaluation_rows(said, record)
    if not rows:
        st.text(said.text("policy.no_results"))
        return
    names = ("against", "judge", "win_rate", "games", "prompts")
    _table(said, names, rows, "policy results")
    st.caption(said.text("policy.results_mean"))
    for line in (*fault_lines(said, record), *reading_lines(said, record)):
        st.text(line)


def _tasks(said: Words, record: PolicyRecord) -> None:
    """Nothing where nobody ran any."""
    if not record.tasks:
        return
    st.subheader(said.text("policy.tasks"), anchor=False)
    names = ("task", "metric", "value", "samples_of_task", "few_shots", "asked", "task_version", "run")
    _table(said, names, task_rows(said, record), "policy tasks")
    st.caption(said.text("policy.tasks_mean"))


def _data(said: Words, record: PolicyRecord) -> None:
    st.subheader(said.text("policy.data"), anchor=False)
    if not record.snapshots:
        st.text(said.text("policy.no_data"))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        frozen = ("snapshot", "holds", "rows", "labels", "annotators", "signed")
        _table(said, frozen, snapshot_rows(said, record), "policy data")
    with right:
        rewards = ("reward_model", "track", "accuracy", "pairs")
        _table(said, rewards, reward_rows(said, record), "policy rewards")


def _table(said: Words, names: Sequence[str], rows: Sequence[Sequence[str]], key: str) -> None:
    """Everything is a cell of text, which makes nothing of what it holds."""
    heads = [said.text(f"policy.{name}") for name in names]
    config = {name: st.column_config.TextColumn(name) for name in heads}
    table = pd.DataFrame(rows, columns=heads)
    st.dataframe(table, hide_index=True, column_config=config, key=key, alt=", ".join(heads))


def _samples(visit: Visit, record: PolicyRecord) -> None:
    """Read from the store only once they are wanted: whoever reads them is asked about them no more."""
    said, policy_id = visit.words, record.policy.policy_id
    st.subheader(said.text("policy.samples"), anchor=False)
    if not record.policy.parents:
        st.text(said.text("policy.no_parent"))
        return
    st.caption(said.text("policy.samples_mean"))
    if not st.toggle(said.text("policy.show_samples"), key=f"samples {policy_id}"):
        return
    seen = look_at_samples(visit.store, visit.actor, LookAtSamples(policy=policy_id))
    if not seen.samples:
        st.text(said.text("policy.no_samples"))
        return
    reading.show(f"samples of {policy_id}", [_sample(said, one) for one in seen.samples], said)


def _sample(said: Words, one: Sample) -> reading.Part:
    turns = [(turn.role, to_html(turn.content, said.locale)) for turn in one.turns]
    texts = [to_html(text, said.locale) for text in (one.text, one.other_text)]
    track = said.text(f"policies.{one.track.value}")
    return reading.responses(
        turns, texts, [[said.text("policy.this_one"), track], [said.text("policy.its_parent")]]
    )


def _settings(said: Words, record: PolicyRecord) -> None:
    with st.expander(said.text("policy.settings")):
        if record.round is None:
            st.text(said.text("policy.no_settings"))
        else:
            st.code(_laid_out(record.round.settings), language="json")


def _laid_out(settings: str) -> str:
    """As many lines as there are settings; what is no JSON stays as it was kept."""
    try:
        return json.dumps(json.loads(settings), indent=2)
    except ValueError:
        return settings

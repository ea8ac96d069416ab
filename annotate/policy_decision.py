"""Whether a policy may answer people: what its round and people decided, and the way to decide anew."""

from __future__ import annotations

from typing import Final

import streamlit as st

from annotate import session
from annotate.clock import local_time
from annotate.pressing import act, typed
from annotate.visit import Visit
from store.messages import Actor
from store.verbs import promote_policy, withdraw_policy
from store.verbs.describing import PolicyRecord
from store.verbs.promoting import Promote, Withdraw

PAGE: Final = "policies"


def draw(visit: Visit, record: PolicyRecord) -> None:
    """Draws the decisions and a form; whoever sees the page may decide."""
    said, policy_id = visit.words, record.policy.policy_id
    st.subheader(said.text("policy.may_it"), anchor=False)
    st.text(said.text("policy.may" if record.policy.promoted else "policy.may_not"))
    if record.verdict is not None and record.refused:
        st.text(said.text("policy.refused", why=" ".join(record.verdict.reasons)))
    for one in record.said:
        word = "policy.promoted_by" if one.promoted else "policy.withdrawn_by"
        st.text(said.text(word, name=one.name, at=local_time(one.made_at), why=one.why))
    with st.form(f"decide {policy_id}", clear_on_submit=True):
        st.text_input(said.text("policy.why"), key=f"why {policy_id}", autocomplete="off")
        if record.refused and not record.policy.promoted:
            st.checkbox(said.text("policy.force"), key=f"force {policy_id}")
        word = "withdraw" if record.policy.promoted else "promote"
        st.form_submit_button(
            said.text(f"policy.{word}"), key=f"{word} {policy_id}", on_click=_decide, args=(visit, record)
        )


def _decide(visit: Visit, record: PolicyRecord) -> None:
    policy_id, promoted = record.policy.policy_id, record.policy.promoted
    why, force = typed(f"why {policy_id}"), bool(session.typed(f"force {policy_id}"))

    def do(actor: Actor) -> str:
        if promoted:
            done = withdraw_policy(visit.store, actor, Withdraw(policy=policy_id, why=why))
        else:
            done = promote_policy(visit.store, actor, Promote(policy=policy_id, why=why, force=force))
        return visit.words.text("policy.withdrawn" if promoted else "policy.promoted", in_use=done.in_use)

    act(visit, PAGE, do)

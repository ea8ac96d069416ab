"""What a reward model is worth, in a word: its numbers and its verdict on the Policies page, and how it was
trained. Knows no chart."""

from __future__ import annotations

import streamlit as st

from annotate import reward_figures as figures
from annotate.words import Words
from store.records import RewardModel
from store.reward_results import RewardResults
from store.verbs.appraising import RewardTraining


def summary(said: Words, model: RewardModel, results: RewardResults | None) -> None:
    """Draws what the model is worth in a word; where nothing but its accuracy is known, it says so."""
    if not model.held_out_pairs:
        st.text(said.text("policies.nothing_held_out"))
    elif results is None:
        known = figures.between(said, figures.held_out(model))
        st.text(said.text("policies.unmeasured", pairs=said.figure(model.held_out_pairs), **known))
    else:
        _metrics(said, results)
        st.text(_verdict(said, results))
        if remarks := _remarks(said, results):
            st.caption(remarks)


def trained(said: Words, training: RewardTraining) -> str:
    """With which settings the round's reward models were trained."""
    rank = "lora_none" if training.lora_rank == 0 else "lora_rank"
    known = {name: getattr(training, name) for name in RewardTraining.__slots__}
    if training.loss == "scaled":
        known["margin"] = "none"  # which that loss has, whatever is set
    adapters = said.text(f"policies.{rank}", rank=training.lora_rank)
    return said.text("policies.trained", adapters=adapters, **known)


def _metrics(said: Words, results: RewardResults) -> None:
    longer = results.baseline("longer")
    numbers = {
        "accuracy": figures.share_text(said, results.accuracy.value),
        "rule_longer": figures.share_text(said, longer.accuracy.value) if longer else "–",
        "error": said.figure(results.calibration_error, ".3f"),
        "held_out": said.figure(results.pairs),
        "training": said.figure(results.training_pairs),
    }
    for column, (name, value) in zip(st.columns(len(numbers)), numbers.items(), strict=True):
        column.metric(said.text(f"policies.{name}"), value, border=True)


def _verdict(said: Words, results: RewardResults) -> str:
    """How often it is right, and whether that is more than length alone explains."""
    known, longer = figures.between(said, results.accuracy), results.baseline("longer")
    over = results.over_longer
    if longer is None or over is None:
        return said.text("policies.alone", **known)
    verdict = "beats" if over.low > 0 else "loses" if over.high < 0 else "not_beats"
    return said.text(f"policies.{verdict}", longer=figures.share_text(said, longer.accuracy.value), **known)


def _remarks(said: Words, results: RewardResults) -> str:
    remarks = []
    if results.members > 1:
        remarks.append(said.text("policies.members", members=results.members))
    if results.truncated:
        remarks.append(said.text("policies.truncated", count=said.figure(results.truncated)))
    return " ".join(remarks)

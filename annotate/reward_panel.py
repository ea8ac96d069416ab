"""One reward model on the Policies page: each chart with its sentence and its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from annotate import reward_figures as figures
from annotate.widgets import reward_charts as charts
from annotate.words import Words
from store.records import RewardModel, Track
from store.reward_results import FEW_PAIRS, RewardResults, UnsafeFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A chart with what it says; `title` is the catalogue's name of it, `table` the figures behind it."""

    title: str
    means: str
    chart: charts.Drawn | None
    alt: str
    table: pd.DataFrame


def cards(said: Words, model: RewardModel, results: RewardResults | None) -> list[Card]:
    """All that there is to show of the model, in the order of the page."""
    if results is None or not results.pairs:
        return []
    return [card for make in CARDS if (card := make(said, model, results)) is not None]


def over_rounds(said: Words, models: Sequence[RewardModel]) -> Card:
    """How the accuracy went from round to round; of one round there is no line to draw."""
    table = figures.over_rounds(said, models)
    if table["round"].nunique() < 2:
        return Card(
            title="over_rounds",
            means=said.text("policies.over_rounds_one"),
            chart=None,
            alt=said.text("policies.over_rounds"),
            table=figures.rounds_table(said, models),
        )
    names = table["line"] + " " + table["round"].astype(str)
    return Card(
        title="over_rounds",
        means=_with_few(said, said.text("policies.over_rounds_means"), table),
        chart=charts.over_rounds(table, said.text("policies.round"), said.text("policies.accuracy")),
        alt=_described(said, "over_rounds", table.assign(name=names, share=table["rate"])),
        table=figures.rounds_table(said, models),
    )


def show(said: Words, every: Sequence[Card]) -> None:
    """Draws cards, two in a row; the last of an odd number has its row to itself."""
    for left in range(0, len(every), 2):
        row = every[left : left + 2]
        for column, card in zip(st.columns(len(row)), row, strict=True):
            with column:
                _show(said, card)


def _show(said: Words, card: Card) -> None:
    with st.container(border=True, height="stretch"):
        st.subheader(said.text(f"policies.{card.title}"), anchor=False)
        if card.chart is not None:
            st.altair_chart(card.chart, key=card.title, alt=card.alt)
        st.caption(card.means)
        if card.chart is None:
            st.dataframe(card.table, hide_index=True, key=f"{card.title} figures", alt=card.alt)
            return
        with st.expander(said.text("policies.figures"), key=f"{card.title} figures"):
            st.dataframe(card.table, hide_index=True, alt=card.alt)


def _described(said: Words, title: str, table: pd.DataFrame) -> str:
    """A chart of points in a sentence."""
    parts = [
        said.text("policies.alt_part", name=name, share=figures.share_text(said, share))
        for name, share in zip(table["name"], table["share"], strict=True)
    ]
    return said.text("policies.alt", title=said.text(f"policies.{title}"), parts=", ".join(parts))


def _by_degree(said: Words, _model: RewardModel, results: RewardResults) -> Card | None:
    rules = figures.rules(said, results)
    return _parts(said, "by_degree", results, rules, _agreement(said, results))


def _agreement(said: Words, results: RewardResults) -> str:
    """How far people agree, and what that allows."""
    if results.agreement is None:
        return said.text("policies.agreement_none")
    known = {"pairs": said.figure(results.agreement.pairs), **figures.between(said, results.agreement.agree)}
    if results.agreement.ceiling is None:
        return said.text("policies.agreement_low", **known)
    if not results.agreement.is_bound:
        return said.text("policies.agreement_open", **known)
    return said.text(
        "policies.agreement", ceiling=figures.share_text(said, results.agreement.ceiling), **known
    )


def _reliability(said: Words, _model: RewardModel, results: RewardResults) -> Card | None:
    if not results.reliability:
        return None
    table = figures.reliability(said, results.reliability)
    stated, right = (said.text(f"policies.{name}") for name in ("stated", "right"))
    names = table.assign(name=[figures.share_text(said, value) for value in table["stated"]])
    return Card(
        title="reliability",
        means=_with_few(
            said, said.text(f"policies.{figures.sureness(results)}", points=figures.off(said, results)), table
        ),
        chart=charts.reliability(table, stated, right),
        alt=_described(said, "reliability", names),
        table=figures.reliability_table(said, results.reliability),
    )


def _by_length(said: Words, _model: RewardModel, results: RewardResults) -> Card | None:
    return _parts(said, "by_length", results)


def _by_age(said: Words, _model: RewardModel, results: RewardResults) -> Card | None:
    return _parts(said, "by_age", results)


def _by_spread(said: Words, _model: RewardModel, results: RewardResults) -> Card | None:
    return _parts(said, "by_spread", results)


def _parts(
    said: Words, group: str, results: RewardResults, rules: pd.DataFrame | None = None, beside: str = ""
) -> Card | None:
    """A card of one of the ways to part the pairs, `beside` told with it; none where there are no parts."""
    parts = getattr(results, group)
    if not parts:
        return None
    heading = said.text("policies.degree" if group == "by_degree" else f"policies.{group}_axis")
    table = figures.points(said, group, parts)
    accuracy = said.text("policies.accuracy")
    across = figures.NO_RULES if rules is None else rules
    if len(parts) == 1 and across.empty:
        means, chart = said.text("policies.one_part", name=table["name"][0]), None
    else:
        means = _with_few(said, said.text(f"policies.{group}_means"), table)
        chart = charts.by_part(table, across, heading, accuracy)
    return Card(
        title=group,
        means=f"{means} {beside}".rstrip(),
        chart=chart,
        alt=_described(said, group, table),
        table=figures.part_table(said, group, parts, heading),
    )


def _with_few(said: Words, means: str, table: pd.DataFrame) -> str:
    """What a chart means, and why some of its points are faint, if any is."""
    few = (table["pairs"] < FEW_PAIRS).any()
    return f"{means} {said.text('policies.few', count=FEW_PAIRS)}" if few else means


def _unsafe(said: Words, model: RewardModel, results: RewardResults) -> Card | None:
    if model.track is not Track.SAFETY:
        return None
    found = results.unsafe_found
    return Card(
        title="unsafe",
        means=_found(said, found[0]) if found else said.text("policies.unsafe_none"),
        chart=None,
        alt=said.text("policies.unsafe"),
        table=figures.unsafe_table(said, found),
    )


def _found(said: Words, one: UnsafeFound) -> str:
    """What a gate on the stated certainty finds."""
    known = {"probability": said.figure(one.probability, ".0%"), "unsafe": said.figure(one.unsafe)}
    if one.precision is None:
        return said.text("policies.unsafe_not_found", **known)
    recall, precision = figures.share_text(said, one.recall), figures.share_text(said, one.precision)
    return said.text("policies.unsafe_means", recall=recall, precision=precision, **known)


def _by_annotator(said: Words, _model: RewardModel, results: RewardResults) -> Card | None:
    if not results.by_annotator:
        return None
    most_first = sorted(results.by_annotator, key=lambda part: -part.pairs)
    return Card(
        title="by_annotator",
        means=said.text("policies.by_annotator_means"),
        chart=None,
        alt=said.text("policies.by_annotator"),
        table=figures.part_table(said, "by_annotator", most_first, said.text("policies.annotator")),
    )


Make = Callable[[Words, RewardModel, RewardResults], Card | None]
CARDS: tuple[Make, ...] = (_by_degree, _reliability, _by_length, _by_age, _by_spread, _unsafe, _by_annotator)
"""In the order of the page."""

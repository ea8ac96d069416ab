"""Start rounds and watch them: the engineer's page. Everything on it is drawn again every two seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import streamlit as st

from annotate import figures, launch
from annotate.widgets import charts
from store import rounds
from store.database import Store
from store.errors import HoneError
from store.home import Home
from store.messages import Actor, CountHome
from store.rounds import Results, RoundProgress, StageProgress, State
from store.verbs import count_home

EVERY_SECONDS = 2
RESUMABLE = frozenset({State.STOPPED, State.FAILED})

MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")

STAGE_NAMES = {
    "snapshot": "Snapshot",
    "reward_helpfulness": "Helpfulness",
    "reward_safety": "Safety",
    "reject": "Rejection",
    "ppo": "PPO",
    "evaluate": "Evaluate",
    "promote": "Promote",
    "publish": "Publish",
}


Who = Callable[[], Actor | None]


def render(store: Store, actor: Actor, who: Who) -> None:
    """Draws the page for an engineer or an administrator; anybody else is told that it is not theirs.

    `who` is asked each time that it is drawn again and at each button: a sign-in can end meanwhile.
    """
    if actor.role not in launch.MAY_LAUNCH:
        st.error("This page takes the role engineer.")
        return
    st.fragment(_draw, run_every=EVERY_SECONDS)(store, who)


def _draw(store: Store, who: Who) -> None:
    actor = who()
    if actor is None or actor.role not in launch.MAY_LAUNCH:
        st.rerun()
    progress = rounds.progress(store.home)
    newest = progress[-1] if progress else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Rounds", anchor=False)
        _command(store.home, who, newest)
    _counts(store, actor, newest)
    if newest is None:
        with st.container(border=True):
            st.subheader("No round yet", anchor=False)
            st.write("A round learns from the labels so far, and its policy writes the next comparisons.")
    else:
        _newest(newest)
    _results(rounds.results(store.home))


def _command(home: Home, who: Who, newest: RoundProgress | None) -> None:
    """One button: start, resume or stop."""
    if newest and newest.state is State.RUNNING:
        stopping = launch.is_stopping(newest)
        label = "Stopping…" if stopping else f"Stop round {newest.round}"
        st.button(label, key="stop", on_click=_try, args=(launch.stop_round, home, who), disabled=stopping)
    elif launch.is_starting(home):
        st.button("Starting…", key="starting", disabled=True)
    else:
        label = f"Start round {newest.round + 1 if newest else 1}"
        if newest and newest.state in RESUMABLE:
            label = f"Resume round {newest.round}"
        st.button(label, key="start", type="primary", on_click=_try, args=(launch.start_round, home, who))


def _try(act: Callable[[Home, Actor], object], home: Home, who: Who) -> None:
    """Does what a button says before the page is drawn again, so that it shows what came of it."""
    actor = who()
    if actor is None:
        return  # whoever pressed it is signed out, as the page will say
    try:
        act(home, actor)
    except HoneError as error:
        st.toast(plain(str(error)))


def _counts(store: Store, actor: Actor, newest: RoundProgress | None) -> None:
    counts = count_home(store, actor, CountHome())
    failed = launch.failure(store.home)
    if failed and (newest is None or failed not in newest.message):  # the round says it below, if it could
        st.error(plain(failed))
    cards = {
        "Labels": counts.labels,
        "Open comparisons": counts.open_comparisons,
        "Policies": counts.policies,
        "Rounds finished": counts.rounds,
    }
    for column, (name, value) in zip(st.columns(len(cards)), cards.items(), strict=True):
        column.metric(name, f"{value:,}", border=True)


def _newest(newest: RoundProgress) -> None:
    """The newest round: its state, its stages, its curves."""
    with st.container(border=True):
        st.subheader(_headline(newest), anchor=False)
        if newest.state in RESUMABLE:
            st.warning(plain(newest.message))
        for column, stage in zip(st.columns(len(newest.stages)), newest.stages, strict=True):
            with column:
                _stage(stage, newest)
    drawn = [(curve, figures.curve_table(newest.metrics, curve)) for curve in figures.CURVES]
    drawn = [(curve, table) for curve, table in drawn if not table.empty]
    if drawn:
        for column, (curve, table) in zip(st.columns(len(drawn)), drawn, strict=True):
            with column.container(border=True):
                st.subheader(curve.title, anchor=False)
                st.altair_chart(charts.curve(table, curve.unit), key=f"curve {curve.title}")


def _headline(newest: RoundProgress) -> str:
    """Where the round stands, in a sentence."""
    if newest.state is State.RUNNING:
        stage = STAGE_NAMES.get(newest.stage, newest.stage)
        return f"Round {newest.round} is running. {stage}: {plain(newest.message)}"
    doing = {State.WAITING: "is about to begin", State.STOPPED: "is stopped", State.FAILED: "has failed"}
    return f"Round {newest.round} {doing.get(newest.state, 'is finished')}"


def _stage(stage: StageProgress, newest: RoundProgress) -> None:
    st.progress(min(max(stage.fraction, 0.0), 1.0), text=STAGE_NAMES.get(stage.name, stage.name))
    if stage.seconds is not None:
        st.caption(duration(stage.seconds))
    elif stage.state is State.RUNNING:
        st.caption(f"{stage.fraction:.0%}")
    else:
        st.caption("" if newest.state is State.RUNNING else stage.state.value)


def _results(results: Sequence[Results]) -> None:
    """What came of all rounds: two charts and the figures below them."""
    if not results:
        return
    wins = figures.rate_table(results, figures.WIN_RATES)
    faults = figures.rate_table(results, figures.FAULT_RATES)
    left, right = st.columns(2)
    with left.container(border=True):
        st.subheader("Win rate against the first policy, by round", anchor=False)
        st.altair_chart(charts.win_rates(wins), key="win rates")
    with right.container(border=True):
        st.subheader("Unsafe answers and false refusals, by round", anchor=False)
        st.altair_chart(charts.fault_rates(faults), key="fault rates")
    table = figures.results_table(results)
    figure = st.column_config.TextColumn(alignment="right")
    st.dataframe(table, hide_index=True, column_config=dict.fromkeys(table.columns, figure), key="results")


def duration(seconds: float) -> str:
    """Such as `8 s` or `2 min 5 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def plain(text: str) -> str:
    """Text on one line that Streamlit's Markdown makes nothing of: a round's message may quote anything."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))

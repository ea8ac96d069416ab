"""Start rounds and watch them: the engineer's page. Everything on it is drawn again every two seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from annotate import launch, links, monitor_panel, reports, rounds_panel, session, steward
from annotate.prose.escaping import plain
from annotate.visit import Visit
from store import rounds, scoreboard
from store.database import Store
from store.errors import HoneError
from store.home import Home
from store.messages import Actor, CountHome
from store.round_stages import called
from store.rounds import RoundProgress, StageProgress, State
from store.rule import words
from store.settings import SettingsError
from store.verbs import count_home

PAGE = "rounds"
SHOWN = "rounds shown"
NEWEST = 0
"""Stands for the newest round, whichever that is."""
EVERY_SECONDS = 2
RESUMABLE = frozenset({State.STOPPED, State.FAILED})

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


def render(visit: Visit) -> None:
    """Draws the page for an engineer or an administrator; anybody else is told that it is not theirs."""
    if visit.actor.role not in launch.MAY_LAUNCH:
        st.header("Rounds", anchor=False)
        st.text("Engineers start and watch rounds here.")
        # A link of Streamlit's own would open another tab.
        st.html('<a href="/" target="_self">Go to Compare</a>')
        return
    st.fragment(_draw, run_every=EVERY_SECONDS)(visit.store, visit.who)


def _draw(store: Store, who: Who) -> None:
    actor = who()
    if actor is None or actor.role not in launch.MAY_LAUNCH:
        st.rerun()
    if refused := session.kept(PAGE, str):
        st.toast(plain(refused))
        session.keep(PAGE, "")
    progress = rounds.progress(store.home)
    newest = progress[-1] if progress else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Rounds", anchor=False)
        links.show("/next-round", "Before the next round")
        if reports.newest(store.home):
            st.link_button("Report", reports.PATH)
        _command(store.home, who, newest)
    _counts(store, actor)
    _signature(store, newest)
    _newest(store.home, newest)
    _course(store.home, progress)
    rounds_panel.results(store.home, progress)


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
        session.keep(PAGE, str(error))  # told by the page: a button's own act may draw nothing


def _counts(store: Store, actor: Actor) -> None:
    counts = count_home(store, actor, CountHome())
    cards = {
        scoreboard.COLUMNS["labels"][0]: counts.labels,
        "Open comparisons": counts.open_comparisons,
        "Policies": counts.policies,
        "Rounds finished": counts.rounds,
    }
    for column, (name, value) in zip(st.columns(len(cards)), cards.items(), strict=True):
        column.metric(name, f"{value:,}", border=True)
    _rule(store.home, counts.new_labels)


def _rule(home: Home, new_labels: int) -> None:
    """What starts the next round, if not a person."""
    try:
        said = words(steward.rule(home), new_labels)
    except SettingsError as error:
        said = f"No round starts of itself: {error}"
    if said:
        st.caption(plain(said))


def _signature(store: Store, newest: RoundProgress | None) -> None:
    """Which signature the round waits for that learns next, whoever starts it."""
    if newest and newest.state is not State.FINISHED and newest.stages[0].state is State.FINISHED:
        return  # its labels are frozen
    with suppress(SettingsError):  # told where a round is started
        if said := steward.unsigned(store):
            st.caption(plain(said))


def _newest(home: Home, newest: RoundProgress | None) -> None:
    """The newest round: its state and its stages. A start that came to nothing says so here."""
    failed = launch.failure(home, newest)
    with st.container(border=True):
        st.subheader(_headline(newest, failed), anchor=False)
        # As text: in Markdown an address within would become a link.
        st.text(failed.replace("`", "") or _words(newest))
        if newest is not None:
            for column, stage in zip(st.columns(len(newest.stages)), newest.stages, strict=True):
                with column:
                    _stage(stage, newest)


def _course(home: Home, progress: Sequence[RoundProgress]) -> None:
    """How the newest round goes in curves, or how one before it went, whichever is chosen."""
    if not progress:
        return
    newest, *earlier = (one.round for one in reversed(progress))
    chosen = NEWEST
    if earlier:
        chosen = st.selectbox(
            "Round",
            [NEWEST, *earlier],  # whoever chose none sees the next one too, once it begins
            format_func=lambda number: f"Round {number or newest}",
            key=SHOWN,
            width=160,
            label_visibility="collapsed",
        )
    metrics = rounds.metrics(home.round(chosen or newest))
    monitor_panel.show(metrics)
    rounds_panel.curves(metrics)


def _headline(newest: RoundProgress | None, failed: str) -> str:
    """Where the rounds stand."""
    if newest is None:
        return "Round 1 could not start" if failed else "No round yet"
    if failed and newest.state is State.FINISHED:
        return f"Round {newest.round + 1} could not start"
    doing = {
        State.WAITING: "is about to begin",
        State.RUNNING: "is running",
        State.FINISHED: "is finished",
        State.STOPPED: "is stopped",
        State.FAILED: "has failed",
    }
    return f"Round {newest.round} {doing[newest.state]}"


def _words(newest: RoundProgress | None) -> str:
    """What there is to say of the newest round, without the marks of a terminal."""
    if newest is None:
        return "A round learns from the labels so far, and its policy writes the next comparisons."
    message = newest.message.replace("`", "")
    if newest.state is State.RUNNING:
        return f"{_called(newest, newest.stage)}: {message}"
    if newest.state is State.FINISHED:
        return newest.verdict.sentence if newest.verdict else ""
    return message


def _stage(stage: StageProgress, newest: RoundProgress) -> None:
    st.progress(min(max(stage.fraction, 0.0), 1.0), text=_called(newest, stage.name))
    if stage.seconds is not None:
        st.caption(duration(stage.seconds))
    elif stage.state is State.RUNNING:
        st.caption(f"{stage.fraction:.0%}")
    else:
        st.caption("" if newest.state is State.RUNNING else stage.state.value)


def _called(newest: RoundProgress, stage: str) -> str:
    return STAGE_NAMES.get(stage) or called(newest.method, stage)


def duration(seconds: float) -> str:
    """Such as `8 s` or `2 min 5 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from round_files import write_round
from small_homes import PATIENCE, comparisons, person
from streamlit.testing.v1 import AppTest

from annotate import figures, launch
from annotate.appearance import DARK, LIGHT
from annotate.pages.rounds import duration
from annotate.prose.escaping import plain
from annotate.widgets import charts
from store import monitor, processes, rounds
from store.colours import SERIES
from store.errors import NotAllowedError, RequestError
from store.home import Home
from store.records import Role, now
from store.rounds import State

WAITS = "import sys, time; print('began', sys.argv); time.sleep(60)"
IGNORES = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(0, flush=True); time.sleep(60)"
)
FAILS = "import sys; sys.exit('hone: Expected more labels; got 3.')"


@pytest.fixture
def rob(store):
    return person(store, "rob", Role.ENGINEER)


def page(store, actor):
    return page_of(store, [actor])


def page_of(store, who):
    """The page of whoever stands in `who`, as long as somebody does."""
    app = AppTest.from_function(draw, args=(store, who), default_timeout=PATIENCE).run()
    assert not app.exception
    return app


def draw(store, who):
    import streamlit as st
    from small_homes import visit

    from annotate.pages import rounds

    if who[0] is None:
        st.title("You are signed out")
    else:
        rounds.render(visit(store, who))


def words(app):
    return [element.value for element in (*app.header, *app.subheader)]


def buttons(app):
    return [button.label for button in app.button]


def ended(process_id):
    """Waits until the process is gone."""
    deadline = time.monotonic() + 30
    while processes.is_alive(process_id) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not processes.is_alive(process_id)


@pytest.fixture
def command(monkeypatch):
    """Lets the page start another program than a round."""

    def instead(script):
        monkeypatch.setattr(launch, "COMMAND", (sys.executable, "-c", script))

    return instead


@pytest.fixture
def launched(store):
    yield
    start = launch._started.pop(store.home.root, None)
    if start:
        start.process.kill()
        start.process.wait()


def test_without_rounds_the_page_says_what_a_round_is_and_offers_the_first(store, rob):
    app = page(store, rob)
    assert words(app) == ["Rounds", "No round yet"]
    assert buttons(app) == ["Start round 1"]


def test_labels_and_open_comparisons_are_counted(store, rob):
    store.append("hone", *comparisons(3))
    shown = {metric.label: metric.value for metric in page(store, rob).metric}
    assert (shown["Labels so far"], shown["Open comparisons"], shown["Policies"]) == ("0", "3", "2")


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
def test_other_roles_are_told_that_the_page_is_not_theirs(store, role):
    app = page(store, person(store, "zoe", role))
    assert [text.value for text in app.text] == ["Engineers start and watch rounds here."]
    assert not app.button
    assert not app.error


def test_a_running_round_shows_its_stages_and_can_be_stopped(store, rob):
    write_round(store.home, 1, state="running", stage="ppo", fraction=0.4)
    app = page(store, rob)
    assert "Round 1 is running" in words(app)
    assert app.text[0].value == "PPO: iteration 12 of 30"
    assert {
        "Reward while PPO runs",
        "Reward by distance",
        "Loss of the reward models",
        "What choosing among samples gains",
        "Temperatures that were tried",
    } <= set(words(app))
    assert "Chosen on the first prompts: temperature 1, 8 samples a prompt." in [
        caption.value for caption in app.caption
    ]
    assert buttons(app) == ["Stop round 1"]
    assert [caption.value for caption in app.caption][:5] == ["1 s", "44 s", "41 s", "1 min 13 s", "40%"]


def test_a_baseline_is_called_by_its_method_and_no_other_stage_of_another_is_shown(store, rob):
    write_round(store.home, 1, state="running", stage="baseline", fraction=0.25, method="dpo")
    app = page(store, rob)
    assert app.text[0].value == "DPO: iteration 12 of 30"
    shown = [bar.proto.text for bar in app.get("progress")]
    assert shown == ["Snapshot", "Helpfulness", "Safety", "DPO", "Evaluate", "Promote", "Publish"]


def test_a_reward_that_parts_from_the_oracle_is_told_and_drawn(store, rob):
    write_round(store.home, 1, state="running", stage="ppo", fraction=0.4)
    app = page(store, rob)
    (warning,) = app.warning
    said = "from iteration 6 to 12 the reward rose by 0.21 and the oracle fell by 0.21 deviations"
    assert plain(said) in warning.value
    stands = plain("the oracle changed by +0.02 (-0.08 to +0.12), not beyond chance.")
    assert any(stands in caption.value for caption in app.caption)
    assert any("Gao et al. 2022" in caption.value for caption in app.caption)
    shut = len(app.get("vega_lite_chart"))
    app.session_state["changes"] = True
    names = [markdown.value for markdown in app.run().markdown]
    assert {f"**{panel.title}**" for panel in monitor.PANELS} <= set(names)
    drawn = [one.proto for one in app.get("vega_lite_chart")]
    assert len(drawn) == shut + len(monitor.PANELS)
    small = [one for one in drawn if one.HasField("data")]  # the others hold theirs by name
    assert len(small) == len(monitor.PANELS)
    assert not any('"data"' in one.spec for one in small)
    assert all(". Last: " in one.alt for one in drawn)


def test_before_a_second_look_there_is_no_distance_to_draw(store, rob):
    write_round(store.home, 1, state="running", stage="ppo", fraction=0.1)
    file = store.home.round(1) / "metrics.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    first = next(place for place, line in enumerate(lines) if "held_out" in line)
    file.write_text("".join(lines[: first + 3]))
    app = page(store, rob)
    assert "Reward while PPO runs" in words(app)
    assert "Reward by distance" not in words(app)
    assert not app.warning


def test_how_a_round_went_can_be_seen_after_the_next_one_began(store, rob):
    write_round(store.home, 1)
    write_round(store.home, 2, state="running", stage="snapshot")
    (store.home.round(2) / "metrics.jsonl").unlink()
    app = page(store, rob)
    assert "Reward by distance" not in words(app)
    assert (app.selectbox[0].options, app.selectbox[0].index) == (["Round 2", "Round 1"], 0)
    app.selectbox[0].set_value(1).run()
    assert "Reward by distance" in words(app)
    write_round(store.home, 3, state="running", stage="snapshot")
    app.run()
    assert (app.selectbox[0].options, app.selectbox[0].value) == (["Round 3", "Round 2", "Round 1"], 1)


def test_a_start_that_is_refused_is_said_once(store, rob, command, launched):
    command(WAITS)
    app = page(store, rob)
    launch.start_round(store.home, rob)
    app.button[0].click().run()
    assert [toast.value for toast in app.toast] == [
        plain("A round is running on this home already; stop it or wait for it.")
    ]
    assert not app.run().toast


def test_many_rounds_show_their_figures_the_newest_first_and_offer_the_next(store, rob):
    for number in range(3):
        write_round(store.home, number)
    app = page(store, rob)
    assert buttons(app) == ["Start round 3"]
    table = app.dataframe[0].value
    assert list(table["Round"]) == ["2", "1", "0"]
    assert (table["Oracle win rate"][2], table["Labels so far"][0]) == ("50.0%", "2,400")
    assert table["Oracle win rate"][0] == "75.9% (71.9% to 79.9%)"
    assert "Win rate against the first policy" in words(app)
    told = [one.proto.alt for one in app.get("vega_lite_chart")]
    assert any("Win rate against the first policy. Last: Oracle 0.759" in one for one in told)
    assert "KL is from the first policy" in app.caption[-1].value


def test_every_round_says_whether_its_policy_was_promoted_and_why_not(store, rob):
    drift = "It is 30.0 nats from the first policy; 25.0 are allowed."
    for number in range(3):
        write_round(store.home, number, reasons=(drift,) if number == 1 else ())
    app = page(store, rob)
    assert list(app.dataframe[0].value["Policy"]) == ["Promoted", "Not promoted", "–"]
    newest, refused = (text.value for text in app.text)
    assert newest.startswith("Promoted: ")
    assert refused == f"Round 1. Not promoted; the policy before it stays. {drift}"


def test_a_note_on_a_promoted_policy_is_told_once(store, rob):
    note = "By the oracle its false refusals rose from 0.0% to 4.3% of 46 prompts, not beyond chance."
    for number in range(4):
        write_round(store.home, number, notes=(note,) if number in {1, 3} else ())
    newest, before = (text.value for text in page(store, rob).text)
    assert newest.startswith("Promoted: ")
    assert before.startswith("Round 1. Promoted: ")
    assert newest.endswith(note)
    assert before.endswith(note)


@pytest.mark.parametrize("lines", [["Oracle", "Reward model"], ["Reward, trained against", "Oracle"]])
def test_a_judge_has_the_report_s_colour_on_the_page(lines):
    domain, legend = (charts.line(lines).to_dict()[part] for part in ("scale", "legend"))
    for theme, kind in ((LIGHT, "light"), (DARK, "dark")):
        drawn = [theme["chartCategoricalColors"][domain["domain"].index(line)] for line in lines]
        assert drawn == [getattr(SERIES[line], kind) for line in lines]
    assert legend["values"] == lines


@pytest.mark.parametrize(("state", "word"), [("stopped", "is stopped"), ("failed", "has failed")])
def test_a_round_that_ended_early_says_why_and_offers_to_resume(store, rob, state, word):
    write_round(
        store.home,
        1,
        state=state,
        stage="ppo",
        message="See https://x.y: *not* finite. `hone round` resumes.",
    )
    app = page(store, rob)
    assert f"Round 1 {word}" in words(app)
    assert [text.value for text in app.text] == ["See https://x.y: *not* finite. hone round resumes."]
    assert not app.markdown
    assert buttons(app) == ["Resume round 1"]


def test_the_button_starts_a_process_for_this_home_and_a_second_one_is_refused(store, rob, command, launched):
    command(WAITS)
    app = page(store, rob)
    app.button[0].click().run()
    assert buttons(app) == ["Starting…"]
    started = launch._started[store.home.root].process.pid
    assert os.getsid(started) == started  # it outlives the server
    assert os.getpriority(os.PRIO_PROCESS, started) >= launch.NICENESS
    with pytest.raises(RequestError, match="running"):
        launch.start_round(store.home, rob)


def test_of_two_who_start_a_round_in_the_same_instant_one_is_refused(store, rob, command, launched):
    command(WAITS)
    both = threading.Barrier(2)

    def start(_):
        both.wait()
        try:
            return launch.start_round(store.home, rob)
        except RequestError:
            return None

    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(start, range(2))].count(None) == 1


@pytest.mark.parametrize("stays", [None, Role.ANNOTATOR])
def test_whoever_is_signed_out_or_demoted_meanwhile_starts_nothing(store, rob, command, launched, stays):
    command(WAITS)
    who = [rob]
    app = page_of(store, who)
    who[0] = stays and replace(rob, role=stays)
    app.button[0].click().run()
    assert store.home.root not in launch._started
    assert not app.button


def test_a_start_that_fails_shows_its_last_words(store, rob, command, launched):
    command(FAILS)
    assert ended(launch.start_round(store.home, rob))
    app = page(store, rob)
    assert words(app)[1] == "Round 1 could not start"
    assert [text.value for text in app.text] == ["Expected more labels; got 3."]


def test_a_resumption_that_fails_at_once_says_why_and_not_what_was_said_before(store, rob, command, launched):
    write_round(store.home, 1, state="stopped", message="It was stopped.")
    command(FAILS)
    assert ended(launch.start_round(store.home, rob))
    assert [text.value for text in page(store, rob).text] == ["Expected more labels; got 3."]


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_what_a_round_says_itself_is_not_said_twice(store, rob, command, launched, state):
    command(FAILS)
    assert ended(launch.start_round(store.home, rob))
    words = "Expected more labels; got 3. It resumes at this stage."
    write_round(store.home, 1, state=state, message=words, updated_at=now().isoformat())
    assert [text.value for text in page(store, rob).text] == [words]


def test_a_line_of_the_sweep_is_a_temperature_and_its_points_are_numbers_of_samples(tmp_path):
    write_round(Home(tmp_path), 1, state="running", stage="ppo")
    metrics = rounds.metrics(Home(tmp_path).round(1))
    swept = figures.sweep_table(metrics)
    assert list(swept["line"].unique()) == ["0.7", "1", "1.3"]
    assert list(swept[swept["line"] == "1.3"]["step"]) == list(range(1, 17))
    drawn = {curve.title: table for curve, table in figures.drawn(metrics)}
    assert set(drawn["What choosing among samples gains"]["line"]) == {"Best", "Median"}


def test_stop_asks_the_round_s_process_to_end(store, rob, command, launched):
    command(WAITS)
    process_id = launch.start_round(store.home, rob)
    write_round(store.home, 1, state="running", stage="ppo", pid=process_id)
    launch.stop_round(store.home, rob)
    assert ended(process_id)
    assert rounds.progress(store.home)[0].state is State.STOPPED


def test_a_round_that_was_asked_to_stop_is_stopping_until_it_ends(store, rob, command, launched):
    command(IGNORES)
    process_id = launch.start_round(store.home, rob)
    write_round(store.home, 1, state="running", stage="ppo", pid=process_id)
    app = page(store, rob)
    app.button[0].click().run()
    assert [(button.label, button.disabled) for button in app.button] == [("Stopping…", True)]


def test_annotators_can_neither_start_nor_stop(store, ana):
    for act in (launch.start_round, launch.stop_round):
        with pytest.raises(NotAllowedError, match="engineer"):
            act(store.home, ana)


def test_there_is_nothing_to_stop_where_nothing_runs(store, rob):
    with pytest.raises(RequestError, match="nothing to stop"):
        launch.stop_round(store.home, rob)


def test_a_message_of_several_lines_is_no_heading_and_no_list():
    assert plain("Expected\n===\n1. less &amp; more") == r"Expected === 1\. less \&amp; more"


def test_times_are_written_for_people():
    assert [duration(seconds) for seconds in (0.4, 59.4, 125)] == ["0 s", "59 s", "2 min 5 s"]


def test_the_signature_that_a_round_waits_for_is_told_without_a_rule_until_its_labels_are_frozen(store, rob):
    store.home.settings.write_text("[round]\nsignature = true\n")
    assert any("Round 1 begins only once" in one.value for one in page(store, rob).caption)
    write_round(store.home, 1, state="stopped", stage="ppo")
    assert not any("Round 1 begins only once" in one.value for one in page(store, rob).caption)

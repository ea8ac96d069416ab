import logging
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from round_files import results, write_json, write_round
from small_homes import comparisons

from annotate import launch, steward
from store import processes
from store.errors import HoneError
from store.records import Comparison, Degree, Label, RoundSignature
from store.round_signatures import SignatureSettings
from store.rule import LeastSettings

AT = datetime(2026, 3, 7, 2, 5, tzinfo=UTC)
FEW = "[round]\nminimum_labels = 1\n"
NIGHTLY = f'{FEW}[rule]\nnightly = "02:00"\nnightly_labels = 1\n'
SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")
REFUSES = (sys.executable, "-c", "raise SystemExit(1)")


@pytest.fixture(autouse=True)
def waiting_round(store, monkeypatch):
    """A program in the place of a round, which ends with the test."""
    monkeypatch.setattr(launch, "COMMAND", SLEEPS)
    yield
    steward._tried.pop(store.home.root, None)
    start = launch._started.pop(store.home.root, None)
    if start:
        start.process.kill()
        start.process.wait()


def label(store, number, first=0):
    """So many labels, of comparisons from the first on."""
    facts = comparisons(number, first)
    pairs = [one.comparison_id for one in facts if isinstance(one, Comparison)]
    store.append("hone", *facts)
    store.append(
        "ann",
        *(
            Label(
                label_id=f"of {pair}",
                comparison_id=pair,
                annotator_id="ann",
                ranks=(1, 2),
                degree=Degree.BETTER,
                shown_order=(0, 1),
            )
            for pair in pairs
        ),
    )


def learnt(store, labels):
    """A first round that learned from so many."""
    write_round(store.home, 1)
    write_json(store.home.round(1) / "results.json", {**results(1), "labels": labels})


def test_a_home_without_a_rule_starts_nothing(store):
    label(store, 60)
    assert not steward.look(store, AT)
    assert not launch.is_starting(store.home)


@pytest.mark.parametrize(("number", "starts"), [(10 + 59, False), (10 + 60, True)])
def test_labels_that_a_round_learned_from_are_not_new(store, number, starts):
    store.home.settings.write_text("[rule]\nevery_labels = 60\n")
    learnt(store, 10)
    label(store, number)
    assert steward.look(store, AT) is starts
    assert launch.is_starting(store.home) is starts


def test_a_round_that_starts_of_itself_starts_once(store):
    store.home.settings.write_text(NIGHTLY)
    label(store, 1)
    assert steward.look(store, AT)
    assert not steward.look(store, AT)
    launch._started[store.home.root].process.kill()
    launch._started[store.home.root].process.wait()
    assert not steward.look(store, AT)  # that night had its round


@pytest.mark.parametrize("state", ["running", "stopped", "failed"])
def test_a_round_that_was_left_unfinished_waits_for_a_person(store, state):
    store.home.settings.write_text(NIGHTLY)
    write_round(store.home, 1, state=state, stage="ppo", fraction=0.4)
    label(store, 60)
    assert not steward.look(store, AT)


def await_start(store):
    """A round starts within half a minute."""
    deadline = time.monotonic() + 30
    while not launch.is_starting(store.home) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert launch.is_starting(store.home)


def look_after_refusal(store, at):
    """Another look once the process has ended, as it does when a round is refused."""
    launch._started[store.home.root].process.wait()
    return steward.look(store, at)


def test_a_start_that_comes_to_nothing_is_repeated_with_more_labels_or_after_an_hour(store, monkeypatch):
    monkeypatch.setattr(launch, "COMMAND", REFUSES)
    store.home.settings.write_text(f"{FEW}[rule]\nevery_labels = 5\n")
    label(store, 5)
    at = datetime.now(UTC)
    assert steward.look(store, at)
    assert not look_after_refusal(store, at)
    assert not look_after_refusal(store, at + timedelta(minutes=59))
    label(store, 1, first=5)
    assert look_after_refusal(store, at)
    assert not look_after_refusal(store, at)
    assert look_after_refusal(store, at + timedelta(minutes=61))


@pytest.mark.parametrize("rule", ["every_labels = 1", 'nightly = "02:00"\nnightly_labels = 1'])
def test_a_rule_starts_nothing_that_is_refused_for_too_few_labels(store, rule):
    store.home.settings.write_text(f"[round]\nminimum_labels = 6\n[rule]\n{rule}\n")
    label(store, 5)
    assert not steward.look(store, AT)
    label(store, 1, first=5)
    assert steward.look(store, AT)


def test_a_rule_counts_from_the_moment_it_is_written(store):
    with steward.at_work(store, every=0.01):
        store.home.settings.write_text(f"{FEW}[rule]\nevery_labels = 5\n")
        label(store, 5)
        await_start(store)
    assert processes.is_alive(launch._started[store.home.root].process.pid)  # it goes on without the app


def test_a_rule_that_is_none_is_refused_and_starts_nothing(store):
    store.home.settings.write_text('[rule]\nnightly = "late"\n')
    with pytest.raises(HoneError, match="nightly"):
        steward.look(store, AT)
    label(store, 5)
    with steward.at_work(store, every=0.01):
        time.sleep(0.1)
        assert not launch.is_starting(store.home)
        store.home.settings.write_text(f"{FEW}[rule]\nevery_labels = 5\n")
        await_start(store)


SIGNED = "[rule]\nevery_labels = 1\n[round]\nsignature = true\nminimum_labels = 1\n"
UNSEEN = '{"spoken": {"labels": 5, "edits": 0, "retractions": 0, "reviews": 0}}'


def test_a_due_round_that_nobody_signed_waits_says_so_once_and_starts_once_it_is_signed(store, caplog):
    store.home.settings.write_text(SIGNED)
    label(store, 5)
    caplog.set_level(logging.WARNING)
    assert not any([steward.look(store, AT), steward.look(store, AT)])
    assert not launch.is_starting(store.home)
    (told,) = caplog.messages
    assert "does not start. Round 1 begins only once somebody has signed" in told
    assert steward.unsigned(store) in told
    store.append("eve", RoundSignature(round=1, signed_by="eve", seen=UNSEEN))
    assert steward.unsigned(store) == ""
    assert steward.look(store, AT)
    assert launch.is_starting(store.home)


def test_a_signature_that_the_home_has_outgrown_does_not_start_a_round(asked):
    asked.home.settings.write_text(SIGNED)
    label(asked, 5)
    seen = '{"spoken": {"labels": 2, "edits": 0, "retractions": 0, "reviews": 0}}'
    asked.append("eve", RoundSignature(round=1, signed_by="eve", seen=seen))
    assert not steward.look(asked, AT)
    assert "given, changed or reviewed 3 times. Once more" in steward.unsigned(asked)
    asked.home.settings.write_text(f"{SIGNED}signature_slack = 3\n")
    assert steward.unsigned(asked) == ""


def test_a_rule_that_does_not_hold_any_more_starts_nothing_once_it_is_signed(store):
    store.home.settings.write_text(NIGHTLY.replace("[round]", "[round]\nsignature = true"))
    label(store, 5)
    assert not steward.look(store, AT)
    store.append("eve", RoundSignature(round=1, signed_by="eve", seen=UNSEEN))
    assert not steward.look(store, AT.replace(hour=9))


def test_the_app_reads_the_settings_of_rounds_as_rounds_do():
    from rlhf.config import RoundSettings

    assert RoundSettings().minimum_labels == LeastSettings().minimum_labels
    theirs, ours = RoundSettings(), SignatureSettings()
    assert (theirs.signature, theirs.signature_slack) == (ours.signature, ours.signature_slack)

"""Whole experiments in the pocket world, small enough for a test: real homes, real rounds, real kills."""

import dataclasses
import json
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from filelock import FileLock

from rlhf.experiments.design import Design, DesignError, Variant, read
from rlhf.experiments.experiment import as_begun, is_done, planned
from rlhf.experiments.outcomes import outcomes
from rlhf.experiments.plan import Plan, kept_plan, prepare, prepare_anew
from rlhf.experiments.process import NOBODY_LISTENS, command
from rlhf.experiments.settings_text import as_toml
from rlhf.experiments.side_by_side import ExperimentError, Way, bring_all
from store.database import open_store
from store.home import Home

pytestmark = pytest.mark.timeout(1200)
ROOT = Path(__file__).parents[3]
SMALL = (ROOT / "tests" / "small_round.toml").read_text(encoding="utf-8")
HEAD = """
title = "Whose answers?"
question = "Are the newest policy's worth more?"
against = "newest"
seeds = 1
rounds = 2
labels = 60
at_once = 2
"""
TAIL = """
[variants.newest]
[variants.first]
publish.answers_from = "first"
"""


def written(folder: Path, tail: str = TAIL) -> Path:
    """An experiment of small rounds; of the comparisons there are as many as the labels want."""
    common = re.sub(r"(?m)^\[", "[settings.", SMALL).replace("\ncomparisons = 40", "")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.toml").write_text(HEAD + common + tail)
    return folder / "small.toml"


def begin(file: Path, into: Path, *more: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "rlhf", "experiment", str(file), "--into", str(into), "--json", *more]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def run(file: Path, into: Path, *more: str) -> dict:
    process = begin(file, into, *more)
    said, _ = process.communicate(timeout=900)
    assert process.returncode == 0
    return json.loads(said)


def done(into: Path) -> dict[str, int]:
    """When each stage of each home was finished, in nanoseconds."""
    return {
        str(path.relative_to(into)): path.stat().st_mtime_ns for path in into.glob("*/*/rounds/*/*/done.json")
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, dict]:
    """The folder of an experiment that ran, and what it said."""
    folder = tmp_path_factory.mktemp("experiment")
    return folder / "into", run(written(folder), folder / "into")


@pytest.mark.wide
def test_every_variant_has_a_row_for_the_start_and_one_a_round_as_its_homes_measured(finished):
    into, said = finished
    rows = {(row["variant"], row["round"]): row for row in said["rows"]}
    assert list(rows) == [(variant, number) for variant in ("newest", "first") for number in (0, 1, 2)]
    for (variant, number), row in rows.items():
        measured = json.loads(
            (into / variant / "seed-0" / "rounds" / f"{number:03}" / "results.json").read_text()
        )
        assert row["win_rate"]["value"] == pytest.approx(measured["oracle_win_rate"])
        assert row["win_rate"]["low"] <= row["win_rate"]["value"] <= row["win_rate"]["high"]
        for name in ("labels", "kl", "unsafe_rate", "false_refusal_rate", "reward_accuracy"):
            assert row[name] == pytest.approx(measured[name])
    (gap,) = said["differences"]
    expected = rows["first", 2]["win_rate"]["value"] - rows["newest", 2]["win_rate"]["value"]
    assert gap["win_rate"]["value"] == pytest.approx(expected)
    assert json.loads((into / "experiment.json").read_text()) == said
    assert "Whose answers?" in (into / "experiment.html").read_text()


@pytest.mark.wide
def test_variants_share_all_that_comes_before_their_settings_matter(finished):
    into, said = finished
    (shared,) = into.glob(".beginnings/*/seed-0/rounds/001/reward_safety/done.json")
    for variant in ("newest", "first"):
        own = into / variant / "seed-0" / "rounds" / "001" / "reward_safety" / "done.json"
        assert own.read_text() == shared.read_text()  # its seconds too, so it ran once
    one, other = (row for row in said["rows"] if row["round"] == 1)
    assert {**one, "variant": ""} == {**other, "variant": ""}


@pytest.mark.wide
def test_the_first_policys_answers_alone_are_asked_where_that_is_set(finished):
    into, _said = finished
    asked = {variant: answerers(Home(into / variant / "seed-0")) for variant in ("newest", "first")}
    assert [len(policies) for policies in asked["first"]] == [1, 1, 1]
    assert len(set.union(*asked["first"])) == 1
    assert asked["newest"][0] == asked["first"][0]
    assert len(set.union(*asked["newest"])) > 1  # its second policy was promoted, and is asked about


def answerers(home: Home) -> list[set[str]]:
    """The policies whose answers are compared, batch by batch."""
    with open_store(home) as store, store.reading() as db:
        found = db.execute(
            "select batch_id, policy_id from (select batch_id, unnest(response_ids) as response_id "
            "from comparisons where purpose <> 'evaluation') join responses using (response_id)"
        ).fetchall()
    return [{policy for batch, policy in found if batch == f"batch-{number}"} for number in (0, 1, 2)]


@pytest.mark.slow
def test_a_changed_variant_is_made_anew_and_no_other(finished, tmp_path):
    into, _said = finished
    file = written(tmp_path, TAIL + "\nevaluate.prompts = 30\n")
    before = done(into)
    run(file, into, "--anew")
    after = done(into)
    own = {name for name in after if name.startswith("first/")}
    assert {name: after[name] for name in after.keys() - own} == {
        name: before[name] for name in before.keys() - own
    }
    (shared,) = into.glob(".beginnings/*/seed-0/rounds/001/reward_safety/done.json")
    assert (into / "first/seed-0/rounds/001/reward_safety/done.json").read_text() == shared.read_text()
    assert all(after[name] > before[name] for name in own if "evaluate" in name)
    again = done(into)
    run(file, into)
    assert done(into) == again  # what is finished is not run again


def ended_when(file: Path, into: Path, moment: Callable[[Path], bool], number: signal.Signals) -> int:
    """Begins the experiment, or goes on with it, and ends it at that moment; returns its code."""
    process = begin(file, into)
    while process.poll() is None and not moment(into):
        time.sleep(0.01)
    assert process.poll() is None, "it ended before the moment came"
    process.send_signal(number)
    return process.wait(timeout=120)


def labelling(into: Path) -> bool:
    """Whether annotators label before the second round of a home."""
    return any(
        not (stage.parents[2] / "002").exists()
        for stage in into.glob("[a-z]*/seed-0/rounds/001/publish/done.json")
    )


def stages_begun(count: int) -> Callable[[Path], bool]:
    return lambda into: len(list(into.glob("**/begun.json"))) >= count


@pytest.mark.slow
def test_killed_again_and_again_it_ends_in_the_same_table(finished, tmp_path):
    file, into = written(tmp_path), tmp_path / "into"
    answering = lambda into: any(into.glob(".beginnings/*/seed-0/rounds/000/status.json"))
    # Three stages of the beginning, then as many copied twice, then six a home and round.
    for moment in (answering, stages_begun(3), stages_begun(12), labelling):
        assert ended_when(file, into, moment, signal.SIGKILL) == -signal.SIGKILL
    assert ended_when(file, into, stages_begun(24), signal.SIGTERM) == 128 + signal.SIGTERM
    for lock in into.glob("*/seed-0.lock"):
        FileLock(lock).acquire(timeout=0)  # told to end, it left nobody behind
    said = run(file, into)
    for part in ("rows", "differences"):
        assert said[part] == finished[1][part]


def design(folder: Path) -> Design:
    return read(written(folder))


def plan(folder: Path) -> Plan:
    return planned(design(folder), folder / "into").homes["first"][0]


def test_settings_of_any_letters_come_back_from_their_file_or_are_refused(tmp_path):
    values = {"gatt": {"text": "tea 🍵 für dich", "within": {"safety/dé": 0.5}}}
    assert tomllib.loads(as_toml(values)) == values
    own = design(tmp_path)
    torn = Variant(name="torn", values={"ppo": {"pretraining_text": "a\x7f"}})
    with pytest.raises(DesignError, match="settings of torn that a"):
        planned(dataclasses.replace(own, variants=(*own.variants, torn)), tmp_path / "into")


def test_what_was_made_of_something_else_stays_unless_it_is_to_be_made_anew(tmp_path):
    own = plan(tmp_path)
    prepare(own)
    own.home.mkdir()
    prepare(dataclasses.replace(own, rounds=5))
    more = planned(dataclasses.replace(design(tmp_path), labels=90), tmp_path / "into").homes["first"][0]
    with pytest.raises(
        DesignError, match=r"labels was 60, now 90, publish.comparisons was \d+, now \d+\. Name"
    ):
        prepare(more)
    assert own.home.exists()
    assert kept_plan(own.file).rounds == 5
    prepare_anew(dataclasses.replace(own, rounds=2))
    assert own.home.exists()
    prepare_anew(more)
    assert not own.home.exists()
    assert kept_plan(own.file) == more


def test_a_home_is_made_anew_only_once_nobody_works_on_it(tmp_path):
    own = plan(tmp_path)
    prepare(own)
    own.home.mkdir()
    other = dataclasses.replace(own, made_of={})
    outlived = FileLock(own.lock)
    with ThreadPoolExecutor(1) as beside:
        with outlived:
            waiting = beside.submit(prepare_anew, other)
            assert not wait([waiting], timeout=0.2).done
            assert own.home.exists()
        waiting.result()
    assert not own.home.exists()
    assert kept_plan(own.file) == other


def test_a_home_that_cannot_be_thrown_away_is_still_known_by_its_plan(tmp_path, monkeypatch):
    own = plan(tmp_path)
    prepare(own)
    own.home.mkdir()
    other = dataclasses.replace(own, made_of={})

    def refuse(_folder):
        raise OSError("busy")

    with monkeypatch.context() as held:
        held.setattr("shutil.rmtree", refuse)
        with pytest.raises(OSError, match="busy"):
            prepare_anew(other)
    prepare_anew(other)
    assert not own.home.exists()


def test_a_plan_that_cannot_be_read_says_so(tmp_path):
    own = plan(tmp_path)
    own.home.mkdir(parents=True)
    own.file.write_text(json.dumps({"made_of": "0123"}))
    with pytest.raises(DesignError, match="another version of Hone made it"):
        prepare(own)
    prepare_anew(own)
    assert not own.home.exists()


def test_a_home_is_made_of_the_same_however_many_learn_at_once_and_keeps_its_threads(tmp_path):
    one, two = (dataclasses.replace(design(tmp_path), at_once=count) for count in (1, 2))
    alone, beside = (planned(each, tmp_path / "into").homes["first"][0] for each in (one, two))
    assert alone.settings != beside.settings
    assert (alone.made_of, alone.beginning) == (beside.made_of, beside.beginning)
    file = tmp_path / "hone.toml"
    assert as_begun(alone.settings, file) == alone.settings
    file.write_text(beside.settings)
    assert as_begun(alone.settings, file) == beside.settings


def test_a_folder_that_no_experiment_made_is_left_alone(tmp_path):
    own = plan(tmp_path)
    own.home.mkdir(parents=True)
    with pytest.raises(DesignError, match="there is something else"):
        prepare(own)
    assert own.home.exists()


def test_a_home_is_done_with_its_last_round_and_a_beginning_with_its_reward_models(tmp_path):
    own = plan(tmp_path)
    for number in (1, 2):
        assert not is_done(own)
        stage = Home(own.home).round(number) / "publish"
        stage.mkdir(parents=True)
        (stage / "done.json").write_text("{}")
    assert is_done(own)
    assert not is_done(dataclasses.replace(own, rounds=3))
    beginning = dataclasses.replace(own, beginning=None)
    assert not is_done(beginning)


def test_a_home_without_its_rounds_has_no_outcomes(tmp_path):
    with pytest.raises(Exception, match="Expected 2 finished rounds"):
        outcomes(plan(tmp_path))


def test_what_a_home_dies_of_is_told(tmp_path):
    into = tmp_path / "into"
    plans = planned(design(tmp_path), into)
    broken = tuple(dataclasses.replace(one, settings="[rewards]\n") for one in plans.beginnings)
    told = r"beginning, seed 0: There is no section rewards; .* Run the same command again, and it goes on"
    with pytest.raises(ExperimentError, match=told):
        bring_all(dataclasses.replace(plans, beginnings=broken), into, Way(at_once=1), lambda *_: None)


@pytest.mark.wide
def test_a_process_that_nobody_listens_to_ends(tmp_path):
    (beginning,) = planned(design(tmp_path), tmp_path / "into").beginnings
    prepare(beginning)
    process = subprocess.Popen(command(beginning.file), cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=120) == NOBODY_LISTENS


NOISY = """
import os, sys
from pathlib import Path
from rlhf.experiments import experiment, process

def noisy(plan, say):
    print("a library speaks")
    os.write(1, b"and one of another language\\n")
    say(0.5, plan.name)

experiment.bring = noisy
process.main(Path(sys.argv[1]))
"""


@pytest.mark.wide
def test_what_libraries_print_is_none_of_a_processs_words(tmp_path):
    (beginning,) = planned(design(tmp_path), tmp_path / "into").beginnings
    prepare(beginning)
    line = [sys.executable, "-c", NOISY, str(beginning.file)]
    said = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(said.stdout) == {"fraction": 0.5, "message": "beginning, seed 0"}
    assert "a library speaks\nand one of another language\n" in said.stderr

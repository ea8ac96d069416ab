"""A disk that is really full, wherever a stage meets it: a sentence, nothing half-written, and it resumes."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from rlhf.attempt import attempt
from rlhf.config import RoundSettings, Settings
from rlhf.last_words import RefusedError
from rlhf.models import load_policy, save
from rlhf.next_round import Chosen
from rlhf.pool import Sampled, read_pool, write_pool
from rlhf.prompts import TrainPrompt
from rlhf.reward_models.checkpoints import Checkpoints
from rlhf.room import NoRoomError, check_room
from rlhf.round import run_round
from rlhf.track import read_metrics, write_json
from rlhf.turning import Stage, Turning
from store.database import open_store
from store.errors import HoneError
from store.home import Home
from store.records import Annotator, Kind, Role, Turn

ROOT = Path(__file__).parents[2]
MB = 1_000_000
FULL = re.compile(
    r"The disk of \S+ is full: [\d.]+ \w+ are free; .+\. Then `hone round` resumes at this stage\."
)


@pytest.fixture
def small(tmp_path) -> Iterator[Callable[[int], Path]]:
    """Mounts a file system of so many megabytes."""
    mounted = []

    def mount(megabytes: int) -> Path:
        folder = tmp_path / "small"
        folder.mkdir()
        line = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        try:
            done = subprocess.run(line, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("There is no mount here.")
        if done.returncode:
            pytest.skip(f"A small file system takes the right to mount one: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """Takes all the disk but `leave` bytes."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as filler:
        left = shutil.disk_usage(folder).free - leave
        while left > 0:
            left -= filler.write(b"x" * min(left, MB))
    return file


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    text: str


def turn(home: Home, work: Callable[[Turning], str]) -> None:
    """A round whose second stage does this."""

    def first(turning: Turning) -> Made:
        with (turning.home.root / "ran.txt").open("a") as ran:
            ran.write("snapshot\n")
        return Made(text="first")

    stages = (
        Stage(name="snapshot", result=Made, needs=(), run=first),
        Stage(name="publish", result=Made, needs=("snapshot",), run=lambda turning: Made(text=work(turning))),
    )
    run_round(home, None, Chosen(settings=Settings()), stages)


def status(home: Home) -> dict:
    return json.loads((home.round(1) / "status.json").read_text())


def weights(turning: Turning, model, tokenizer) -> str:
    save(model, tokenizer, turning.stage("publish") / "policy")
    written = load_policy(turning.stage("publish") / "policy").parameters()
    return str(all(torch.equal(*pair) for pair in zip(model.parameters(), written, strict=True)))


def checkpoint(turning: Turning, model, _tokenizer) -> str:
    kept = Checkpoints(folder=turning.stage("publish"), job="job")
    learner = torch.optim.AdamW(model.parameters(), lr=0.0)
    sum(tensor.sum() for tensor in model.parameters()).backward()
    learner.step()
    kept.keep(model, learner, kept.done() + 1)
    model.zero_grad()
    return str(kept.done())


def samples(turning: Turning, _model, _tokenizer) -> str:
    file = turning.stage("publish") / "pool.parquet"
    prompt = TrainPrompt(prompt_id="p", turns=(Turn(role="user", content="Hi"),), is_safety=False)
    if file.exists():  # what is there is whole
        read_pool(file)
    write_pool(file, [Sampled(prompt=prompt, text=os.urandom(60_000).hex(), reward=0.0) for _ in range(10)])
    return str(len(read_pool(file)))


def lines(turning: Turning, _model, _tokenizer) -> str:
    turning.tracker.rewind("publish", 0)
    for step in range(1, 4001):
        turning.tracker.log("publish", step, **{"loss" * 20: 1 / step})
    return str(len(read_metrics(turning.folder)))


def result(_turning: Turning, _model, _tokenizer) -> str:
    return "x" * 700_000


def database(turning: Turning, _model, _tokenizer) -> str:
    store = open_store(turning.home)
    try:
        for number in range(40):
            name = f"{number} {os.urandom(15_000).hex()}"
            who = Annotator(annotator_id=str(number), name=name, role=Role.ANNOTATOR, kind=Kind.PERSON)
            store.append("test", who)
        with store.reading() as db:
            return str(db.execute("select count(*) from annotators").fetchone()[0])
    finally:
        store.close()


@pytest.mark.parametrize("work", [weights, checkpoint, samples, lines, result, database])
def test_a_full_disk_is_a_sentence_and_the_same_command_resumes(small, llama, tokenizer, work):
    home = Home(small(8))
    model = copy.deepcopy(llama)
    filler = fill(home.root, 200_000)
    with pytest.raises(RefusedError) as told:
        turn(home, lambda turning: work(turning, model, tokenizer))
    assert FULL.fullmatch(str(told.value))
    assert (status(home)["state"], status(home)["message"]) == ("failed", str(told.value))
    folder = home.round(1) / "publish"
    assert not (folder / "done.json").exists()
    assert [path.name for path in folder.iterdir()] == ["begun.json"]  # no half of anything
    filler.unlink()
    turn(home, lambda turning: work(turning, model, tokenizer))
    assert status(home)["state"] == "finished"
    made = json.loads((folder / "done.json").read_text())["outputs"]["text"]
    assert made == EXPECTED[work]
    assert (home.root / "ran.txt").read_text() == "snapshot\n"


EXPECTED = {
    weights: "True",
    checkpoint: "1",
    samples: "10",
    lines: "4000",
    result: "x" * 700_000,
    database: "40",
}


def test_a_disk_that_is_full_to_the_last_byte_still_holds_the_rounds_last_words(small):
    home = Home(small(2))

    def work(turning: Turning) -> str:
        fill(home.root)
        write_json(turning.stage("publish") / "more.json", {})
        return ""

    with pytest.raises(RefusedError):
        turn(home, work)
    assert status(home)["state"] == "failed"
    assert FULL.fullmatch(status(home)["message"])


def test_a_stage_by_itself_says_so_too(small):
    home = Home(small(2))

    def run(more: str) -> None:
        with attempt(home, "sft", "sft", lambda *_told: None) as tracker:
            (tracker.folder / "more").write_text(more)

    filler = fill(home.root, 50_000)
    with pytest.raises(HoneError, match=r"is full: .* are free\. .*; the same command goes on from there"):
        run("x" * 100_000)
    filler.unlink()
    run("x" * 100_000)
    told = json.loads((home.root / "trials" / "sft" / "status.json").read_text())
    assert told["state"] == "finished"


def test_a_round_that_would_not_fit_by_what_the_one_before_took_is_refused_before_it_begins(small):
    home = Home(small(4))
    turn(home, lambda turning: str((turning.stage("publish") / "policy").write_bytes(b"x" * MB)))
    check_room(home, 2, RoundSettings().method)
    filler = fill(home.root, MB // 2)
    with pytest.raises(
        NoRoomError, match=r"Expected about 1\.?\d* MB of free disk, by what round 1 .*; 5\d\d kB are free at"
    ):
        turn(home, lambda _turning: "")
    check_room(home, 2, "rs")  # none of this method was there to tell
    assert not home.round(2).exists()
    filler.unlink()
    turn(home, lambda _turning: "")
    assert (home.round(2) / "status.json").exists()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_real_round_meets_a_full_disk_in_stage_after_stage_and_comes_to_its_end(small, tmp_path):
    """Every time, the disk is made a little larger and the same command given."""
    from test_loop import labelled

    made = labelled(tmp_path / "made")
    home = Home(shutil.copytree(made.root, small(200) / "home"))
    at, stages = sum(file.stat().st_size for file in home.root.rglob("*")) // 2**20 + 2, []
    for size in (at, at + 10, at + 20, 400):
        subprocess.run(["mount", "-o", f"remount,size={size}m", str(home.root.parent)], check=True)
        line = [sys.executable, "-m", "rlhf", "round", "--home", str(home.root), "--json"]
        ended = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
        if not ended.returncode:
            break
        assert "Traceback" not in ended.stderr
        assert FULL.fullmatch(ended.stderr.splitlines()[-1].removeprefix("hone: "))
        assert status(home)["state"] == "failed"
        stages.append(status(home)["stage"])
    assert json.loads(ended.stdout)["round"] == 1
    assert len(set(stages)) > 1

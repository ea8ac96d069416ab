"""The whole reward model stage, killed in the middle and run again."""

import json
import multiprocessing
import os
import random
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from snapshot_files import preference, write_snapshot

from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.stage import RewardJob, train_reward_model
from rlhf.track import Tracker, read_metrics
from store.records import Track


def _job(folder: Path, policy: Path, tracker: Tracker) -> RewardJob:
    draw = random.Random(2)
    rows = [
        preference(f"boil {n}", f"{draw.random()} please", f"{draw.random()} rudely", degree=n % 4)
        for n in range(50)
    ]
    return RewardJob(
        snapshot=write_snapshot(folder / "snapshot.parquet", rows),
        track=Track.HELPFULNESS,
        initial_policy=policy,
        out=folder / "stage" / "model",
        settings=RewardSettings(learning_rate=3e-3, epochs=2, batch_pairs=8, checkpoint_steps=4),
        seed=3,
        tracker=tracker,
    )


def _killed(folder: Path, policy: Path) -> None:
    def watch(_stage: str, _fraction: float, message: str) -> None:
        if message == "step 6 of 10":
            os.kill(os.getpid(), signal.SIGKILL)

    train_reward_model(_job(folder, policy, Tracker(folder / "round", watch)))


@pytest.mark.wide
def test_a_stage_whose_process_was_killed_trains_the_steps_that_are_left(tmp_path: Path, policy_path: Path):
    # A fork of a process with threads may never wake up, so the one to be killed starts afresh.
    process = multiprocessing.get_context("spawn").Process(target=_killed, args=(tmp_path, policy_path))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    job = _job(tmp_path, policy_path, Tracker(tmp_path / "round", lambda *said: told.append(said[2])))
    told: list[str] = []
    resumed = train_reward_model(job)
    assert told[:7] == ["goes on after step 4 of 10", *(f"step {step} of 10" for step in range(5, 11))]
    assert [line["step"] for line in read_metrics(tmp_path / "round")] == list(range(1, 11))
    whole = train_reward_model(
        replace(job, out=tmp_path / "whole", tracker=Tracker(tmp_path / "whole round"))
    )
    one, other = (folder / "model.safetensors" for folder in (resumed.path, whole.path))
    assert one.read_bytes() == other.read_bytes()
    assert resumed.results == whole.results
    card = json.loads((resumed.path / "card.json").read_text())
    assert card["remarks"] == []
    assert [path.name for path in job.out.parent.iterdir()] == ["model"]

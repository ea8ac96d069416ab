"""What rejection sampling learns besides its samples: the examples, the files and the figures."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet

from rlhf.candidates import Sampler
from rlhf.further import Further, FurtherJob, further
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import load_policy, load_tokenizer
from rlhf.policy_settings import DistillationSettings, GAttSettings, RejectionSettings, SFTSettings
from rlhf.pool import read_pool
from rlhf.prompts import TrainPrompt
from rlhf.rejection import RejectionJob, reject
from rlhf.sft import tokens
from rlhf.track import Stopped, Tracker, read_metrics
from rlhf.writer import OwnWriter
from store.records import Turn

PROMPTS = tuple(
    TrainPrompt(prompt_id=f"p{n}", turns=(Turn(role="user", content=f"boil {n}"),), is_safety=n % 2 == 0)
    for n in range(12)
)

LONGEST = 256


@pytest.fixture
def models(reward_model_path: Path) -> RewardModels:
    return RewardModels(helpfulness=reward_model_path, safety=reward_model_path)


@pytest.fixture
def sampler(policy_path: Path, models: RewardModels) -> Sampler:
    return Sampler(
        writer=OwnWriter(load_policy(policy_path), load_tokenizer(policy_path)),
        judge=RewardJudge.load(models, 0.15),
    )


@pytest.fixture
def job(tmp_path: Path, policy_path: Path) -> FurtherJob:
    return FurtherJob(
        policy=policy_path,
        prompts=PROMPTS,
        gatt=GAttSettings(dialogues=4, instructions=("Be brief.",), turns=2, samples=40, max_new_tokens=24),
        distill=DistillationSettings(prompts=6, preprompts=("Be safe.",), samples=24, max_new_tokens=32),
        out=tmp_path / "reject",
        seed=0,
        tracker=Tracker(tmp_path / "round"),
    )


def test_dialogues_and_the_answers_that_passed_the_gate_are_learnt(job: FurtherJob, sampler: Sampler):
    made = further(job, sampler, LONGEST)
    dialogues = read_pool(job.out / "gatt.parquet")
    rows = parquet.read_table(job.out / "distilled.parquet").to_pylist()
    passed = [row for row in rows if row["safety"] > row["plain_safety"]]
    assert (made.dialogues, made.tried, made.distilled) == (len(dialogues), len(rows), len(passed))
    assert made.dialogues > 0
    assert made.distilled > 0
    assert [one.text for one in made.examples] == [
        *(one.text for one in dialogues),
        *(row["text"] for row in passed),
    ]
    assert made.gate_gain == pytest.approx(
        sum(row["safety"] - row["plain_safety"] for row in rows) / len(rows)
    )
    assert len(passed) < len(rows)


def test_a_dialogue_that_does_not_fit_is_left_out_and_counted(job: FurtherJob, sampler: Sampler):
    job = replace(job, distill=DistillationSettings())
    every = further(job, sampler, LONGEST)
    lengths = sorted(len(row.ids) for row in tokens(every.examples, sampler.writer.tokenizer, LONGEST))
    assert lengths[0] < lengths[-1] < LONGEST
    some = further(job, sampler, lengths[-1] - 1)
    assert (every.too_long, some.too_long) == (0, lengths.count(lengths[-1]))
    assert some.dialogues == len(some.examples) == len(every.examples) - some.too_long
    assert len(read_pool(job.out / "gatt.parquet")) == some.dialogues
    rows = tokens(some.examples, sampler.writer.tokenizer, lengths[-1] - 1)
    assert not any(row.truncated for row in rows)
    assert read_metrics(job.tracker.folder)[-1]["too_long"] == some.too_long


def test_what_is_learnt_has_no_preprompt_and_no_helpful_prompt_was_distilled(
    job: FurtherJob, sampler: Sampler
):
    distilled = further(replace(job, gatt=GAttSettings()), sampler, LONGEST).examples
    assert {one.turns for one in distilled} <= {prompt.turns for prompt in PROMPTS if prompt.is_safety}


def files(job: FurtherJob) -> dict[str, int]:
    """The kept samples and when each file was written."""
    return {
        str(file.relative_to(job.out)): file.stat().st_mtime_ns
        for file in sorted((job.out / "rollouts").rglob("*.parquet"))
    }


def test_what_was_drawn_before_a_stop_is_not_drawn_again_and_all_is_as_if_it_never_stopped(
    job: FurtherJob, sampler: Sampler
):
    def stop_at_distillation(_stage: str, _fraction: float, message: str) -> None:
        if "distillation" in message:
            raise Stopped(message)

    with pytest.raises(Stopped):
        further(replace(job, tracker=Tracker(job.tracker.folder, stop_at_distillation)), sampler, LONGEST)
    before = files(job)
    again = further(job, sampler, LONGEST)
    assert 0 < len(before) < len(files(job))
    assert before.items() <= files(job).items()
    whole = replace(job, out=job.out.with_name("whole"))
    assert again == further(whole, sampler, LONGEST)
    assert list(files(job)) == list(files(whole))
    for name in ("gatt.parquet", "distilled.parquet"):
        assert (job.out / name).read_bytes() == (whole.out / name).read_bytes()


@pytest.mark.parametrize("changed", ["temperature", "instructions", "seed", "prompts"])
def test_what_is_asked_otherwise_is_drawn_anew(job: FurtherJob, sampler: Sampler, changed: str):
    job = replace(job, distill=DistillationSettings())
    other = {
        "temperature": replace(job, gatt=replace(job.gatt, temperature=0.5)),
        "instructions": replace(job, gatt=replace(job.gatt, instructions=("Be kind.",))),
        "seed": replace(job, seed=1),
        "prompts": replace(job, prompts=PROMPTS[:3]),
    }[changed]
    further(job, sampler, LONGEST)
    made = further(other, sampler, LONGEST)
    assert made == further(replace(other, out=job.out.with_name("fresh")), sampler, LONGEST)
    assert made.examples != further(job, sampler, LONGEST).examples


def test_how_much_was_made_is_logged_once(job: FurtherJob, sampler: Sampler):
    further(job, sampler, LONGEST)
    made = further(job, sampler, LONGEST)
    lines = {line["stage"]: line for line in read_metrics(job.tracker.folder)}
    assert len(read_metrics(job.tracker.folder)) == 2
    assert (lines["gatt"]["asked"], lines["gatt"]["made"]) == (4, made.dialogues)
    assert (lines["distill"]["tried"], lines["distill"]["kept"]) == (made.tried, made.distilled)
    assert lines["distill"]["gate_gain"] == pytest.approx(made.gate_gain)


def test_what_is_asked_for_no_more_is_told_no_more(job: FurtherJob, sampler: Sampler):
    job.tracker.log("reject", 1, mean_best=0.5)
    further(job, sampler, LONGEST)
    further(replace(job, gatt=GAttSettings()), sampler, LONGEST)
    assert [line["stage"] for line in read_metrics(job.tracker.folder)] == ["reject", "distill"]


def test_settings_of_zero_make_nothing(job: FurtherJob, sampler: Sampler):
    none = replace(job, gatt=GAttSettings(), distill=DistillationSettings())
    assert further(none, sampler, LONGEST) == Further()
    assert not job.out.exists()
    assert read_metrics(job.tracker.folder) == []
    job.out.mkdir()
    for name in ("gatt.parquet", "distilled.parquet"):
        (job.out / name).touch()  # of an earlier time
    further(none, sampler, LONGEST)
    assert list(job.out.iterdir()) == []


@pytest.mark.wide
def test_rejection_sampling_learns_them_too(job: FurtherJob, policy_path: Path, models: RewardModels):
    rejection = RejectionJob(
        policy=policy_path,
        base=policy_path,
        reward_models=models,
        safety_gate=0.15,
        prompts=PROMPTS[:4],
        earlier_pools=(),
        out=job.out,
        settings=RejectionSettings(samples=24, temperatures=(1.0,), sweep_prompts=2, max_new_tokens=48),
        sft=SFTSettings(learning_rate=1e-3, epochs=1, batch_size=1),
        seed=0,
        tracker=job.tracker,
    )
    alone = reject(replace(rejection, out=job.out.with_name("alone")))
    both = reject(replace(rejection, besides=job))
    assert alone.besides == Further()
    assert both.truncated == 0
    # Without their beginning, dialogues would lack the instruction; samples only lack some of the question.
    short = replace(rejection, out=job.out.with_name("short"), sft=replace(rejection.sft, max_tokens=16))
    cut = reject(replace(short, besides=replace(job, out=short.out)))
    assert (cut.besides.dialogues, cut.besides.too_long) == (0, both.besides.dialogues)
    assert 0 < cut.truncated <= cut.kept + cut.besides.distilled
    assert [line["truncated"] for line in read_metrics(job.tracker.folder) if "truncated" in line] == [
        cut.truncated
    ]
    assert both.besides.dialogues + both.besides.distilled == len(both.besides.examples) > 0
    assert (alone.path / "model.safetensors").read_bytes() != (both.path / "model.safetensors").read_bytes()

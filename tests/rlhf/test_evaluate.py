"""Matches, portraits and divergence; figures by hand, policies tiny."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rlhf.answers import Answer, Occasion, answers, logprobs_under
from rlhf.config import EvaluationSettings, RolloutSettings
from rlhf.diversity import distinct
from rlhf.evaluate import Contestant, EvaluationJob, evaluate, evaluate_each
from rlhf.judge import RewardModels, Scores, gold_judge
from rlhf.matches import fields, play, points
from rlhf.models import load_policy, load_tokenizer, new_reward_model, save
from rlhf.pocket.requests import lookalikes, unsafe
from rlhf.portraits import Judged, portrait
from rlhf.prompts import TrainPrompt
from rlhf.reward_models import ensemble
from rlhf.reward_models.ensemble import Finished
from rlhf.track import Tracker
from rlhf.weights import weights_digest
from store.errors import HoneError
from store.intervals import wilson
from store.records import Judge, Turn

PROMPTS = tuple(
    TrainPrompt(prompt_id=f"p{n}", turns=(Turn(role="user", content=f"two plus {n}"),), is_safety=n % 4 == 0)
    for n in range(12)
)


@pytest.fixture
def other_path(policy_path: Path, tmp_path: Path) -> Path:
    """The same policy, its weights a little moved."""
    policy = load_policy(policy_path)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weights in policy.parameters():
            weights.add_(0.02 * torch.randn(weights.shape, generator=generator))
    save(policy, load_tokenizer(policy_path), tmp_path / "other")
    return tmp_path / "other"


@pytest.fixture
def occasion(tmp_path: Path) -> Occasion:
    return Occasion(
        prompts=PROMPTS, settings=RolloutSettings(max_new_tokens=12), seed=0, folder=tmp_path / "answers"
    )


@pytest.fixture
def job(policy_path: Path, other_path: Path, reward_model_path: Path, tmp_path: Path) -> EvaluationJob:
    return EvaluationJob(
        candidate=Contestant(name="candidate", path=other_path),
        opponents=(Contestant(name="first", path=policy_path),),
        prompts=PROMPTS,
        reward_models=RewardModels(helpfulness=reward_model_path, safety=reward_model_path),
        safety_gate=0.15,
        answers=tmp_path / "answers",
        settings=EvaluationSettings(max_new_tokens=12),
        seed=0,
        tracker=Tracker(tmp_path / "round"),
    )


def test_wins_ties_and_losses_are_counted_on_each_track():
    on = fields([False, True, False, True])
    everything, helpful, safe = play("first", Judge.GOLD, [1.0, 0.0, 0.5, 1.0], on)
    assert (everything.wins, everything.ties, everything.losses) == (2, 1, 1)
    assert everything.win_rate.value == everything.resampled.value == 0.625
    assert (everything.points, safe.points) == ((1.0, 0.0, 0.5, 1.0), (0.0, 1.0))
    assert (helpful.field, helpful.wins, helpful.ties, helpful.losses) == ("helpfulness", 1, 1, 0)
    assert (safe.field, safe.wins, safe.ties, safe.losses) == ("safety", 1, 0, 1)


def test_a_track_without_prompts_has_no_match():
    assert set(fields([False, False])) == {"all", "helpfulness"}


def test_a_difference_in_the_last_digits_is_a_tie():
    assert [points(gain) for gain in (1e-6, -1e-6, 1e-3, -1e-3)] == [0.5, 0.5, 1.0, 0.0]


def test_distinct_counts_different_runs_of_words():
    # runs of two: "a b", "b a", "a b" and "a b": two different ones of four
    assert distinct(["a b a b", "A B", "c"], 2) == 0.5
    assert distinct(["a b a b"], 1) == 0.5
    assert distinct(["a"], 2) == 0


def test_a_policy_answers_once(policy_path: Path, occasion: Occasion):
    first = answers(policy_path, occasion)
    (file,) = occasion.folder.iterdir()
    written = file.stat().st_mtime_ns
    assert answers(policy_path, occasion) == first
    assert file.stat().st_mtime_ns == written
    answers(policy_path, replace(occasion, seed=1))
    assert len(list(occasion.folder.iterdir())) == 2


def test_other_weights_in_the_same_folder_answer_anew(
    policy_path: Path, other_path: Path, occasion: Occasion
):
    before = answers(other_path, occasion)
    shutil.copy(policy_path / "model.safetensors", other_path / "model.safetensors")
    assert weights_digest(other_path) == weights_digest(policy_path)
    assert answers(other_path, occasion) == answers(policy_path, occasion) != before


def test_an_answers_own_log_probability_is_that_of_its_policy(policy_path: Path, occasion: Occasion):
    given = answers(policy_path, occasion)
    sums = logprobs_under(policy_path, given, temperature=1.0).tolist()
    assert sums == pytest.approx([answer.logprob for answer in given], abs=1e-3)


def test_a_policy_is_no_nat_from_itself(job: EvaluationJob, policy_path: Path):
    result = evaluate(replace(job, candidate=Contestant(name="candidate", path=policy_path)))
    assert result.kl.value == pytest.approx(0, abs=1e-3)
    assert {match.ties for match in result.matches if match.field == "all"} == {12}
    assert {match.win_rate.value for match in result.matches} == {0.5}


def test_a_cooler_policy_is_as_far_as_its_own_temperature_says(job: EvaluationJob, policy_path: Path):
    cool = Contestant(name="candidate", path=policy_path, temperature=0.5)
    result, judged = evaluate_each(replace(job, candidate=cool))
    given = judged[0].answers
    gaps = logprobs_under(policy_path, given, 0.5) - logprobs_under(policy_path, given, 1.0)
    assert result.kl.value == pytest.approx(gaps.mean().item(), abs=1e-3)
    assert result.kl.value > 0.01
    assert judged[1].answers != given


def test_another_policy_is_some_nats_away(job: EvaluationJob):
    result = evaluate(job)
    assert result.kl.low < result.kl.value < result.kl.high
    assert result.kl.value > 0
    assert [portrait.name for portrait in result.portraits] == ["candidate", "first"]
    match = result.match("first", Judge.REWARD_MODELS, "safety")
    assert match is not None
    assert match.wins + match.ties + match.losses == len(match.points) == 3
    (lengths,) = result.lengths
    ours, theirs = result.portraits
    assert lengths.difference.value == pytest.approx(ours.length - theirs.length, abs=1e-3)
    assert lengths.judge is Judge.REWARD_MODELS


def test_reward_models_that_nothing_was_trained_against_judge_by_themselves(
    job: EvaluationJob, policy_path: Path, tmp_path: Path
):
    tokenizer = load_tokenizer(policy_path)
    for seed in (3, 4):
        save(new_reward_model(policy_path, seed), tokenizer, tmp_path / f"member-{seed}")
    members = [tmp_path / f"member-{seed}" for seed in (3, 4)]
    ensemble.save(Finished(members=members, base=None, tokenizer=tokenizer), tmp_path / "both")
    both = RewardModels(helpfulness=tmp_path / "both", safety=tmp_path / "both")
    result = evaluate(replace(job, reward_models=both))
    found = [result.match("first", judge) for judge in (Judge.REWARD_MODELS, Judge.UNTRAINED)]
    alone = [
        evaluate(replace(job, reward_models=RewardModels(helpfulness=one, safety=one))) for one in members
    ]
    assert [match and match.points for match in found] == [one.matches[0].points for one in alone]
    assert len({match.points for match in found if match}) == 2
    assert alone[0].match("first", Judge.UNTRAINED) is None


def test_without_a_gold_judge_nothing_is_said_in_its_name(job: EvaluationJob):
    result = evaluate(job)
    assert {portrait.gold for portrait in result.portraits} == {None}
    assert result.match("first", Judge.GOLD) is None


def test_the_pocket_judge_adds_its_matches_and_rates(job: EvaluationJob):
    result = evaluate(replace(job, settings=replace(job.settings, gold_judge="pocket")))
    match, gold = result.match("first", Judge.GOLD), result.portraits[0].gold
    assert match is not None
    assert gold is not None
    assert gold.score.low <= gold.score.value <= gold.score.high
    # no prompt asks for anything unsafe, so nothing is known of how often it is answered
    assert gold.unsafe_rate is gold.false_refusal_rate is None


def test_faults_are_counted_among_the_prompts_that_invite_them(job: EvaluationJob):
    asked = [next(iter(requests())).text for requests in (lookalikes, unsafe)]
    prompts = [
        TrainPrompt(prompt_id=text, turns=(Turn(role="user", content=text),), is_safety=True)
        for text in (*asked, "What is 2 plus 3?")
    ]
    said = ["I cannot help with that."] * 3
    judged = Judged(
        name="one",
        answers=[
            Answer(
                prompt_id=p.prompt_id,
                prompt_ids=(1,),
                ids=(2, 3),
                text=text,
                logprob=-1.0,
                finished=True,
                seed=0,
            )
            for p, text in zip(prompts, said, strict=True)
        ],
        scores=Scores(helpfulness=torch.zeros(3), safety=torch.ones(3), gated=torch.ones(3)),
        gold=[0.0, 1.0, 0.5],
    )
    found = portrait(judged, prompts, gold_judge("pocket"))
    assert (found.reward, found.length, found.finished) == (1.0, 2.0, 1.0)
    assert found.gold is not None
    assert (found.gold.unsafe_rate, found.gold.false_refusal_rate) == (wilson(0, 1), wilson(1, 1))


def test_the_same_prompts_are_drawn_every_time(job: EvaluationJob):
    few = replace(job.settings, prompts=5)
    one = evaluate(replace(job, settings=few))
    two = evaluate(replace(job, settings=few, prompts=PROMPTS[::-1]))
    assert one.prompts == 5
    assert one == two


def test_no_held_out_prompt_is_said_in_a_sentence(job: EvaluationJob):
    with pytest.raises(HoneError, match="needs held-out prompts"):
        evaluate(replace(job, prompts=()))

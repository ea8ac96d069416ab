"""People are asked about the answers that an evaluation has read, and no others."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rlhf.answers import Occasion, answers
from rlhf.ask import Answerer
from rlhf.blind import BlindJob, blind, samples
from rlhf.config import RolloutSettings
from rlhf.models import load_policy, load_tokenizer, save
from rlhf.prompts import TrainPrompt
from store.records import Purpose, Turn


@pytest.fixture
def other_path(policy_path: Path, tmp_path: Path) -> Path:
    """The same policy, its weights so little moved that some answers are the same."""
    policy = load_policy(policy_path)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weights in policy.parameters():
            weights.add_(0.002 * torch.randn(weights.shape, generator=generator))
    save(policy, load_tokenizer(policy_path), tmp_path / "other")
    return tmp_path / "other"


@pytest.fixture
def job(policy_path: Path, other_path: Path, tmp_path: Path) -> BlindJob:
    prompts = tuple(
        TrainPrompt(prompt_id=f"p{n}", turns=(Turn(role="user", content=f"two plus {n}"),), is_safety=False)
        for n in range(12)
    )
    settings = RolloutSettings(temperature=0.7, max_new_tokens=4)
    pair = (Answerer(policy_id="new", path=other_path), Answerer(policy_id="first", path=policy_path))
    occasion = Occasion(prompts=prompts, settings=settings, seed=0, folder=tmp_path / "answers")
    return BlindJob(occasion=occasion, pair=pair, comparisons=100, round=3)


def test_each_prompt_that_is_answered_differently_is_asked_once_with_the_answers_of_the_evaluation(job):
    ours, theirs = (answers(one.path, job.occasion) for one in job.pair)
    files = sorted(job.occasion.folder.iterdir())
    asked = blind(job)
    assert sorted(job.occasion.folder.iterdir()) == files
    differing = [
        one.prompt_id
        for one, other in zip(ours, theirs, strict=True)
        if one.text.strip() != other.text.strip()
    ]
    assert 0 < len(differing) < 12
    assert [one.prompt_id for one in asked.comparisons] == differing
    said = {(one.prompt_id, one.policy_id): one for one in asked.responses}
    assert len(said) == 2 * len(differing)
    for name, given in (("new", ours), ("first", theirs)):
        for answer in given:
            if answer.prompt_id in differing:
                response = said[answer.prompt_id, name]
                assert (response.text, response.seed) == (answer.text, answer.seed)
                assert (response.temperature, response.token_count) == (0.7, len(answer.ids))
                assert response.finish_reason == ("stop" if answer.finished else "length")


def test_they_measure_in_the_rounds_own_batch(job):
    asked = blind(job)
    assert {one.purpose for one in asked.comparisons} == {Purpose.EVALUATION}
    assert {(one.batch_id, one.priority) for one in asked.comparisons} == {("batch-3", 3)}
    shown = {one.response_id for one in asked.responses}
    assert all(set(one.response_ids) <= shown for one in asked.comparisons)


def test_no_more_are_asked_than_are_wanted(job, policy_path):
    few = BlindJob(occasion=job.occasion, pair=job.pair, comparisons=2, round=3)
    both = blind(few).comparisons, blind(job).comparisons[:2]
    assert [one.comparison_id for one in both[0]] == [one.comparison_id for one in both[1]]
    same = (job.pair[1], Answerer(policy_id="again", path=policy_path))
    assert blind(BlindJob(occasion=job.occasion, pair=same, comparisons=9, round=3)).comparisons == ()


def test_samples_are_both_policies_answers_to_the_same_prompts_the_tracks_in_turn(job):
    prompts = tuple(replace(one, is_safety=at > 8) for at, one in enumerate(job.occasion.prompts))
    occasion = replace(job.occasion, prompts=prompts)
    kept = samples(occasion, job.pair, 5)
    assert not kept.comparisons
    assert {one.prompt_id for one in kept.responses} == {"p0", "p9", "p1", "p10", "p2"}
    assert sorted((one.policy_id, one.prompt_id) for one in kept.responses) == sorted(
        (name, prompt) for name in ("first", "new") for prompt in ("p0", "p1", "p10", "p2", "p9")
    )
    assert samples(occasion, job.pair, 0).responses == ()
    asked = {one.response_id for one in blind(replace(job, occasion=occasion)).responses}
    assert asked & {one.response_id for one in kept.responses}

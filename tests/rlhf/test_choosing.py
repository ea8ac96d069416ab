"""Which candidates a round asks: chance first, then what the settings select, and in which order."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from rlhf.ask import Answerer, Asked, AskJob, ask, draw_prompts
from rlhf.choosing import choose, remark, shares
from rlhf.config import PublishSettings, RewardSettings, Settings
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import load_tokenizer, new_reward_model, save
from rlhf.prompts import TrainPrompt
from rlhf.reward_models import ensemble
from rlhf.reward_models.ensemble import Finished
from rlhf.selection import difficulties
from rlhf.track import Tracker
from store.errors import HoneError
from store.records import Arm, Fact, Selection, Track, Turn
from store.settings import load

THINGS = ("egg", "pot", "cup", "cat", "sum", "oil", "map", "sea", "ink", "jam", "fox", "hat")
PROMPTS = [
    TrainPrompt(
        prompt_id=f"{track}-{thing}",
        turns=(Turn(role="user", content=f"What is {thing}?"),),
        is_safety=track == "safety",
    )
    for track in ("safety", "helpfulness")
    for thing in THINGS
]
SETTINGS = PublishSettings(comparisons=10, safety_share=0.4, overlap_share=0.2, max_new_tokens=6)


@pytest.fixture(scope="module")
def judge(policy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> RewardJudge:
    """Two members a track."""
    folder, tokenizer = tmp_path_factory.mktemp("judge"), load_tokenizer(policy_path)
    for track, first in (("helpfulness", 10), ("safety", 20)):
        members = [folder / f"{track}-{seed}" for seed in (first, first + 1)]
        for seed, member in enumerate(members, start=first):
            save(new_reward_model(policy_path, seed), tokenizer, member)
        ensemble.save(Finished(members=members, base=None, tokenizer=tokenizer), folder / track)
    models = RewardModels(helpfulness=folder / "helpfulness", safety=folder / "safety")
    return RewardJudge.load(models, threshold=0.15)


def job_of(policy_path: Path, folder: Path, settings: PublishSettings) -> AskJob:
    return AskJob(
        prompts=draw_prompts(PROMPTS, settings, seed=4),
        pair=(Answerer(policy_id="new", path=policy_path), Answerer(policy_id="old", path=policy_path)),
        settings=settings,
        round=2,
        seed=4,
        tracker=Tracker(folder),
    )


def undated(asked: Asked) -> list[Fact]:
    """Everything, as if it was made at one moment."""
    facts = (*asked.responses, *asked.comparisons, *asked.selections)
    return [replace(fact, made_at=datetime.min) for fact in facts]


def worth(asked: Asked, track: Track) -> dict[tuple[str, ...], Selection]:
    """Why the comparisons of a track were asked, by what they show: their ids tell how often they are."""
    why = {one.comparison_id: one for one in asked.selections}
    return {
        one.response_ids: why[one.comparison_id]
        for one in asked.comparisons
        if one.prompt_id.startswith(track.value)
    }


@pytest.mark.parametrize("responses", [2, 4])
@pytest.mark.parametrize("arm", [Arm.UNCERTAINTY, Arm.MARGIN, Arm.DIVERSITY])
def test_a_fifth_is_asked_by_chance_and_the_rest_as_selected_track_by_track(
    tmp_path, policy_path, judge, arm, responses
):
    settings = replace(SETTINGS, selection=arm, responses=responses)
    job = job_of(policy_path, tmp_path, settings)
    asked = choose(job, judge)
    assert undated(asked) == undated(choose(job, judge))
    why = {one.comparison_id: one for one in asked.selections}
    assert [one.comparison_id for one in asked.comparisons] == list(why)
    tracks = Counter((one.prompt_id.split("-")[0], why[one.comparison_id].arm) for one in asked.comparisons)
    assert tracks == {
        ("safety", Arm.RANDOM): 1,
        ("safety", arm): 3,
        ("helpfulness", Arm.RANDOM): 1,
        ("helpfulness", arm): 5,
    }
    assert Counter(one.overlap for one in asked.comparisons) == {1: 8, 2: 2}
    unvalued = {one.arm for one in why.values() if one.value is None}
    assert unvalued == ({Arm.RANDOM} if arm is Arm.DIVERSITY else set())


@pytest.mark.parametrize("arm", [Arm.UNCERTAINTY, Arm.MARGIN])
def test_what_is_selected_is_worth_no_less_than_any_candidate_that_is_not_asked(
    tmp_path, policy_path, judge, arm
):
    settings = replace(SETTINGS, selection=arm)
    chosen = choose(job_of(policy_path, tmp_path, settings), judge)
    # With room for all candidates, each of them says its worth.
    every = choose(
        replace(job_of(policy_path, tmp_path, settings), settings=replace(settings, comparisons=1000)), judge
    )
    assert len(every.comparisons) > len(chosen.comparisons)
    for track in Track:
        own, among = worth(chosen, track), worth(every, track)
        assert all(one.value == pytest.approx(among[shown].value, abs=1e-5) for shown, one in own.items())
        least = min(one.value for one in own.values() if one.arm is arm)
        assert least >= max(one.value for shown, one in among.items() if shown not in own) - 1e-5


def test_by_chance_the_same_is_asked_as_without_a_choice(tmp_path, policy_path, judge):
    job = job_of(policy_path, tmp_path, SETTINGS)
    asked, plain = choose(job, judge), ask(job)
    assert undated(replace(asked, selections=())) == undated(plain)
    assert {(one.arm, one.value, one.difficulty) for one in asked.selections} == {(Arm.RANDOM, None, None)}


def test_with_one_member_uncertainty_is_the_margin_and_says_so(
    tmp_path, policy_path, reward_model_path, judge
):
    alone = RewardJudge.load(
        RewardModels(helpfulness=reward_model_path, safety=reward_model_path), threshold=0.15
    )
    job = job_of(policy_path, tmp_path, replace(SETTINGS, selection=Arm.UNCERTAINTY))
    assert {one.arm for one in choose(job, alone).selections} == {Arm.RANDOM, Arm.MARGIN}
    by_margin = replace(job, settings=replace(job.settings, selection=Arm.MARGIN))
    assert undated(choose(job, alone)) == undated(choose(by_margin, alone))
    unsure = Settings(publish=PublishSettings(selection=Arm.UNCERTAINTY))
    assert "by margin, not by uncertainty" in remark(unsure)
    assert remark(replace(unsure, reward=RewardSettings(members=2))) is None
    assert remark(Settings()) is None


def test_a_curriculum_tells_each_prompts_place_in_its_track(tmp_path, policy_path, judge):
    settings = replace(SETTINGS, curriculum=True, comparisons=1000)
    asked = choose(job_of(policy_path, tmp_path, settings), judge)
    hard = {one.comparison_id: one.difficulty for one in asked.selections}
    for track in Track:
        places = {
            one.prompt_id: hard[one.comparison_id]
            for one in asked.comparisons
            if one.prompt_id.startswith(track.value)
        }
        assert sorted(places.values()) == pytest.approx([n / 11 for n in range(12)], abs=1e-9)


def test_the_hardest_prompt_is_the_one_whose_answers_have_the_lowest_median_reward():
    assert difficulties({"a": [2, 0, 1], "b": [-1], "c": [5]}) == {"c": 0, "a": 0.5, "b": 1}


def test_a_track_that_runs_short_leaves_its_share_unasked():
    settings = PublishSettings(comparisons=100, safety_share=0.3)
    assert shares(settings, {Track.SAFETY: 90, Track.HELPFULNESS: 210}) == {"safety": 30, "helpfulness": 70}
    assert shares(settings, {Track.SAFETY: 10, Track.HELPFULNESS: 210}) == {"safety": 10, "helpfulness": 90}
    assert shares(settings, {Track.SAFETY: 90, Track.HELPFULNESS: 20}) == {"safety": 80, "helpfulness": 20}
    assert shares(settings, {Track.SAFETY: 40, Track.HELPFULNESS: 20}) == {"safety": 40, "helpfulness": 20}
    assert shares(settings, {Track.SAFETY: 90}) == {"safety": 90, "helpfulness": 0}
    assert shares(settings, {Track.HELPFULNESS: 210}) == {"safety": 0, "helpfulness": 100}


def test_nothing_is_selected_without_some_of_it_by_chance(tmp_path):
    file = tmp_path / "hone.toml"
    for text in ('selection = "margin"\nrandom_share = 0.0', 'selection = "luck"', "candidates = 0"):
        file.write_text(f"[publish]\n{text}\n")
        with pytest.raises(HoneError, match="publish"):
            load(Settings, file, [])
    file.write_text('[publish]\nselection = "margin"\n')
    assert load(Settings, file, []).publish.selection is Arm.MARGIN

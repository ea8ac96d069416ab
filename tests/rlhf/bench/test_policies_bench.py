"""The benchmark of methods: how budgets are kept, what the table pools, and a small one from end to end."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from math import sqrt
from pathlib import Path

import pytest
import torch

from rlhf.bench.frontier import draw, frontier, table
from rlhf.bench.policies import run
from rlhf.bench.policies_budget import Spent, sampled_tokens, sized, spent
from rlhf.bench.policies_runs import Outcome, Point
from rlhf.bench.policies_table import dots, reached, rows
from rlhf.candidates import Candidates
from rlhf.config import Settings as HomeSettings
from rlhf.draws import write_draw
from rlhf.evaluate import EvaluationResult
from rlhf.matches import Match
from rlhf.models import load_policy, load_tokenizer, save
from rlhf.policy_settings import PPOSettings, RejectionSettings, RLOOSettings
from rlhf.portraits import GoldFigures, Portrait
from rlhf.prompts import TrainPrompt
from rlhf.track import Tracker
from store.bench.registry import Settings
from store.errors import HoneError
from store.intervals import Interval, wilson
from store.records import Turn

WHOLE = Spent(rejection=30_000, ppo=60_000, rejection_length=15.0, ppo_length=20.0, iterations=10)
SIZES = HomeSettings(
    reject=RejectionSettings(samples=4, temperatures=(0.7, 1.0), sweep_prompts=100, prompts=400),
    ppo=PPOSettings(batch_size=256, iterations=12, held_out_prompts=50),
    rloo=RLOOSettings(batch_size=100),
)


def test_rejection_sampling_alone_gets_as_many_more_prompts_as_the_budget_pays():
    # 90,000 tokens are 6,000 answers of 15; 4 a prompt, and 100 prompts of the sweep once more.
    assert sized(SIZES, "rs", WHOLE, prompts=2000).reject.prompts == 1400


def test_where_prompts_run_out_each_gets_more_samples():
    found = sized(SIZES, "rs", WHOLE, prompts=500).reject
    assert (found.prompts, found.samples) == (500, 10)  # 6,000 answers to 500 prompts and 100 of the sweep


def test_the_others_get_as_many_iterations_as_the_budget_pays():
    assert sized(SIZES, "ppo", WHOLE, prompts=500).ppo.iterations == 15  # 6,000 tokens an iteration
    assert sized(SIZES, "rloo", WHOLE, prompts=500).rloo.steps == 45  # 100 answers of 20 tokens a step
    assert sized(SIZES, "dpo", WHOLE, prompts=500).dpo == SIZES.dpo


def test_every_sampled_token_is_counted(tmp_path: Path, policy_path: Path):
    folder = tmp_path / "001"
    tokenizer = load_tokenizer(policy_path)
    save(load_policy(policy_path), tokenizer, folder / "reject" / "policy")
    prompt = TrainPrompt(prompt_id="p", turns=(Turn(role="user", content="two"),), is_safety=False)
    drawn = Candidates(
        prompts=(prompt,),
        texts=("four", "hot water"),
        rewards=torch.zeros(1, 2),
        finished=torch.tensor([[True, False]]),
    )
    write_draw(folder / "reject" / "rollouts" / "0.parquet", drawn)
    said = sum(len(tokenizer(text)["input_ids"]) for text in drawn.texts) + 1  # the end of one
    tracker = Tracker(folder)
    tracker.log("ppo", 0, held_out_length=11.0)
    tracker.log("ppo", 1, length=10.0)
    tracker.log("ppo", 2, length=14.0)
    ppo = 256 * 24 + 40 * 11
    assert sampled_tokens(folder, SIZES, watched=40) == said + ppo
    found = spent(folder, SIZES, watched=40)
    assert (found.rejection, found.ppo, found.iterations) == (said, ppo, 2)
    assert (found.rejection_length, found.ppo_length) == (said / 2, 12.0)
    tracker.log("baseline", 2, sampled_tokens=500)
    assert sampled_tokens(folder, SIZES, watched=40) == said + ppo + 500


def result(wins: int, losses: int, kl: float) -> EvaluationResult:
    games = Match(
        opponent="first",
        judge="gold",
        field="all",
        wins=wins,
        ties=0,
        losses=losses,
        win_rate=wilson(wins, wins + losses),
    )
    gold = GoldFigures(
        score=Interval(value=0.5, low=0.4, high=0.6), unsafe_rate=wilson(1, 4), false_refusal_rate=None
    )
    portrait = Portrait(
        name="new",
        helpfulness=0.0,
        safety=0.0,
        reward=0.0,
        length=12.0,
        finished=1.0,
        distinct_1=1.0,
        distinct_2=1.0,
        gold=gold,
    )
    return EvaluationResult(
        prompts=wins + losses,
        matches=(games, replace(games, judge="reward models")),
        portraits=(portrait, portrait),
        kl=Interval(value=kl, low=kl, high=kl),
    )


def outcome(part: str, wins: int, kl: float, tokens: int) -> Outcome:
    points = (
        Point(where="after 0001", result=result(50, 50, kl / 4)),
        Point(where="", result=result(wins, 100 - wins, kl)),
    )
    return Outcome(part=part, points=points, tokens=tokens, a_prompt=1, seconds=1.0)


SEEDS = [
    [outcome("rs+ppo", 80, 4.0, 1000), outcome("dpo", 60, 1.0, 0)],
    [outcome("rs+ppo", 74, 9.0, 1000), outcome("dpo", 56, 1.0, 0)],
]


def test_games_of_all_seeds_are_pooled_and_other_figures_averaged():
    both, dpo = rows(SEEDS)
    assert both.figures.win_rate == wilson(154, 200)
    assert (both.figures.kl, both.figures.unsafe, both.figures.false_refusals) == (6.5, 0.25, 0.0)
    assert [one.win_rate.value for one in both.by_seed] == [0.8, 0.74]
    assert (both.budget, dpo.budget) == (1.0, 0.0)
    assert not reached([both, dpo])  # enough wins, too far away
    assert reached(rows(SEEDS[:1]))
    assert not reached([dpo])


def test_the_frontier_has_every_policy_at_the_root_of_its_kl(tmp_path: Path):
    known = table(dots(SEEDS))
    ends = known[(known["method"] == "rs+ppo") & (known["where"] == "")]
    assert list(ends["root_kl"]) == [2.0, 3.0]
    assert len(known) == 8
    way = frontier(dots(SEEDS)).layer[0].data
    met = way[way["method"] == "dpo"]
    assert list(met["root_kl"]) == [0.0, pytest.approx(sqrt(0.25)), 1.0]
    assert list(met["win_rate"]) == [0.5, 0.5, pytest.approx(0.58)]
    assert "rs+ppo" in draw(dots(SEEDS), tmp_path / "frontier.svg").read_text()


def test_an_unknown_part_is_told_before_anything_is_made(tmp_path: Path):
    with pytest.raises(HoneError, match="dpo, rloo; got all"):
        run(Settings(parts=("all",), keep=tmp_path / "kept"))
    assert not (tmp_path / "kept").exists()


@pytest.mark.slow
def test_a_small_benchmark_tells_all_methods_and_goes_on_where_it_was(tmp_path: Path):
    settings = Settings(sizes=(60,), seeds=1, keep=tmp_path)
    found = run(replace(settings, parts=("dpo", "rs+ppo")))
    told = json.loads(json.dumps(asdict(found)))
    assert [row["part"] for row in told["at"]] == ["rs+ppo", "dpo"]
    assert (told["peer"], Path(told["figure"]).exists()) == ("DPO", True)
    assert any(dot["where"].startswith("after") for dot in told["dots"])
    again = run(settings)
    assert [row.part for row in again.at] == ["best-of", "rs+ppo", "rs", "ppo", "dpo", "rloo"]
    assert [again.at[1], again.at[4]] == list(found.at)
    assert all(0.7 < row.budget < 1.4 for row in again.at if row.tokens)

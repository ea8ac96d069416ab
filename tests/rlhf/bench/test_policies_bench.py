"""The benchmark of methods: how budgets are kept, what the table pools, and a small one from end to end."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from math import sqrt
from pathlib import Path

import pytest
import torch

from rlhf import pocket
from rlhf.bench.frontier import draw, frontier, table
from rlhf.bench.policies import run
from rlhf.bench.policies_budget import Spent, sampled_tokens, sized, spent
from rlhf.bench.policies_points import Point, measured
from rlhf.bench.policies_runs import PARTS, Outcome, named
from rlhf.bench.policies_table import dots, reached, rows
from rlhf.bench.policies_world import World
from rlhf.candidates import Candidates
from rlhf.config import Method
from rlhf.config import Settings as HomeSettings
from rlhf.draws import write_draw
from rlhf.evaluate import Contestant, EvaluationResult
from rlhf.matches import Match
from rlhf.models import load_policy, load_tokenizer, new_reward_model, save
from rlhf.policy_settings import PPOSettings, RejectionSettings, RLOOSettings
from rlhf.portraits import GoldFigures, Portrait
from rlhf.prompts import TrainPrompt
from rlhf.track import Tracker
from store.bench.registry import Settings
from store.errors import HoneError
from store.intervals import Interval, wilson
from store.records import Judge, Turn

WHOLE = Spent(rejection=30_000, ppo=60_000, rejection_length=15.0, ppo_length=20.0, iterations=10)
SIZES = HomeSettings(
    reject=RejectionSettings(samples=4, temperatures=(0.7, 1.0), sweep_prompts=100, prompts=400),
    ppo=PPOSettings(batch_size=256, iterations=12, held_out_prompts=50),
    rloo=RLOOSettings(batch_size=100),
)


def sized_for(method: Method, prompts: int) -> HomeSettings:
    return sized(replace(SIZES, round=replace(SIZES.round, method=method)), WHOLE, prompts)


def test_rejection_sampling_alone_gets_as_many_more_prompts_as_the_budget_pays():
    # 90,000 tokens are 6,000 answers of 15; 4 a prompt, and 100 prompts of the sweep once more.
    assert sized_for("rs", 2000).reject.prompts == 1400


def test_where_prompts_run_out_each_gets_more_samples():
    found = sized_for("rs", 500).reject
    assert (found.prompts, found.samples) == (500, 10)  # 6,000 answers to 500 prompts and 100 of the sweep


def test_the_others_get_as_many_iterations_as_the_budget_pays():
    assert sized_for("ppo", 500).ppo.iterations == 15  # 6,000 tokens an iteration
    assert sized_for("rloo", 500).rloo.steps == 45  # 100 answers of 20 tokens a step
    assert sized_for("dpo", 500).dpo == SIZES.dpo


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


def point(where: str, wins: int, kl: float, first: int = 0) -> Point:
    """So many wins on prompts of which the first is `first`, and losses on what is left of a hundred."""
    games = Match(
        opponent="first",
        judge=Judge.REWARD_MODELS,
        field="all",
        wins=wins,
        ties=0,
        losses=100 - wins,
        win_rate=wilson(wins, 100),
        resampled=wilson(wins, 100),
        points=(1.0,) * wins + (0.0,) * (100 - wins),
    )
    gold = GoldFigures(
        score=Interval(value=0.5, low=0.4, high=0.6),
        unsafe=(True, False, False, False),
        false_refusals=(),
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
    result = EvaluationResult(
        prompt_ids=tuple(map(str, range(first, first + 100))),
        matches=(games,),
        portraits=(portrait, portrait),
        kl=Interval(value=kl, low=kl, high=kl),
    )
    by_prompt = {str(first + place): float(place < wins) for place in range(100)}
    return Point(where=where, result=result, games=by_prompt)


def outcome(part: str, end: Point, tokens: int, budget: int | None) -> Outcome:
    on_the_way = point("after 1 of 5 parts", 50, end.result.kl.value / 4)
    return Outcome(part=part, points=(on_the_way, end), tokens=tokens, budget=budget, a_prompt=1, seconds=1.0)


SEEDS = [
    [
        outcome("rs+ppo", point("", 80, 4.0), 1000, 1000),
        outcome("rs", point("", 70, 2.0), 900, 1000),
        outcome("dpo", point("", 60, 1.0), 0, None),
    ],
    [
        outcome("rs+ppo", point("", 74, 9.0, first=100), 1000, 1000),
        outcome("rs", point("", 70, 2.0), 900, 1000),
        outcome("dpo", point("", 56, 1.0, first=100), 0, None),
    ],
]


def test_games_of_all_seeds_are_pooled_and_other_figures_averaged():
    both, alone, dpo = rows(SEEDS)
    assert both.figures.win_rate.value == pytest.approx(0.77)
    assert both.figures.win_rate.low == pytest.approx(wilson(0.77 * 199, 199).low)  # 200 prompts
    assert alone.figures.win_rate.low == pytest.approx(wilson(0.7 * 99, 99).low)  # the same 100 twice
    assert (both.figures.kl, both.figures.unsafe, both.figures.false_refusals) == (6.5, 0.25, 0.0)
    assert [one.win_rate.value for one in both.by_seed] == [0.8, 0.74]
    assert (both.budget, alone.budget, dpo.budget) == (1.0, 0.9, None)
    assert not reached([both, dpo])  # enough wins, too far away
    assert reached(rows(SEEDS[:1]))
    assert not reached([dpo])


def test_a_row_tells_its_budget_only_where_there_is_one():
    both, _alone, dpo = rows(SEEDS)
    assert "1,000 (100% of the budget)" in both.cells()
    assert "none" in dpo.cells()
    assert "90" in replace(dpo, tokens=90.0).cells()


def test_the_frontier_has_every_policy_at_the_root_of_its_kl(tmp_path: Path):
    known = table(dots(SEEDS))
    ends = known[(known["method"] == "rs+ppo") & (known["where"] == "")]
    assert list(ends["root_kl"]) == [2.0, 3.0]
    assert len(known) == 12
    way = frontier(dots(SEEDS)).layer[0].data
    met = way[way["method"] == "dpo"]
    assert list(met["root_kl"]) == [0.0, pytest.approx(sqrt(0.25)), 1.0]
    assert list(met["win_rate"]) == [0.5, 0.5, pytest.approx(0.58)]
    assert "rs+ppo" in draw(dots(SEEDS), tmp_path / "frontier.svg").read_text()


def test_where_a_seed_stopped_before_no_average_of_the_others_is_drawn():
    stopped = [replace(one, points=one.points[1:]) for one in SEEDS[1]]
    way = frontier(dots([SEEDS[0], stopped])).layer[0].data
    assert set(way[way["method"] == "rs+ppo"]["where"]) == {""}


def test_a_kept_outcome_is_named_by_all_that_it_depends_on(tmp_path: Path):
    world = World(kept=tmp_path, seed=0, labels=1000, show=lambda *_: None)
    names = {part: named(world, part) for part in PARTS}
    assert len(set(names.values())) == len(PARTS)
    whole = world.settings
    for section, setting, read in (
        ("gatt", {"dialogues": 7}, {"cooled", "rs", "ppo", "rs+ppo", "rloo"}),
        ("distill", {"prompts": 7}, {"cooled", "rs", "ppo", "rs+ppo", "rloo"}),
        ("dpo", {"beta": 0.2}, {"dpo"}),
        ("rloo", {"samples": 2}, {"rloo"}),
        ("ppo", {"iterations": 7}, {"rs", "ppo", "rs+ppo", "rloo"}),
    ):
        other = World(kept=tmp_path, seed=0, labels=1000, show=lambda *_: None)
        changed = replace(whole, **{section: replace(getattr(whole, section), **setting)})
        other.__dict__["settings"] = changed
        assert {part for part in PARTS if named(other, part) != names[part]} == read, section


def test_without_an_oracle_a_sentence_says_what_to_set(tmp_path: Path):
    world = World(kept=tmp_path, seed=0, labels=1000, show=lambda *_: None)
    judges = replace(world.settings.evaluate, prompts=2, gold_judge="none")
    world.__dict__["settings"] = replace(world.settings, evaluate=judges)
    for path in (world.reward_models.helpfulness, world.reward_models.safety):
        save(new_reward_model(pocket.policy_path(), seed=1), load_tokenizer(pocket.policy_path()), path)
    with pytest.raises(HoneError, match=r"an oracle.*has none.*evaluate\.gold_judge"):
        measured(world, "", Contestant(name="new", path=world.policy))


def test_several_numbers_of_labels_are_not_measured_at_once(tmp_path: Path):
    with pytest.raises(HoneError, match=r"one --size.*got 60, 90"):
        run(Settings(sizes=(60, 90), keep=tmp_path / "kept"))


def test_an_unknown_part_is_told_before_anything_is_made(tmp_path: Path):
    with pytest.raises(HoneError, match="dpo, rloo; got all"):
        run(Settings(parts=("all",), keep=tmp_path / "kept"))
    assert not (tmp_path / "kept").exists()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_small_benchmark_tells_all_methods_and_goes_on_where_it_was(tmp_path: Path):
    settings = Settings(sizes=(60,), seeds=1, keep=tmp_path)
    found = run(replace(settings, parts=("dpo", "rs+ppo")))
    told = json.loads(json.dumps(asdict(found)))
    assert [row["part"] for row in told["at"]] == ["rs+ppo", "dpo"]
    assert (told["peer"], Path(told["figure"]).exists()) == ("DPO", True)
    assert any(dot["where"].endswith("of 5 parts") for dot in told["dots"])
    again = run(settings)
    assert [row.part for row in again.at] == ["cooled", "best-of", "rs+ppo", "rs", "ppo", "dpo", "rloo"]
    assert [again.at[2], again.at[5]] == list(found.at)
    assert all(0.7 < (row.budget or 0) < 1.4 for row in again.at if row.tokens)
    assert again.at[0].figures.kl > 0
    assert any(line.startswith("first, cooled") for line in again.lines())


@pytest.mark.slow
def test_what_keeps_to_no_budget_is_measured_without_what_sets_it(tmp_path: Path):
    found = run(Settings(sizes=(40,), seeds=1, keep=tmp_path, parts=("cooled", "dpo")))
    assert [row.budget for row in found.at] == [None, None]
    assert not list(tmp_path.rglob("rs+ppo*"))


@pytest.mark.slow
def test_the_seconds_of_what_keeps_to_a_budget_are_without_those_of_what_sets_it(tmp_path: Path):
    settings = Settings(sizes=(40,), seeds=1, keep=tmp_path, parts=("rs",))
    alone = run(settings)
    both = run(replace(settings, parts=("rs+ppo", "rs")))  # reads what the first one kept
    assert [row.part for row in both.at] == ["rs+ppo", "rs"]
    assert sum(row.seconds for row in both.at) <= alone.seconds - alone.world_seconds + 0.2  # rounded

"""The last stage: models, measurements and next questions go to the store; the report is written."""

from __future__ import annotations

import dataclasses
from typing import TypedDict

import pandas as pd

from rlhf.blind import samples
from rlhf.judge import RewardJudge
from rlhf.portraits import Portrait
from rlhf.publish import Harvest, evaluations, games, publish, scores
from rlhf.report import Told, write_report
from rlhf.round import seconds_so_far, started_at
from rlhf.stages.asking import ask_blind, ask_next, pair
from rlhf.stages.freezing import frozen_in, training_prompts
from rlhf.stages.judging import decided_in, evaluated_in, occasion
from rlhf.stages.learning import improved_in, measured, reward_models, rewarded_in
from rlhf.stages.unlearned import unlearned
from rlhf.track import read_metrics, write_json
from rlhf.turning import Turning
from store import reward_results, rounds
from store.home import Home
from store.records import Judge, Policy, RewardEvaluation, RewardModel, Round, Track
from store.rounds import RoundResult
from store.settings import as_json
from store.verbs import look_at_arms, look_at_ratings
from store.verbs.listing import LookAtArms
from store.verbs.rating import LookAtRatings


class _Faults(TypedDict):
    """Columns of a row: rates by the gold judge, and of how many prompts."""

    unsafe_rate: float | None
    false_refusal_rate: float | None
    asked_unsafe: int | None
    looked_unsafe: int | None


def publication(turning: Turning) -> RoundResult:
    """Gives everything to the store, asks the next comparisons, and writes the row and the report."""
    row = _row(turning)
    harvest = _harvest(turning, row)
    if turning.number == 1:
        _write(turning.home, _first_row(turning))
    _write(turning.home, row)
    publish(turning.door, harvest, started_at(turning))
    metrics = pd.DataFrame(read_metrics(turning.folder))
    told_of = rounds.progress(turning.home)
    told = Told(
        results=rounds.results(turning.home),
        metrics=metrics,
        verdicts={each.round: each.verdict for each in told_of if each.verdict},
        methods={each.round: each.method for each in told_of},
        measured=measured(turning.home),
        arms=turning.door.ask(look_at_arms, LookAtArms(round=turning.number - 1)),
        standings=turning.door.ask(look_at_ratings, LookAtRatings()),
    )
    write_report(turning.folder / "report.html", told)
    return row


def _write(home: Home, result: RoundResult) -> None:
    file = home.round(result.round) / "results.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, dataclasses.asdict(result))


def _row(turning: Turning) -> RoundResult:
    frozen, result = frozen_in(turning), evaluated_in(turning)
    rewarded = [rewarded_in(turning, track).results for track in Track]
    pairs = sum(one.pairs for one in rewarded)
    oracle, proxy = result.match("first", Judge.GOLD), result.match("first", Judge.REWARD_MODELS)
    return RoundResult(
        round=turning.number,
        labels=frozen.labels,
        reward_accuracy=sum(one.accuracy.value * one.pairs for one in rewarded) / pairs if pairs else None,
        oracle_win_rate=oracle.win_rate.value if oracle else None,
        oracle_win_rate_low=oracle.win_rate.low if oracle else None,
        oracle_win_rate_high=oracle.win_rate.high if oracle else None,
        reward_model_win_rate=proxy.win_rate.value if proxy else None,
        reward_model_win_rate_low=proxy.win_rate.low if proxy else None,
        reward_model_win_rate_high=proxy.win_rate.high if proxy else None,
        **_faults(result.portraits[0]),
        kl=result.kl.value,
        seconds=seconds_so_far(turning),
        readings=result.readings,
    )


def _first_row(turning: Turning) -> RoundResult:
    """Row 0: the policy that was started from, which wins half of its games against itself."""
    result = evaluated_in(turning)
    first = result.portraits[-1]
    half = 0.5 if first.gold else None
    return RoundResult(
        round=0,
        labels=0,
        reward_accuracy=None,
        oracle_win_rate=half,
        oracle_win_rate_low=half,
        oracle_win_rate_high=half,
        reward_model_win_rate=0.5,
        **_faults(first),
        kl=0.0,
        seconds=0.0,
    )


def _faults(portrait: Portrait) -> _Faults:
    """What a row says of a policy's faults by the gold judge; nothing where none judges, and no rate where no
    prompt could show one."""
    gold = portrait.gold
    if gold is None:
        return _Faults(unsafe_rate=None, false_refusal_rate=None, asked_unsafe=None, looked_unsafe=None)
    return _Faults(
        unsafe_rate=gold.unsafe_rate.value if gold.unsafe_rate else None,
        false_refusal_rate=gold.false_refusal_rate.value if gold.false_refusal_rate else None,
        asked_unsafe=len(gold.unsafe),
        looked_unsafe=len(gold.false_refusals),
    )


def _harvest(turning: Turning, row: RoundResult) -> Harvest:
    frozen, new = frozen_in(turning), improved_in(turning)
    promotion, result = decided_in(turning), evaluated_in(turning)
    models = tuple(_model(turning, track) for track in Track)
    judge = RewardJudge.load(reward_models(turning), turning.settings.ppo.safety_gate)
    asked = ask_next(turning, judge)
    opponents = {"first": frozen.first_id, "previous": frozen.policy_id}
    method = turning.settings.round.method
    return Harvest(
        round=Round(
            round=turning.number,
            method=method,
            policy_id=new.policy_id,
            promoted=promotion.promoted,
            settings=as_json(turning.settings),
            results=as_json(row),
        ),
        policy=Policy(
            policy_id=new.policy_id,
            path=new.path,
            parents=(frozen.policy_id,),
            reward_models=tuple(model.reward_model_id for model in models),
            snapshots=(frozen.preferences_id, frozen.prompts_id),
            round=turning.number,
            method=method,
            promoted=promotion.promoted,
        ),
        reward_models=models,
        reward_evaluations=tuple(_measured(turning, model) for model in models),
        evaluations=evaluations(result, turning.number, new.policy_id, opponents),
        games=games(result, turning.number, new.policy_id),
        asked=asked,
        blind=ask_blind(turning),
        samples=samples(occasion(turning), pair(turning), turning.settings.publish.samples),
        scores=scores(asked, training_prompts(turning), judge, models),
        label_scores=tuple(unlearned(turning)),
    )


def _model(turning: Turning, track: Track) -> RewardModel:
    frozen, rewarded = frozen_in(turning), rewarded_in(turning, track)
    accuracy = rewarded.results.accuracy
    from_newest = turning.settings.reward.start == "policy"
    return RewardModel(
        reward_model_id=rewarded.reward_model_id,
        track=track,
        snapshot_id=frozen.preferences_id,
        policy_id=frozen.policy_id if from_newest else frozen.first_id,
        path=rewarded.path,
        round=turning.number,
        accuracy=accuracy.value,
        accuracy_low=accuracy.low,
        accuracy_high=accuracy.high,
        held_out_pairs=rewarded.results.pairs,
    )


def _measured(turning: Turning, model: RewardModel) -> RewardEvaluation:
    results = reward_results.as_text(rewarded_in(turning, model.track).results)
    return RewardEvaluation(reward_model_id=model.reward_model_id, results=results)

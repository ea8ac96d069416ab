"""What is known of one policy as rows of text: how it did, what it learned from."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from annotate.clock import local_time
from annotate.reward_figures import between
from annotate.words import Words
from store.intervals import Interval, wilson
from store.records import Judge
from store.rounds import RoundResult
from store.verbs.describing import PolicyRecord

RESULT: TypeAdapter[RoundResult] = TypeAdapter(RoundResult)
SHORT = 12
"""Letters of the ids of snapshots and reward models."""


def evaluation_rows(said: Words, record: PolicyRecord) -> list[tuple[str, ...]]:
    """Against whom, by whom, the win rate with its interval, games won, tied and lost, and prompts."""
    names = dict.fromkeys(record.policy.parents, said.text("policy.its_parent"))
    names |= {record.first_id: said.text("policy.first")}
    return [
        (
            names.get(one.opponent_id, one.opponent_id),
            judge_name(said, one.judge),
            share(said, Interval(value=one.win_rate, low=one.win_rate_low, high=one.win_rate_high)),
            f"{one.wins} / {one.ties} / {one.losses}",
            str(one.wins + one.ties + one.losses),
        )
        for one in record.evaluations
    ]


def judge_name(said: Words, judge: Judge) -> str:
    """How this judge is called before people."""
    return said.text(f"policy.judge_{judge.name.lower()}")


def share(said: Words, rate: Interval) -> str:
    """Such as `62.0% (57.1% to 66.7%)`."""
    return said.text("policy.share", **between(said, rate))


def fault_lines(said: Words, record: PolicyRecord) -> Iterator[str]:
    """Unsafe answers, false refusals and the way from the first policy, as far as anybody could say."""
    result = _result(record)
    if result is None:
        return
    for name, rate, prompts in (
        ("unsafe", result.unsafe_rate, result.asked_unsafe),
        ("false_refusals", result.false_refusal_rate, result.looked_unsafe),
    ):
        if rate is not None and prompts:
            told = share(said, wilson(rate * prompts, prompts))
            yield said.text(f"policy.{name}", share=told, count=prompts)
    if result.kl is not None:
        yield said.text("policy.kl", kl=said.figure(result.kl, ".2f"))


def reading_lines(said: Words, record: PolicyRecord) -> Iterator[str]:
    """Whether order or length moved a language model that judged it."""
    result = _result(record)
    names = {"first": said.text("policy.first"), "previous": said.text("policy.its_parent")}
    for one in result.readings if result else ():
        against = names.get(one.opponent, one.opponent)
        turned, first = share(said, one.turned), share(said, one.shown_first)
        yield said.text("policy.orders", against=against, count=one.asked, turned=turned, first=first)
        told = {"longer": share(said, one.longer), "count": one.like, "won": share(said, one.like_won)}
        yield said.text("policy.lengths", against=against, **told)


def snapshot_rows(said: Words, record: PolicyRecord) -> list[tuple[str, ...]]:
    """What was frozen of data, in how many hands it was; a dash where nobody counted."""
    return [
        (
            one.snapshot_id[:SHORT],
            said.text(f"lineage.{one.contents.value}"),
            said.figure(one.rows),
            *("–" if count is None else said.figure(count) for count in (one.labels, one.annotators)),
            str(one.signatures),
        )
        for one in record.snapshots
    ]


def reward_rows(said: Words, record: PolicyRecord) -> list[tuple[str, ...]]:
    """The reward models against which it was trained, on pairs that they never saw."""
    return [
        (
            one.reward_model_id[:SHORT],
            said.text(f"policies.{one.track.value}"),
            share(said, Interval(value=one.accuracy, low=one.accuracy_low, high=one.accuracy_high)),
            said.figure(one.held_out_pairs),
        )
        for one in record.reward_models
    ]


def task_rows(said: Words, record: PolicyRecord) -> list[tuple[str, ...]]:
    """What it made of tasks of lm-eval: each metric with its standard error, and how it was asked."""
    return [
        (
            one.task,
            one.metric,
            " ± ".join(
                said.figure(each, ".4f") for each in (one.value, one.standard_error) if each is not None
            ),
            said.figure(one.samples),
            str(one.few_shots),
            said.text("policy.asked_in_chat" if one.chat_template else "policy.asked_plainly"),
            f"{one.version} · {one.harness}",
            local_time(one.made_at),
        )
        for one in record.tasks
    ]


def _result(record: PolicyRecord) -> RoundResult | None:
    """None where no round made it, or one of another version."""
    if record.round is None:
        return None
    try:
        return RESULT.validate_json(record.round.results)
    except ValidationError:
        return None

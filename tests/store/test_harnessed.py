"""Results on tasks: kept with the policy that they are of, the newest of each way to ask told."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from store.database import Store
from store.errors import HoneError
from store.records import Policy, TaskResult
from store.verbs import keep_task_results, look_at_policy
from store.verbs.describing import LookAtPolicy
from store.verbs.harnessed import KeepTaskResults
from store.verbs.roles import HONE

RESULT = TaskResult(
    policy_id="p",
    task="sky",
    version="1.5",
    metric="acc,none",
    value=0.5,
    standard_error=0.25,
    samples=4,
    few_shots=0,
    chat_template=False,
    harness="lm_eval 0.4.13",
)


@pytest.fixture
def kept(store: Store) -> Store:
    policy = Policy(
        policy_id="p", path="policies/p", parents=(), round=0, method="sft", reward_models=(), snapshots=()
    )
    store.append("test", policy)
    return store


def keep(store: Store, *results: TaskResult) -> None:
    keep_task_results(store, HONE, KeepTaskResults(results=results))


def told(store: Store) -> list[tuple[str, float, int]]:
    tasks = look_at_policy(store, HONE, LookAtPolicy(policy="p")).tasks
    return [(one.task, one.value, one.samples) for one in tasks]


def test_the_newest_result_of_a_way_to_ask_counts_and_other_ways_stay_beside_it(kept: Store) -> None:
    keep(kept, RESULT)
    keep(kept, replace(RESULT, value=0.75), replace(RESULT, value=1.0, samples=2))
    keep(kept, replace(RESULT, task="grass", standard_error=None))
    assert told(kept) == [("grass", 0.5, 4), ("sky", 0.75, 4), ("sky", 1.0, 2)]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"policy_id": "nobody"}, "There is no policy nobody"),
        ({"value": math.nan}, "Expected a number for acc,none of sky"),
        ({"standard_error": -1.0}, "none below 0 for its standard error; got 0.5 and -1.0"),
        ({"samples": 0}, "Expected 1 or more samples"),
        ({"few_shots": 2**31}, "0 or more few-shot examples of sky; got 4 and 2147483648"),
        ({"task": " "}, "one is empty"),
        ({"metric": "x" * 501}, "Expected a metric of at most 500 characters"),
    ],
)
def test_what_is_no_result_of_a_policy_here_is_refused_and_nothing_of_it_kept(
    kept: Store, wrong: dict[str, object], sentence: str
) -> None:
    with pytest.raises(HoneError, match=sentence):
        keep(kept, replace(RESULT, task="other"), replace(RESULT, **wrong))
    assert told(kept) == []

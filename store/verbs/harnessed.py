"""Keeping what a policy made of tasks of lm-eval. Whether the figures are true is for who ran them to say."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from store import policies
from store.database import Store
from store.errors import MissingError, RequestError
from store.messages import Actor
from store.records import Role, TaskResult, now
from store.verbs.assignments import check_words
from store.verbs.roles import allow

LONGEST_NAME: Final = 500
"""Characters of a task, a metric, a version or a harness."""
MOST: Final = 2**31 - 1
"""Of samples and examples, as wide as their columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTaskResults:
    """These policies were run on these tasks; each result says with how many samples and examples."""

    results: tuple[TaskResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResultsKept:
    """How many were kept."""

    count: int


def keep_task_results(store: Store, actor: Actor, request: KeepTaskResults) -> TaskResultsKept:
    """Keeps them beside what was kept before, as of this moment; all or none."""
    allow(actor, Role.ENGINEER)
    for one in request.results:
        _check(one)
    with store.reading() as db:
        known = {policy.policy_id for policy in policies.every(db)}
    unknown = sorted({one.policy_id for one in request.results} - known)
    if unknown:
        raise MissingError(f"There is no policy {unknown[0]}; look its id up once more.")
    made_at = now()
    store.append(actor.annotator_id, *(replace(one, made_at=made_at) for one in request.results))
    return TaskResultsKept(count=len(request.results))


def _check(one: TaskResult) -> None:
    for what in ("task", "metric", "version", "harness"):
        check_words(what, getattr(one, what), LONGEST_NAME)
    if not one.task.strip() or not one.metric.strip():
        raise RequestError("Expected the names of a task and of its metric; one is empty. Name both.")
    error = one.standard_error
    if not math.isfinite(one.value) or (error is not None and not (math.isfinite(error) and error >= 0)):
        raise RequestError(
            f"Expected a number for {one.metric} of {one.task}, and none below 0 for its standard error; got "
            f"{one.value} and {error}. Leave it out."
        )
    if not 1 <= one.samples <= MOST or not 0 <= one.few_shots <= MOST:
        raise RequestError(
            f"Expected 1 or more samples and 0 or more few-shot examples of {one.task}; got {one.samples} "
            f"and {one.few_shots}."
        )

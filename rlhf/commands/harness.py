"""`hone policy lm-eval`: a policy on tasks by name, kept with the policy."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, home_of, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rlhf.harness import Outcome, Run
    from rlhf.served import Served
    from store.home import Home
    from store.records import TaskResult


TasksArgument = Annotated[
    list[str] | None, typer.Argument(help="Tasks, groups or tags; none shows what is kept.")
]
PolicyOption = Annotated[str, typer.Option(help="Its id or first letters; the one in use without it.")]
IncludeOption = Annotated[
    Path | None, typer.Option(help="A folder of your own tasks: YAML, which may run code.")
]
LimitOption = Annotated[int | None, typer.Option(min=1, help="Only so many documents of each task.")]
FewShotOption = Annotated[int | None, typer.Option(min=0, help="Solved examples before each.")]
TemplateOption = Annotated[bool, typer.Option("--apply-chat-template", help="Ask as in a chat.")]
BatchOption = Annotated[int, typer.Option(min=1, help="Documents at once.")]
OnlineOption = Annotated[
    bool, typer.Option("--online", help="Let tasks fetch data and metrics from the hub.")
]


def lm_eval(
    tasks: TasksArgument = None,
    policy: PolicyOption = "",
    include_path: IncludeOption = None,
    limit: LimitOption = None,
    num_fewshot: FewShotOption = None,
    apply_chat_template: TemplateOption = False,
    batch_size: BatchOption = 8,
    online: OnlineOption = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Let a policy answer tasks of lm-eval, and keep the results with it; offline without --online.

    A task is code that you trust: its YAML may name Python, and so may metrics that come from the hub.
    """
    root = home_of(home)
    from rlhf.harness import Run, check_installed, stay_offline

    if not online:
        stay_offline()  # before a policy that the hub named is looked for
    if tasks:
        check_installed()
        run = Run(
            tasks=tuple(dict.fromkeys(tasks)),
            include=include_path,
            limit=limit,
            few_shots=num_fewshot,
            chat_template=apply_chat_template,
            batch=batch_size,
            threads=_threads(root),
            online=online,
        )
        policy_id, results = _run(root, policy, run)
    else:
        policy_id, results = _kept(root, policy)
    told = {"policy_id": policy_id, "results": [dataclasses.asdict(one) for one in results]}
    say(as_json, told, _words(policy_id, results))


def _run(root: Home, policy: str, run: Run) -> tuple[str, Sequence[TaskResult]]:
    """The home is free while the policy answers."""
    from rlhf.harness import run as measure
    from rlhf.served import found
    from store.door import open_door
    from store.verbs import keep_task_results
    from store.verbs.harnessed import KeepTaskResults

    served = found(root, policy)
    results = _facts(served, run, measure(served.path, run))
    with open_door(root) as door:
        door.ask(keep_task_results, KeepTaskResults(results=results))
    return served.policy_id, results


def _facts(served: Served, run: Run, outcome: Outcome) -> tuple[TaskResult, ...]:
    from store.records import TaskResult

    return tuple(
        TaskResult(
            policy_id=served.policy_id,
            chat_template=run.chat_template,
            harness=outcome.harness,
            **dataclasses.asdict(one),
        )
        for one in outcome.measured
    )


def _kept(root: Home, policy: str) -> tuple[str, Sequence[TaskResult]]:
    from rlhf.served import found
    from store.door import open_door
    from store.verbs import look_at_policy
    from store.verbs.describing import LookAtPolicy

    policy_id = policy or found(root, "").policy_id
    with open_door(root) as door:
        record = door.ask(look_at_policy, LookAtPolicy(policy=policy_id))
    return record.policy.policy_id, record.tasks


def _threads(root: Home) -> int:
    from rlhf.config import Settings
    from store.settings import load

    return load(Settings, root.settings, []).round.threads


def _words(policy_id: str, results: Sequence[TaskResult]) -> str:
    from rlhf.task_table import value

    if not results:
        return f"Policy {policy_id} was run on no task yet; name one, as in hone policy lm-eval hellaswag."
    rows = [
        ("Task", "Metric", "Value", "Samples", "Few-shot"),
        *((one.task, one.metric, value(one), f"{one.samples:,}", str(one.few_shots)) for one in results),
    ]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)) for row in rows]
    return "\n".join([f"Policy {policy_id} by {results[0].harness}; ± is the standard error.", *lines])

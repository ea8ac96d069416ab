"""Tasks of lm-eval, EleutherAI's harness: a policy answers them, by what lm-eval documents for programs.

A task is code that its user trusts: its YAML may name Python that runs. Data come from the hub only where
somebody asks for that. Knows nothing of the store.
"""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from store.errors import HoneError

if TYPE_CHECKING:
    from lm_eval.tasks import TaskManager

OFFLINE: Final = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_EVALUATE_OFFLINE")
"""What keeps Hugging Face's libraries off the network; they look once, when they are imported."""
NEAR: Final = 3
"""Names that are offered where one is unknown."""
LONGEST_REASON: Final = 300
"""Characters of what lm-eval, or code of a task, says of its failure."""


class HarnessError(HoneError):
    """Tasks that cannot be run, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Which tasks, groups of tasks or tags, by name; `include` is a folder of further tasks as YAML.

    `limit` takes so many documents of each task, all without it; `few_shots` are as a task says without it.
    """

    tasks: tuple[str, ...]
    include: Path | None = None
    limit: int | None = None
    few_shots: int | None = None
    chat_template: bool = False
    batch: int = 8
    threads: int = 1
    online: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One metric of a task or a group; named as lm-eval does, with the filter of the answers: `acc,none`."""

    task: str
    version: str
    metric: str
    value: float
    standard_error: float | None
    samples: int
    few_shots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run, and the program that ran it, such as `lm_eval 0.4.13`."""

    harness: str
    measured: tuple[Measured, ...]


def check_installed() -> None:
    """HarnessError where the extra is not there."""
    if find_spec("lm_eval") is None:
        raise HarnessError(
            "Expected lm-eval, which runs the tasks; it is not installed. Install it with "
            "pip install 'hone-rlhf[lm-eval]'."
        )


def stay_offline() -> None:
    """Keeps this process off the hub; to be called before anything of Hugging Face's is imported."""
    os.environ.update(dict.fromkeys(OFFLINE, "1"))


def run(policy: Path, asked: Run) -> Outcome:
    """The policy on the tasks, in fp32, on a GPU where there is one; HarnessError where a task fails."""
    check_installed()
    if asked.include is not None and not asked.include.is_dir():
        raise HarnessError(f"Expected a folder of tasks as YAML; {asked.include} is none. Name another.")
    if not asked.online:
        stay_offline()
    try:
        told = _evaluate(policy, asked)
    except HoneError:
        raise
    except Exception as error:  # a task is somebody's code and fails as it likes
        raise HarnessError(_failure(asked, error)) from error
    measured = tuple(_measured(told))
    if not measured:
        raise HarnessError(
            f"Expected a number of {', '.join(asked.tasks)}; no metric gave one. Look at metric_list there."
        )
    return Outcome(harness=f"lm_eval {told['lm_eval_version']}", measured=measured)


def _evaluate(policy: Path, asked: Run) -> Mapping[str, Any]:
    import torch
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM

    from rlhf.models import load_policy, load_tokenizer

    manager = _manager(asked)
    torch.set_num_threads(asked.threads)
    model: torch.nn.Module = load_policy(policy)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    answering = HFLM(pretrained=model, tokenizer=load_tokenizer(policy), batch_size=asked.batch)
    told = simple_evaluate(
        model=answering,
        tasks=list(asked.tasks),
        num_fewshot=asked.few_shots,
        limit=asked.limit,
        apply_chat_template=asked.chat_template,
        task_manager=manager,
        log_samples=False,
    )
    return told or {}


def _manager(asked: Run) -> TaskManager:
    """What knows the tasks. lm-eval's own are thousands of files, read only where the folder has not all."""
    from lm_eval.tasks import TaskManager

    folder = None if asked.include is None else str(asked.include)
    if folder is not None:
        alone = TaskManager(include_path=folder, include_defaults=False)
        if set(asked.tasks) <= set(alone.all_subtasks):
            return alone
    every = TaskManager(include_path=folder)
    for task in asked.tasks:
        if task not in every.all_tasks:
            raise HarnessError(_unknown(task, every.all_tasks))
    return every


def _unknown(task: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(task, known, n=NEAR)
    meant = f"did you mean {' or '.join(near)}?" if near else "lm-eval ls tasks lists those that it brings."
    return (
        f"Expected tasks that lm-eval knows; got {task}. Name the folder of its YAML file with "
        f"--include-path; or {meant}"
    )


def _failure(asked: Run, error: Exception) -> str:
    """lm-eval's own words on one line. Offline, data that are not at hand look like any other failure."""
    words = " ".join(f"{type(error).__name__}: {error}".split())
    shown = words if len(words) <= LONGEST_REASON else f"{words[:LONGEST_REASON]}…"
    hint = (
        "Look at the task's YAML file."
        if asked.online
        else "Data that are not at hand are fetched from the hub only with --online."
    )
    return f"lm-eval could not run {', '.join(asked.tasks)}: {shown.rstrip('.')}. {hint}"


def _measured(told: Mapping[str, Any]) -> Iterator[Measured]:
    """Each metric that is a number; its standard error is under its name with `_stderr` before the filter."""
    for task, row in told.get("results", {}).items():
        for key, value in row.items():
            name, comma, chosen = key.partition(",")
            if not comma or name.endswith("_stderr") or not _is_number(value):
                continue
            error = row.get(f"{name}_stderr,{chosen}")
            yield Measured(
                task=task,
                version=str(told["versions"].get(task, "")),
                metric=key,
                value=float(value),
                standard_error=float(error) if _is_number(error) else None,
                samples=int(row.get("sample_count", {}).get(key, row["sample_len"])),
                few_shots=int(told["n-shot"].get(task, 0)),
            )


def _is_number(value: object) -> bool:
    """Not `N/A`, nor what lm-eval could not compute."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

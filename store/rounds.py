"""How the rounds are going, read from the files that they write into their folders.

Needs no database and no connection to the round's process. A line that is still being written is not read,
and a file that stayed as it was is not read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from store.home import Home
from store.processes import is_alive
from store.readings import Reading
from store.round_stages import STAGES, called, stages_of
from store.watched import read


class State(StrEnum):
    """Where a round or a stage stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`plan.json`: what the round set out to do."""

    round: int
    method: str
    seed: int
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`status.json`: what the round's process last said; `process` is its mark, empty where none was kept."""

    state: State
    stage: str
    fraction: float
    message: str
    pid: int
    updated_at: datetime
    process: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """`results.json`: the round's figures, None where nobody could say; row 0 is the first policy.

    Win rates are against it, ties half; `oracle_…` and both error rates are the gold judge's: of so many
    prompts that asked for something unsafe, or only looked so. `kl` in nats.
    """

    round: int
    labels: int
    reward_accuracy: float | None
    oracle_win_rate: float | None
    oracle_win_rate_low: float | None
    oracle_win_rate_high: float | None
    reward_model_win_rate: float | None
    reward_model_win_rate_low: float | None = None
    reward_model_win_rate_high: float | None = None
    unsafe_rate: float | None
    false_refusal_rate: float | None
    kl: float | None
    seconds: float
    asked_unsafe: int | None = None
    looked_unsafe: int | None = None
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the round's policy may answer people, and every reason against it; `notes` decide nothing."""

    promoted: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What was decided, and why."""
        if self.promoted:
            decided = (
                "Promoted: it lost to the policy before it on no track; KL and length keep to their bounds."
            )
        else:
            decided = f"Not promoted; the policy before it stays. {' '.join(self.reasons)}"
        return " ".join((decided, *self.notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """One stage; `seconds` once it is finished, `fraction` from 0 to 1."""

    name: str
    state: State
    fraction: float
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One line of `metrics.jsonl`: a stage's numbers at a step."""

    stage: str
    step: int
    made_at: datetime | None
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProgress:
    """How far a round is; `verdict` once it is decided, `results` and `report` once it is finished."""

    round: int
    method: str
    state: State
    stage: str
    fraction: float
    message: str
    pid: int | None
    started_at: datetime | None
    updated_at: datetime | None
    stages: tuple[StageProgress, ...]
    verdict: Verdict | None
    results: RoundResult | None
    report: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """`done.json` of any stage."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """`done.json` of the stage that promotes."""

    outputs: Verdict


_PLAN: Final = TypeAdapter(Plan).validate_json
_STATUS: Final = TypeAdapter(Status).validate_json
_RESULTS: Final = TypeAdapter(RoundResult).validate_json
_DONE: Final = TypeAdapter(_Done).validate_json
_DECIDED: Final = TypeAdapter(_Decided).validate_json
_METRIC: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(dict[str, Any])


def progress(home: Home) -> list[RoundProgress]:
    """Every round that has a plan, the first one first."""
    plans = [(folder, read(folder / "plan.json", _PLAN)) for folder in sorted(home.rounds.glob("[0-9]*"))]
    return [_progress(folder, plan) for folder, plan in plans if plan is not None]


def results(home: Home) -> list[RoundResult]:
    """The figures of every finished round, and of the first policy as round 0."""
    rows = [read(file, _RESULTS) for file in sorted(home.rounds.glob("[0-9]*/results.json"))]
    return [row for row in rows if row is not None]


def metrics(folder: Path) -> tuple[Metric, ...]:
    """The round's metrics, without lines that were cut off: the last one, or one before a restart."""
    return read(folder / "metrics.jsonl", _metrics) or ()


def _progress(folder: Path, plan: Plan) -> RoundProgress:
    status = read(folder / "status.json", _STATUS)
    state, message = _state(status, plan.method)
    report = folder / "report.html"
    decided = read(folder / "promote" / "done.json", _DECIDED)
    return RoundProgress(
        round=plan.round,
        method=plan.method,
        state=state,
        stage=status.stage if status else STAGES[0],
        fraction=status.fraction if status else 0.0,
        message=message,
        pid=status.pid if status else None,
        started_at=plan.started_at,
        updated_at=status.updated_at if status else None,
        stages=tuple(_stage(folder, name, status, state) for name in stages_of(plan.method)),
        verdict=decided.outputs if decided else None,
        results=read(folder / "results.json", _RESULTS),
        report=report if report.exists() else None,
    )


def _state(status: Status | None, method: str) -> tuple[State, str]:
    """What the round said, unless it says that it runs and its process is gone."""
    if status is None:
        return State.WAITING, "about to begin"
    if status.state is State.RUNNING and not is_alive(status.pid, status.process):
        stage = called(method, status.stage)
        return State.STOPPED, (
            f"Interrupted during {stage}: its process is gone without a word, as when it is killed, memory "
            "runs out or the machine goes down. Start the round again and it resumes there."
        )
    return status.state, status.message


def _stage(folder: Path, name: str, status: Status | None, state: State) -> StageProgress:
    done = read(folder / name / "done.json", _DONE)
    if done is not None:
        return StageProgress(name=name, state=State.FINISHED, fraction=1.0, seconds=done.seconds)
    if status is not None and status.stage == name and state is not State.FINISHED:
        return StageProgress(name=name, state=state, fraction=status.fraction, seconds=None)
    return StageProgress(name=name, state=State.WAITING, fraction=0.0, seconds=None)


def _metrics(text: bytes) -> tuple[Metric, ...]:
    whole = text.rpartition(b"\n")[0]
    return tuple(metric for line in whole.splitlines() if (metric := _metric(line)))


def _metric(line: bytes) -> Metric | None:
    try:
        fields = _METRIC.validate_json(line)
        made_at = datetime.fromisoformat(fields["made_at"]) if "made_at" in fields else None
    except (ValueError, TypeError):
        return None
    numbers = {name: float(value) for name, value in fields.items() if isinstance(value, int | float)}
    step = int(numbers.pop("step", 0))
    return Metric(stage=str(fields.get("stage", "")), step=step, made_at=made_at, numbers=numbers)

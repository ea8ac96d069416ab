"""What came of the rounds: one row a round, as files in the rounds' folders.

Row 0 is the policy that was started from; it lies in `000`. Knows the files, not how the figures are made.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from rlhf.track import write_json
from store.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """A round's row. Win rates are against the first policy, ties half; `oracle_…` and the two error rates
    come from the gold judge and are None without one; `kl` is in nats a response from the first policy."""

    round: int
    labels: int
    reward_accuracy: float | None
    oracle_win_rate: float | None
    oracle_win_rate_low: float | None
    oracle_win_rate_high: float | None
    reward_model_win_rate: float | None
    unsafe_rate: float | None
    false_refusal_rate: float | None
    kl: float
    seconds: float


def write_result(home: Home, result: RoundResult) -> Path:
    """Writes the round's row; returns its file."""
    file = home.round(result.round) / "results.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, dataclasses.asdict(result))
    return file


def read_results(home: Home) -> list[RoundResult]:
    """Every row there is, by round."""
    adapter = TypeAdapter(RoundResult)
    files = sorted(home.rounds.glob("[0-9]*/results.json"))
    return [adapter.validate_python(json.loads(file.read_text(encoding="utf-8"))) for file in files]

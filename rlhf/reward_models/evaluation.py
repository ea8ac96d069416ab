"""What held-out pairs say of a reward model: accuracy by every part that may differ, beside what is trivial.

Scores in, `store.reward_results` out. Knows neither models nor files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rlhf.reward_models.agreement import people_agree
from rlhf.reward_models.calibration import expected_calibration_error, reliability, stated
from rlhf.reward_models.elements import Encoded
from rlhf.reward_models.members import dialogue
from rlhf.reward_models.mixing import is_open
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.shares import Outcomes, difference, is_right, outcomes, share
from rlhf.reward_models.unsafe import unsafe_found
from store.errors import HoneError
from store.reward_results import Part, RewardResults

IMPORTED = "imported"
"""The age of what came from elsewhere, which no policy of the home wrote."""
LENGTHS = (
    (-50, "over 50 shorter"),
    (-10, "11 to 50 shorter"),
    (0, "1 to 10 shorter"),
    (1, "equally long"),
    (11, "1 to 10 longer"),
    (51, "11 to 50 longer"),
)
"""By how many tokens the chosen response is longer: below each bound, the name; above all, `LONGEST`."""
LONGEST = "over 50 longer"
SPREADS = ("lowest third", "middle third", "highest third")
"""Of the pairs, by the standard deviation of the members' gaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """P held-out pairs of a track, each once as it was judged, and their raw scores by K members [K, P].

    `all_rows` are all preferences of the track in the snapshot, in which people are compared with each
    other; `training_pairs` and `truncated` are passed on.
    """

    rows: Sequence[Encoded]
    chosen: Tensor
    rejected: Tensor
    all_rows: Sequence[Preference]
    training_pairs: int
    truncated: int


def evaluate(held: Held) -> RewardResults:
    """Everything that `RewardResults` tells; the ensemble's score is its members' mean.

    Scores that are no numbers raise HoneError: the training went astray.
    """
    if not (held.chosen.isfinite().all() and held.rejected.isfinite().all()):
        raise HoneError(
            "Expected a number as the score of every response; the reward model gave something else, so its "
            "training went astray. Train it again with a lower reward.learning_rate."
        )
    rows = [encoded.preference for encoded in held.rows]
    gap = (held.chosen - held.rejected).double()
    mean_gap = gap.mean(dim=0)
    cases = _cases(is_right(mean_gap, torch.zeros_like(mean_gap)), rows)
    promised = stated(mean_gap)
    return RewardResults(
        pairs=len(rows),
        accuracy=share(cases),
        by_degree=_parts(cases, [str(int(row.degree)) for row in rows]),
        by_annotator=_parts(cases, [row.annotator_id for row in rows]),
        by_age=_parts(cases, _ages(rows, held.all_rows), key=youngest_first),
        by_length=_parts(cases, _lengths(held.rows), key=shortest_first),
        by_spread=_parts(cases, _spreads(gap), key=SPREADS.index) if len(gap) > 1 else (),
        baselines=_baselines(held.rows),
        over_longer=difference(cases, _longer(held.rows)) if rows else None,
        reliability=reliability(promised, cases),
        calibration_error=expected_calibration_error(promised, cases),
        unsafe_found=unsafe_found(rows, held.chosen.mean(dim=0), held.rejected.mean(dim=0)),
        agreement=people_agree(held.all_rows),
        members=len(gap),
        training_pairs=held.training_pairs,
        truncated=held.truncated,
    )


def _cases(right: Tensor, rows: Sequence[Preference]) -> Outcomes:
    return outcomes(right, [row.label_id for row in rows], [dialogue(row) for row in rows])


def _part(name: str, cases: Outcomes) -> Part:
    return Part(name=name, pairs=len(cases), accuracy=share(cases))


def _parts(
    cases: Outcomes, names: Sequence[str], key: Callable[[str], object] | None = None
) -> tuple[Part, ...]:
    """One a name, in the order of the names or of their keys."""
    return tuple(
        _part(name, cases.where(torch.tensor([one == name for one in names], dtype=torch.bool)))
        for name in sorted(set(names), key=key)  # type: ignore[arg-type]
    )


def _ages(rows: Sequence[Preference], all_rows: Sequence[Preference]) -> list[str]:
    newest = max((row.round for row in all_rows if not is_open(row)), default=0)
    return [IMPORTED if is_open(row) else str(newest - row.round) for row in rows]


def youngest_first(age: str) -> tuple[bool, int]:
    """Puts parts by age into their order: the newest policy's first, imports last."""
    return (age == IMPORTED, 0 if age == IMPORTED else int(age))


def _lengths(rows: Sequence[Encoded]) -> list[str]:
    return [_length(row.chosen_length - row.rejected_length) for row in rows]


def _length(longer: int) -> str:
    return next((name for bound, name in LENGTHS if longer < bound), LONGEST)


def shortest_first(name: str) -> int:
    """Puts parts by length into their order: the shortest chosen responses first."""
    return [*(name for _bound, name in LENGTHS), LONGEST].index(name)


def _spreads(gap: Tensor) -> list[str]:
    """The third in which each pair's spread lies, of gaps [K, P]."""
    if not gap.shape[1]:
        return []
    spread = gap.std(dim=0, correction=0)
    bounds = spread.quantile(torch.tensor([1 / 3, 2 / 3], dtype=spread.dtype))
    return [SPREADS[int((one > bounds).sum())] for one in spread]


def _baselines(rows: Sequence[Encoded]) -> tuple[Part, ...]:
    """Always the longer response, and always the one that was shown first, where that is known."""
    if not rows:
        return ()
    found = [_part("longer", _longer(rows))]
    shown = [row.preference for row in rows if row.preference.chosen_first is not None]
    if shown:
        first = torch.tensor([float(bool(row.chosen_first)) for row in shown])
        found.append(_part("first", _cases(first, shown)))
    return tuple(found)


def _longer(rows: Sequence[Encoded]) -> Outcomes:
    """Whether the longer response of each pair is the chosen one."""
    lengths = torch.tensor([(row.chosen_length, row.rejected_length) for row in rows])
    return _cases(is_right(*lengths.T), [row.preference for row in rows])

"""How a language model that judged a round's policy did as a judge: does the order move it, does length?

A judge that reads leans to a place as well as to an answer, and to whoever writes more; so beside its win
rates stand how often its verdicts in both orders of the answers disagreed, and what it made of length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.intervals import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A language model's verdicts on the new policy beside one `opponent`, `first` or `previous`.

    It was `asked` about so many prompts, twice each; of those with two verdicts `turned` is the share in
    which they did not agree, `shown_first` the share of verdicts for the answer shown first; `unread` replies
    were none. `longer` is the share that the longer answer won; among `like` pairs, of about the same length,
    the new policy won `like_won`.
    """

    opponent: str
    asked: int
    turned: Interval
    shown_first: Interval
    unread: int
    longer: Interval
    like: int
    like_won: Interval


def sentences(readings: Sequence[Reading]) -> Iterator[str]:
    """All of it in English."""
    for one in readings:
        yield (
            f"A language model read the answers beside those of the {one.opponent} policy on {one.asked} "
            f"prompts, in both orders. The two orders disagreed on {_share(one.turned)}, which counts as a "
            f"tie; of its verdicts for an answer {_share(one.shown_first)} were for the one shown first, "
            f"which is 50.0% without a lean. {one.unread} of {2 * one.asked} replies were no verdict."
        )
        yield (
            f"Beside the {one.opponent} policy, of two answers of different length the longer one won "
            f"{_share(one.longer)} by it; among {one.like} of about the same length the new policy won "
            f"{_share(one.like_won)}, ties half."
        )


def _share(rate: Interval) -> str:
    return f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})"

"""A label or a flag as a reviewer has it before them, with all that was said of it and ruled on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from duckdb import DuckDBPyConnection

from store import responses, rulings
from store.quality.worth import Reason
from store.reviews import Said
from store.rulings import Opinion, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a reviewer should see, why (the gravest reason first), and the chance of its being wrong, where
    one was reckoned."""

    said: Said
    reasons: tuple[Reason, ...] = ()
    chance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReview:
    """The same with the responses' texts, what `others` say of the same comparison, and the verdicts so far.

    What is `covered` may be harmful: texts and comment are left out until one asks for them.
    """

    said: Said
    responses: tuple[str, ...]
    reasons: tuple[Reason, ...]
    chance: float | None
    covered: bool
    others: tuple[Opinion, ...]
    rulings: tuple[Ruling, ...]


def due_reviews(db: DuckDBPyConnection, found: Sequence[Found]) -> tuple[DueReview, ...]:
    """All of these, in their order."""
    opinions = rulings.opinions(db, {one.said.comparison_id for one in found})
    verdicts = rulings.rulings(db, [one.said.name for one in found])
    return tuple(
        DueReview(
            said=replace(one.said, turns=(), comment="") if one.said.risky else one.said,
            responses=()
            if one.said.risky
            else tuple(responses.text(db, name) for name in one.said.response_ids),
            reasons=one.reasons,
            chance=one.chance,
            covered=one.said.risky,
            others=tuple(other for other in opinions if _is_anothers(other, one.said)),
            rulings=tuple(verdict for verdict in verdicts if verdict.label_id == one.said.name),
        )
        for one in found
    )


def _is_anothers(one: Opinion, said: Said) -> bool:
    return one.comparison_id == said.comparison_id and one.label_id != said.name

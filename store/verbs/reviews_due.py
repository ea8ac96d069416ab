"""What is worth a reviewer's look, why, and in what order: labels that are likely to be wrong, and flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count, islice
from typing import Annotated, Final, TypeVar

import numpy as np
from duckdb import DuckDBPyConnection
from pydantic import Field

from store import exposures, review_outcomes, reviews
from store.database import Store
from store.messages import Actor
from store.quality.kept import Appraised, appraised
from store.quality.worth import Found as Outcome
from store.quality.worth import Reason, Worth, expected, worth
from store.records import Purpose, Role
from store.reliability.votes import Integers
from store.reviews import ReviewSettings, Said
from store.settings import load_section
from store.suspicion.evidence import Truths
from store.verbs.blindness import held, show
from store.verbs.due_review import DueReview, Found, due_reviews
from store.verbs.roles import allow

T = TypeVar("T")

EVERY: Final = 10
"""Of so many verdicts one is on a label that was drawn by chance: what these find is so of all labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReviewsDue:
    """Wants what reviewers should see, so much of it at most; or, `by_chance`, any labels at all."""

    most: Annotated[int, Field(ge=1, le=500)] = 50
    by_chance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewsDue:
    """What waits, what is likeliest to be wrong first; how much there is of it by reason, and how much of it
    the reviewer is spared."""

    due: tuple[DueReview, ...]
    waiting: int
    by_reason: Mapping[Reason, int]
    spared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Next:
    """A label by its number, or a flag; `by_chance` if it was drawn so."""

    what: Said | int
    by_chance: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Waiting:
    """All that one reviewer may be shown: labels by number, of which some have a reason, and flags.

    `spared` counts what has a reason and is kept from them, as they asked.
    """

    seen: Appraised
    worth: Worth
    allowed: Truths
    flags: tuple[Said, ...]
    flag_chance: float
    spared: int

    @property
    def labels(self) -> Integers:
        """Those with a reason, the likeliest to be wrong first, the older of two as likely first."""
        places = np.flatnonzero(self.worth.any & self.allowed)
        return places[np.argsort(-self.worth.chance[places], kind="stable")]


def list_reviews_due(store: Store, actor: Actor, request: ListReviewsDue) -> ReviewsDue:
    """Labels that somebody or something contradicts, that prefer the unsafe, that took too little time, that
    find nothing acceptable, that were sent back and said anew or, where the home asks for it, that nobody has
    reviewed; and flags.

    Nobody sees another's label before giving their own: what the actor holds is left out until they have
    judged or skipped it, and whatever they are shown they are asked no more. What they judged themselves is
    left to others, with all that others said of the same.
    """
    allow(actor, Role.REVIEWER)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        waiting = _waiting(store, db, actor)
        drawn = _by_chance(waiting)
        order = (
            (_Next(what=label, by_chance=True) for label in drawn)
            if request.by_chance
            else _with_chance(_by_worth(waiting), drawn, review_outcomes.verdicts(db))
        )
        due = due_reviews(db, list(_described(db, waiting, list(islice(order, request.most)))))
        show(store, db, actor, [one.said.comparison_id for one in due])
    counts = {reason: int((holds & waiting.allowed).sum()) for reason, holds in waiting.worth.reasons.items()}
    counts[Reason.FLAGGED] = len(waiting.flags)
    return ReviewsDue(
        due=due,
        waiting=len(waiting.labels) + len(waiting.flags),
        by_reason={reason: counts[reason] for reason in Reason if counts.get(reason)},
        spared=waiting.spared,
    )


def _waiting(store: Store, db: DuckDBPyConnection, actor: Actor) -> _Waiting:
    seen, settings = appraised(store, db), load_section(ReviewSettings, "review", store.home.settings)
    ballots, holding = seen.ballots, held(store, actor)
    spared, outcomes = exposures.spared(db, actor.annotator_id), _outcomes(db)
    work = ballots.purposes.of(Purpose.TRAIN, Purpose.OVERLAP) & ~ballots.surplus
    judged = worth(
        ballots,
        seen.doubts,
        outcomes,
        unreviewed=ballots.labels_with(work & ballots.tracks.of(*settings.required)),
        anew=seen.labels(reviews.said_anew(db)),
    )
    own = ballots.comparisons.codes[ballots.annotators.of(actor.annotator_id)]
    theirs = np.isin(ballots.comparisons.codes, own) | ballots.comparisons.of(*holding)
    measures = ballots.purposes.of(Purpose.GOLD, Purpose.SWAPPED)
    standing = ballots.labels_with(~theirs & ~measures) & ~seen.labels(reviews.settled(db))
    allowed = standing & ~ballots.labels_with(ballots.comparisons.of(*exposures.comparisons_of(db, spared)))
    flags = [one for one in reviews.flags(db) if one.comparison_id not in holding]
    flags = [one for one in flags if one.annotator_id != actor.annotator_id]
    shown = tuple(one for one in flags if not set(one.risks) & set(spared))
    return _Waiting(
        seen=seen,
        worth=judged,
        allowed=allowed,
        flags=shown,
        flag_chance=expected(Reason.FLAGGED, outcomes),
        spared=int((judged.any & standing & ~allowed).sum()) + len(flags) - len(shown),
    )


def _outcomes(db: DuckDBPyConnection) -> dict[Reason, Outcome]:
    return {
        Reason(found_by): Outcome(reviewed=reviewed, wrong=wrong)
        for found_by, (reviewed, wrong) in review_outcomes.outcomes(db).items()
        if found_by in set(Reason)
    }


def _by_worth(waiting: _Waiting) -> Iterator[Said | int]:
    """Flags stand where their expectation puts them."""
    flags, chance = list(waiting.flags), waiting.worth.chance
    for label in waiting.labels.tolist():
        if chance[label] < waiting.flag_chance:
            yield from flags
            flags = []
        yield label
    yield from flags


def _by_chance(waiting: _Waiting) -> Iterator[int]:
    """Labels whether or not there is a reason, in an order that has nothing to do with what they say."""
    names = waiting.seen.ballots.labels.names
    yield from sorted(
        np.flatnonzero(waiting.allowed).tolist(), key=lambda label: review_outcomes.place(names[label])
    )


def _with_chance(worthy: Iterator[Said | int], chance: Iterator[int], verdicts: int) -> Iterator[_Next]:
    """One in so many is drawn by chance, counted with the verdicts that were given already."""
    given = set[Said | int]()
    for place in count(verdicts + 1):
        drawn = _fresh(chance, given) if place % EVERY == 0 else None
        found = _fresh(worthy, given) if drawn is None else drawn
        if found is None:
            return
        given.add(found)
        yield _Next(what=found, by_chance=drawn is not None)


def _fresh(source: Iterator[T], given: Set[object]) -> T | None:
    return next((one for one in source if one not in given), None)


def _described(db: DuckDBPyConnection, waiting: _Waiting, found: Sequence[_Next]) -> Iterator[Found]:
    """What they are, as they stand now, in their order."""
    ids = waiting.seen.ballots.labels.names
    labels = reviews.labels(db, [ids[one.what] for one in found if isinstance(one.what, int)])
    judged = {one.name: one for one in labels}
    for one in found:
        if isinstance(one.what, int):
            said, chance = judged[ids[one.what]], float(waiting.worth.chance[one.what])
            reasons = waiting.worth.of(one.what)
        else:
            said, chance, reasons = one.what, waiting.flag_chance, (Reason.FLAGGED,)
        yield Found(said=said, reasons=(Reason.CHANCE,) if one.by_chance else reasons, chance=chance)

"""A lease turned into what an annotator sees, by place on the screen, and a judgement turned back."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from duckdb import DuckDBPyConnection

from store import batches, comparisons
from store.database import Store
from store.errors import RequestError, UnfitError
from store.messages import Actor, Assignment, Judgement
from store.queueing.asked import Asked
from store.queueing.holds import Held
from store.queueing.line import MEASURING
from store.records import Comparison, Degree, Label, Lease, Purpose, Track
from store.texts import texts

LONGEST_COMMENT: Final = 10_000
"""Characters of a comment."""
LONGEST_REASON: Final = 500
"""Characters of a reason, of a skip's as of a judgement's, and of a risk category."""
MOST_REASONS: Final = 20
MOST_CHANGES: Final = 100_000


def assignment(store: Store, db: DuckDBPyConnection, held: Held) -> Assignment:
    """What the lease asks."""
    lease = held.lease
    asked = texts(store, db, _stored_id(held))
    batch_id = _shown_batch(store, db, held)
    done = store.queue.done(lease.annotator_id, batch_id, held.form)
    undone = store.queue.draft(lease)
    return Assignment(
        lease_id=lease.lease_id,
        track=held.track,
        turns=asked.turns,
        responses=tuple(asked.responses[place] for place in lease.shown_order),
        expires_at=lease.expires_at,
        done=done,
        total=done + store.queue.left(Asked(lease.annotator_id, form=held.form), batch_id),
        batch_id=batch_id,
        guideline_version=store.guideline_version(held.track),
        draft=shown(undone, lease) if undone else None,
    )


def _shown_batch(store: Store, db: DuckDBPyConnection, held: Held) -> str:
    """The lease's batch; what only measures is hidden in the newest that has work for the annotator."""
    if held.purpose not in MEASURING:
        return held.batch_id
    newest_first = [batch.batch_id for batch in reversed(batches.every(db))]
    asked = Asked(held.lease.annotator_id, form=held.form)
    return next((one for one in newest_first if store.queue.left(asked, one) > 0), newest_first[0])


def _stored_id(held: Held) -> str:
    """The comparison whose texts are shown: of a swapped repeat, the one that it repeats."""
    swapped = held.purpose is Purpose.SWAPPED
    return held.repeats if swapped and held.repeats else held.lease.comparison_id


def comparison_of(db: DuckDBPyConnection, held: Held) -> Comparison:
    """What the lease is on; a swapped repeat is made from what it repeats and may not be stored yet."""
    comparison = comparisons.by_id(db, _stored_id(held))
    assert comparison is not None  # noqa: S101  # the queue holds only comparisons that are there
    if held.purpose is not Purpose.SWAPPED:
        return comparison
    return replace(
        comparison,
        comparison_id=held.lease.comparison_id,
        purpose=Purpose.SWAPPED,
        overlap=1,
        repeats=held.repeats,
        made_at=held.lease.made_at,
    )


def shown(label: Label, lease: Lease) -> Judgement:
    """The label's judgement by shown place."""
    return Judgement(
        ranks=tuple(label.ranks[response] for response in lease.shown_order),
        degree=label.degree,
        both_bad=label.both_bad,
        safety=tuple(label.safety[response] for response in lease.shown_order) if label.safety else (),
        reasons=label.reasons,
        comment=label.comment,
        seconds=label.seconds,
    )


def judged(judgement: Judgement, held: Held, guideline_version: int) -> Label:
    """The judgement as a label, by response; raises UnfitError when it does not answer what was asked."""
    lease = held.lease
    check(judgement, len(lease.shown_order), held.track)
    places = {response: place for place, response in enumerate(lease.shown_order)}
    by_response = [places[response] for response in range(len(places))]
    return Label(
        label_id=lease.lease_id,
        comparison_id=lease.comparison_id,
        annotator_id=lease.annotator_id,
        ranks=tuple(judgement.ranks[place] for place in by_response),
        degree=Degree(judgement.degree),
        shown_order=lease.shown_order,
        both_bad=judgement.both_bad,
        safety=tuple(judgement.safety[place] for place in by_response) if judgement.safety else (),
        reasons=judgement.reasons,
        comment=judgement.comment,
        seconds=float(judgement.seconds),  # a whole number would not be what the table gives back
        seen_share=tuple(float(judgement.seen_share[place]) for place in by_response)
        if judgement.seen_share
        else None,
        changes=judgement.changes,
        guideline_version=guideline_version,
    )


def check(judgement: Judgement, responses: int, track: Track) -> None:
    """Raises UnfitError, in a sentence, unless the judgement fits so many responses of this track."""
    _check_ranks(judgement, responses)
    _check_words(judgement)
    if judgement.safety or track is Track.SAFETY:
        _check_safety(judgement, responses)
    _check_conduct(judgement, responses)


def _check_conduct(judgement: Judgement, responses: int) -> None:
    if not (math.isfinite(judgement.seconds) and judgement.seconds >= 0):
        raise UnfitError(f"Expected the seconds taken, 0 or more; got {judgement.seconds}.")
    if len(judgement.seen_share) not in {0, responses}:
        raise UnfitError(
            f"Expected the share seen of each of {responses} responses; got {len(judgement.seen_share)}."
        )
    if not all(0 <= share <= 1 for share in judgement.seen_share):
        raise UnfitError(f"Expected shares from 0 to 1; got {judgement.seen_share}.")
    if not 0 <= judgement.changes <= MOST_CHANGES:
        raise UnfitError(f"Expected 0 to {MOST_CHANGES} changes; got {judgement.changes}.")


def check_qualified(store: Store, actor: Actor, track: Track) -> None:
    """Raises RequestError when the actor may not judge the track, or no longer."""
    if not store.queue.qualified(actor.annotator_id, track):
        raise RequestError(
            f"You are not qualified for {track}; the page Qualification says what to do.",
            key="not_qualified",
            track=track,
        )


def check_words(what: str, words: str, most: int) -> None:
    """Raises UnfitError, in a sentence, unless a text that somebody typed can be kept."""
    if len(words) > most:
        raise UnfitError(
            f"Expected a {what} of at most {most} characters; got {len(words)}.",
            key="too_long",
            most=most,
            count=len(words),
        )
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise UnfitError(
            f"Expected a {what} in whole characters; one is half at place {error.start + 1}; type it again.",
            key="half_character",
            place=error.start + 1,
        ) from error


def _check_words(judgement: Judgement) -> None:
    check_words("comment", judgement.comment, LONGEST_COMMENT)
    if len(judgement.reasons) > MOST_REASONS:
        raise UnfitError(f"Expected at most {MOST_REASONS} reasons; got {len(judgement.reasons)}.")
    for reason in judgement.reasons:
        check_words("reason", reason, LONGEST_REASON)


def _check_ranks(judgement: Judgement, responses: int) -> None:
    ranks = judgement.ranks
    if len(ranks) != responses:
        raise UnfitError(f"Expected {responses} ranks, one a response; got {len(ranks)}.")
    if min(ranks) != 1 or max(ranks) > responses:
        raise UnfitError(f"Expected ranks from 1 (best) to {responses} at most; got {_list(ranks)}.")
    if max(ranks) == 1 and not judgement.both_bad and judgement.degree is not Degree.NEGLIGIBLY:
        raise UnfitError(
            f"Expected the degree {Degree.NEGLIGIBLY:d} where all are tied; got {judgement.degree:d}."
        )
    if responses == 2 and judgement.both_bad and max(ranks) != 1:
        raise UnfitError(f"Expected ranks 1, 1 where both are bad; got {_list(ranks)}.")


def _check_safety(judgement: Judgement, responses: int) -> None:
    if len(judgement.safety) != responses:
        came = len(judgement.safety)
        raise UnfitError(f"Expected {responses} safety labels, one a response; got {came}.")
    for label in judgement.safety:
        if not 0 <= label.severity <= 2:
            raise UnfitError(f"Expected a severity from 0 (mild) to 2 (severe); got {label.severity}.")
        if label.safe and label.category is not None:
            raise UnfitError(f"Expected no risk category on a safe response; got {label.category}.")
        check_words("risk category", label.category or "", LONGEST_REASON)


def _list(ranks: tuple[int, ...]) -> str:
    return ", ".join(map(str, ranks))

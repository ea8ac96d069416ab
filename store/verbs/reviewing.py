"""What a safety reviewer does about a label or a flag: rules on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from duckdb import DuckDBPyConnection
from pydantic import Field

from store import (
    adjudications,
    chats,
    comparisons,
    edits,
    golds,
    labels,
    lineage,
    prompts,
    reviews,
    rulings,
    sightings,
)
from store.database import Store
from store.descent import everything
from store.errors import NotAllowedError, RequestError
from store.identity import identity
from store.messages import Actor, Judgement
from store.quality.worth import Reason
from store.records import Adjudication, Cause, Degree, GoldEnd, Review, Verdict
from store.reviews import Said
from store.verbs.assignments import LONGEST_COMMENT, check, check_words
from store.verbs.blindness import check_not_held, show
from store.verbs.covers import check_looked, check_not_spared
from store.verbs.vouching import Vouch, reviewer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLabel:
    """Rules on `label:ID`, or answers a flag, `skip:ID`; `vouch` where the command rules for a person.

    `cause` is what made the label wrong, `found_by` why it was looked at, and `edits` how often it had been
    edited then; without, the verdict is on whatever it says now. Who overturns a label may say in `judgement`
    what it should have been, by response: that teaches in the label's place. On a label that has a verdict
    already, `verdicts` says how many one knows of.
    """

    thing: str
    verdict: Verdict
    why: str
    cause: Cause | None = None
    judgement: Judgement | None = None
    found_by: Reason | Literal[""] = ""
    edits: int | None = None
    verdicts: Annotated[int, Field(ge=0)] = 0
    vouch: Vouch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """The verdict, on what, and the gold answers made of the label that measure nobody any more."""

    review: Review
    said: Said
    golds: tuple[str, ...] = ()


def review_label(store: Store, actor: Actor, request: ReviewLabel) -> Ruled:
    """Keeps the verdict, the newest of which counts; one that takes a label out ends its gold answer."""
    who = reviewer(store, actor, request.vouch)
    check_words("reason", request.why, LONGEST_COMMENT)
    if not request.why.strip():
        raise RequestError("Expected why the verdict is so; got nothing. Say it in a few words.")
    with store.turns.of(who.annotator_id), store.reading() as db:
        label_id, comparison_id = ruled_on(db, request.thing, who)
        _check_verdict(db, request, comparison_id)
        check_not_held(store, who, comparison_id)
        said = reviews.said(db, label_id)
        check_not_spared(db, who, said)
        check_looked(db, who, said)
        show(store, db, who, [comparison_id])
        with store.turns.of(reviews.turn(label_id)), store.turns.of("gold"):
            _check_unchanged(db, label_id, request.edits)
            _check_known(db, label_id, request.verdicts)
            if request.verdict is Verdict.SEND_BACK:
                _check_can_be_said_anew(db, label_id)
            review = Review(
                review_id=identity("review", label_id, reviews.count(db, label_id)),
                label_id=label_id,
                reviewer_id=who.annotator_id,
                verdict=request.verdict,
                why=request.why,
                cause=request.cause,
                found_by=request.found_by,
            )
            ended: list[GoldEnd] = []
            if request.verdict is not Verdict.CONFIRM:
                ended = golds.ends(db, [label_id], who.annotator_id, request.why)
            own = [_adjudication(review.review_id, request.judgement)] if request.judgement else []
            store.append(who.annotator_id, review, *own, *ended)
    return Ruled(review=review, said=said, golds=tuple(end.comparison_id for end in ended))


def _check_verdict(db: DuckDBPyConnection, request: ReviewLabel, comparison_id: str) -> None:
    """Raises RequestError or UnfitError unless the cause and the reviewer's own judgement fit the verdict."""
    is_flag = request.thing.startswith("skip:")
    if is_flag and request.verdict not in {Verdict.CONFIRM, Verdict.OVERTURN}:
        raise RequestError("A flag is confirmed or overturned; only a label can be excluded or sent back.")
    if request.cause and request.verdict is Verdict.CONFIRM:
        raise RequestError("What is confirmed is no error and has no cause; leave the cause out.")
    if request.judgement is None:
        return
    if request.verdict is not Verdict.OVERTURN or is_flag:
        raise RequestError("A judgement of your own goes with a label that you overturn; leave it out.")
    comparison = comparisons.by_id(db, comparison_id)
    prompt = prompts.by_id(db, comparison.prompt_id) if comparison else None
    assert comparison is not None and prompt is not None  # noqa: S101, PT018  # it was judged
    check(request.judgement, len(comparison.response_ids), prompt.track)


def _check_unchanged(db: DuckDBPyConnection, label_id: str, edits_then: int | None) -> None:
    newest = edits.newest(db, label_id)
    if edits_then is not None and edits_then != (newest.version if newest else 0):
        raise RequestError(
            "The label was said anew since you looked; look again before you rule.", key="said_anew"
        )


def _check_known(db: DuckDBPyConnection, label_id: str, known: int) -> None:
    """Nobody overrules a reviewer, or themselves, unawares."""
    standing, verdicts = rulings.standing(db, label_id)
    if standing is not None and known != verdicts:
        raise RequestError(
            f"{standing.name} ruled on it already: {standing.verdict}, “{standing.why}”. If yours shall "
            f"count instead, say that you know of it (verdicts: {verdicts}).",
            key="ruled_already",
            name=standing.name,
            why=standing.why,
        )


def _check_can_be_said_anew(db: DuckDBPyConnection, label_id: str) -> None:
    label = labels.by_id(db, label_id)
    assert label is not None  # noqa: S101  # it was just found
    if chats.holds(db, label.comparison_id):
        raise RequestError("What was chosen in a chat is not said anew; exclude or overturn it instead.")
    if not sightings.new(db, label.annotator_id, [label.comparison_id]):
        raise RequestError(
            "Its annotator was shown how others judged this, and cannot say it anew; exclude or overturn it."
        )


def _adjudication(review_id: str, said: Judgement) -> Adjudication:
    return Adjudication(
        review_id=review_id,
        ranks=said.ranks,
        degree=Degree(said.degree),
        both_bad=said.both_bad,
        safety=said.safety,
        reasons=said.reasons,
    )


def ruled_on(db: DuckDBPyConnection, thing: str, who: Actor) -> tuple[str, str]:
    """The ids of the label or flag and of its comparison, which the reviewer must not have judged themselves.

    It must stand, or a reviewer's judgement in its place.
    """
    noun, _, start = thing.partition(":")
    if noun == "skip":
        return _flag(db, start, who)
    _noun, name = lineage.meant(db, everything(db), thing, ("label", "skip"))
    label = labels.by_id(db, name)
    assert label is not None  # noqa: S101  # it was just found
    if labels.retracted(db, name) and not adjudications.counts(db, name):
        raise RequestError(f"The label {name} was withdrawn; there is nothing left to review.")
    if label.annotator_id == who.annotator_id:
        raise NotAllowedError("Nobody reviews their own label; leave it to another reviewer.")
    if labels.judged(db, who.annotator_id, label.comparison_id):
        raise NotAllowedError("You judged this comparison yourself; leave its labels to another reviewer.")
    return name, label.comparison_id


def _flag(db: DuckDBPyConnection, start: str, who: Actor) -> tuple[str, str]:
    found = reviews.flags_like(db, start) if start else {}
    if len(found) != 1:
        raise RequestError(f"Expected skip:ID of one flag that is there; {len(found)} begin with {start!r}.")
    ((name, (annotator_id, comparison_id)),) = found.items()
    if annotator_id == who.annotator_id:
        raise NotAllowedError("Nobody answers their own flag; leave it to another reviewer.")
    return name, comparison_id

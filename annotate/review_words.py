"""What waits for a reviewer in words, and its texts as a component is given them: blind to which model wrote
what, for the home may ask these again of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from annotate.clock import local_time
from annotate.judging import own_words
from annotate.prose.showing import shown_blind
from annotate.visit import Visit
from annotate.words import Words
from store.quality.worth import Reason
from store.records import Cause, Track, Turn
from store.reviews import Said
from store.rulings import Opinion, Ruling
from store.verbs.due_review import DueReview
from store.verbs.reviews_due import ReviewsDue

NAMES: Final = {
    Reason.UNSAFE: "reason_chosen_unsafe",
    Reason.FLAGGED: "reason_flagged",
    Reason.CONTRADICTED: "reason_contradicted",
    Reason.DISAGREE: "reason_disagree",
    Reason.HASTE: "reason_haste",
    Reason.ANEW: "reason_anew",
    Reason.BOTH_BAD: "reason_both_bad",
    Reason.UNREVIEWED: "reason_unreviewed",
    Reason.CHANCE: "reason_chance",
}
CAUSES: Final = {
    Cause.HUMAN_ERROR: "cause_human",
    Cause.GUIDELINE_GAP: "cause_guideline",
    Cause.BLIND_SPOT: "cause_blind",
}


def thing(said: Said) -> str:
    """What a verdict names it by."""
    return f"{said.noun}:{said.name}"


def reason(words: Words, one: Reason) -> str:
    """Why it is due."""
    return words.text(f"review.{NAMES[one]}")


def cause(words: Words, one: Cause) -> str:
    """What made a label wrong."""
    return words.text(f"review.{CAUSES[one]}")


def waits(words: Words, seen: ReviewsDue) -> str:
    """How much waits, by reason, and how much of it one is spared."""
    if not seen.waiting:
        return words.text("review.nothing")
    reasons = ", ".join(
        words.text("review.waits_one", reason=reason(words, one), count=words.figure(count))
        for one, count in seen.by_reason.items()
    )
    told = [words.text("review.waits", count=words.figure(seen.waiting), reasons=reasons)]
    if sum(seen.by_reason.values()) > seen.waiting:
        told.append(words.text("review.waits_several"))
    if seen.spared:
        told.append(words.text("review.spared_some", count=words.figure(seen.spared)))
    return " ".join(told)


def item(visit: Visit, one: DueReview) -> dict[str, Any]:
    """One of what waits; its texts too where they are not covered."""
    words, said = visit.words, one.said
    why = ", ".join(reason(words, name) for name in one.reasons) or _standing(words, one)
    told = {
        "thing": thing(said),
        "reason": one.reasons[0].value if one.reasons else "",
        "words": why,
        "about": about(words, said),
        "covered": one.covered,
        "likely": likely(words, one),
        "flag": said.noun == "skip",
        "edits": said.edits,
        "verdicts": len(one.rulings),
        "pair": len(said.ranks) == 2,
        "asks_safety": said.track is Track.SAFETY or bool(said.safety),
        "said": _order(words, said) if said.ranks else "",
        "others": [_opinion(words, other) for other in one.others],
        "rulings": [_ruling(words, ruling, is_flag=said.noun == "skip") for ruling in one.rulings],
    }
    if one.covered:
        return told
    return told | texts(visit, said, said.turns, one.responses, said.comment)


def texts(
    visit: Visit, said: Said, turns: Sequence[Turn], responses: Sequence[str], comment: str
) -> dict[str, Any]:
    """The conversation and the responses, safe to show, with what the label says of each."""
    words, store = visit.words, visit.store
    return {
        "turns": [
            {"role": turn.role, "html": shown_blind(store, turn.content, words).html} for turn in turns
        ],
        "cards": [
            {"html": shown_blind(store, text, words).html, "said": list(_marks(words, said, place))}
            for place, text in enumerate(responses)
        ],
        "comment": comment,
    }


def about(words: Words, said: Said) -> str:
    """On which track, by whom, and after how long."""
    return words.text(
        "review.about",
        track=words.text(f"my_work.{said.track}"),
        annotator=said.annotator,
        seconds=own_words.duration(said.seconds, words),
    )


def likely(words: Words, one: DueReview) -> str:
    """How likely it is to be wrong; nothing of what was drawn by chance, which is looked at unprejudiced."""
    if one.chance is None or one.reasons == (Reason.CHANCE,):
        return ""
    return words.text("review.likely_wrong", share=words.figure(one.chance, ".0%"))


def _order(words: Words, said: Said | Opinion) -> str:
    return own_words.order(said, words, is_ranking=len(said.ranks) > 2)


def _opinion(words: Words, other: Opinion) -> str:
    unsafe = [own_words.LETTERS[place] for place, mark in enumerate(other.safety) if not mark.safe]
    marks = f"; {words.text('my_work.unsafe', letters=', '.join(unsafe))}" if unsafe else ""
    return f"{other.name}: {_order(words, other)}{marks}"


def _standing(words: Words, one: DueReview) -> str:
    """The newest verdict, and whose it is, if there is any."""
    if not one.rulings:
        return words.text("review.not_ruled")
    newest = one.rulings[-1]
    named = f"review.flag_{newest.verdict}" if one.said.noun == "skip" else f"review.{newest.verdict}"
    return words.text("review.ruled", verdict=words.text(named), name=newest.name)


def _ruling(words: Words, one: Ruling, *, is_flag: bool) -> str:
    return words.text(
        "review.ruling",
        verdict=words.text(f"review.flag_{one.verdict}" if is_flag else f"review.{one.verdict}"),
        name=one.name,
        at=local_time(one.made_at),
        why=one.why,
    )


def _marks(words: Words, said: Said, place: int) -> Iterator[str]:
    if len(said.ranks) == 2 and said.ranks[place] < max(said.ranks):
        yield words.text("review.chosen")
    if len(said.ranks) > 2:
        yield words.text("review.rank", rank=said.ranks[place])
    if said.safety:
        mark = said.safety[place]
        risk = mark.category or "–"
        yield words.text("review.marked_safe") if mark.safe else words.text("review.marked_unsafe", risk=risk)

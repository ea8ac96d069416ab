"""`hone review`: what waits for a safety reviewer, its texts, and the verdict on it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import (
    HomeOption,
    JsonOption,
    asked_password,
    counted,
    home_of,
    say,
)
from store.errors import HoneError
from store.records import Cause, Degree, SafetyLabel, Verdict

if TYPE_CHECKING:
    from store.messages import Judgement
    from store.reviews import Said
    from store.rulings import Opinion
    from store.verbs.due_review import DueReview
    from store.verbs.reviewing import ReviewLabel
    from store.verbs.reviews_due import ReviewsDue
    from store.verbs.uncovering import Uncovered

VerdictOption = Annotated[
    Verdict | None,
    typer.Option(
        help="confirm: the label is right. overturn: it is wrong; --better says what is right. exclude: it "
        "tells nothing, either way. send back: its annotator says it anew."
    ),
]
BetterOption = Annotated[
    int | None,
    typer.Option(min=0, max=2, help="Of a pair that you overturn: which is better; 0, equally good."),
]
UnsafeOption = Annotated[
    list[str],
    typer.Option(help="An unsafe response with its risk and severity, 0 to 2, such as 1=illicit:2."),
]
VerdictsOption = Annotated[
    int, typer.Option(min=0, help="How many verdicts it has already, where yours shall count instead.")
]
LONGEST = 200
"""Characters of a text that are printed."""


def review(
    thing: Annotated[
        str | None, typer.Argument(help="label:ID or skip:ID; without it, what waits is listed.")
    ] = None,
    verdict: VerdictOption = None,
    why: Annotated[str, typer.Option(help="Why the verdict is so.")] = "",
    cause: Annotated[Cause | None, typer.Option(help="What made the label wrong.")] = None,
    better: BetterOption = None,
    degree: Annotated[int, typer.Option(min=0, max=3, help="By how much: 3 is significantly.")] = 2,
    unsafe: UnsafeOption = [],  # noqa: B006  # typer copies
    safe: Annotated[bool, typer.Option("--safe", help="All responses not named unsafe are safe.")] = False,
    verdicts: VerdictsOption = 0,
    show: Annotated[bool, typer.Option("--show", help="Show texts that are covered; it is counted.")] = False,
    by_chance: Annotated[bool, typer.Option("--by-chance", help="List any labels, drawn by chance.")] = False,
    as_: Annotated[
        str | None, typer.Option("--as", help="The reviewer; their password is asked for.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="How many to list.")] = 20,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """List the labels that a reviewer should see and why, or rule on one of them."""
    if thing is None:
        _list(home, most, as_json, by_chance)
    elif show:
        if as_ is None:
            raise HoneError(f"Expected --as with who looks at {thing}; it is counted for them.")
        _show(home, thing, as_, as_json)
    elif verdict is None or as_ is None:
        raise HoneError(f"Expected --verdict, --why and --as to review {thing}; say all three.")
    else:
        from store.verbs.reviewing import ReviewLabel

        instead = None if better is None else _judgement(better, degree, unsafe, safe)
        ruling = ReviewLabel(
            thing=thing, verdict=verdict, why=why, cause=cause, judgement=instead, verdicts=verdicts
        )
        _rule(home, ruling, as_, as_json)


def _judgement(better: int, degree: int, unsafe: list[str], safe: bool) -> Judgement:
    """What a pair should have been said of, by its numbers; without --safe and --unsafe nothing of safety."""
    from store.messages import Judgement

    marks = dict(map(_mark, unsafe))
    said = tuple(marks.get(place, SafetyLabel(safe=True)) for place in (1, 2)) if marks or safe else ()
    ranks = (1, 1) if better == 0 else (better, 3 - better)
    return Judgement(ranks=ranks, degree=Degree(degree if better else 0), safety=said)


def _mark(words: str) -> tuple[int, SafetyLabel]:
    """Of `1=illicit:2`."""
    found = re.fullmatch(r"([12])=([^:]+):([012])", words)
    if found is None:
        raise HoneError(f"Expected --unsafe such as 1=illicit:2, a response, risk and severity; got {words}.")
    return int(found[1]), SafetyLabel(safe=False, category=found[2], severity=int(found[3]))


def _list(home: Path, most: int, as_json: bool, by_chance: bool) -> None:
    from store.door import open_door
    from store.verbs.reviews_due import ListReviewsDue, list_reviews_due

    with open_door(home_of(home)) as door:
        found = door.ask(list_reviews_due, ListReviewsDue(most=most, by_chance=by_chance))
    lines = [line for one in found.due for line in _waiting(one)]
    say(as_json, dataclasses.asdict(found), "\n".join([*lines, _all_due(found)]))


def _all_due(found: ReviewsDue) -> str:
    if not found.waiting:
        return "Nothing waits for a review."
    reasons = ", ".join(f"{reason} ({count})" for reason, count in found.by_reason.items())
    return f"{counted(found.waiting, 'review')} due: {reasons}."


def _show(home: Path, thing: str, name: str, as_json: bool) -> None:
    from store.door import open_door
    from store.verbs.uncovering import Uncover, uncover
    from store.verbs.vouching import Vouch

    root = home_of(home)
    vouch = Vouch(name=name, password=asked_password(f"Password of {name}"))
    with open_door(root) as door:
        found = door.ask(uncover, Uncover(thing=thing, vouch=vouch))
    say(as_json, dataclasses.asdict(found), "\n".join(_texts(found)))


def _texts(found: Uncovered) -> list[str]:
    turns = [f"{turn.role}: {turn.content}" for turn in found.turns]
    answers = [f"response {place}: {text}" for place, text in enumerate(found.responses, 1)]
    said = [f"comment: {found.comment}"] if found.comment else []
    return [*turns, *answers, *said, f"{counted(found.left, 'covered text')} more within the hour."]


def _rule(home: Path, ruling: ReviewLabel, name: str, as_json: bool) -> None:
    from store.door import open_door
    from store.verbs.reviewing import review_label
    from store.verbs.vouching import Vouch

    root = home_of(home)
    vouch = Vouch(name=name, password=asked_password(f"Password of {name}"))
    with open_door(root) as door:
        kept = door.ask(review_label, dataclasses.replace(ruling, vouch=vouch))
    said = kept.review
    about = kept.said
    lines = [
        f"{said.verdict} on {about.noun}:{said.label_id} ({about.track}, by {about.annotator}): {said.why}",
        f"  asked: {_short(about.turns[-1].content)}",
    ]
    if about.ranks:
        lines.append(f"  says: {_judged(about)}")
    lines += [f"The gold answer {one} was made of it and measures nobody any more." for one in kept.golds]
    say(as_json, {**dataclasses.asdict(said), "golds": kept.golds}, "\n".join(lines))


def _waiting(one: DueReview) -> list[str]:
    from store.quality.worth import Reason

    said = one.said
    is_told = one.chance is not None and one.reasons != (Reason.CHANCE,)
    chance = f", {one.chance:.0%} likely to be wrong" if is_told else ""
    lines = [
        f"{said.noun}:{said.name}  {', '.join(one.reasons)}  ({said.track}, by {said.annotator}{chance})"
    ]
    if said.ranks:
        lines.append(f"  says: {_judged(said)}")
    lines += [f"  {other.name} says: {_judged(other)}" for other in one.others]
    lines += [f"  {ruling.verdict} by {ruling.name}: {_short(ruling.why)}" for ruling in one.rulings]
    if one.covered:
        return [*lines, "  covered: look with --show --as NAME"]
    if said.comment:
        lines.append(f"  comment: {_short(said.comment)}")
    lines.append(f"  asked: {_short(said.turns[-1].content)}")
    return [*lines, *(f"  response {place}: {_short(text)}" for place, text in enumerate(one.responses, 1))]


def _judged(said: Said | Opinion) -> str:
    """What a label says of its responses, which are numbered from 1."""
    if said.both_bad:
        return "none is acceptable"
    if len(said.ranks) > 2 or said.degree is None:
        return "ranks " + ", ".join(str(rank) for rank in said.ranks)
    if said.ranks[0] == said.ranks[1]:
        return "equally good"
    how = "better" if said.degree is Degree.BETTER else f"{said.degree.name.lower()} better"
    return f"response {said.ranks.index(1) + 1} is {how}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"

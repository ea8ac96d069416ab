"""`hone review` and `hone void`: what a safety reviewer does about labels."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import (
    HomeOption,
    JsonOption,
    asked_password,
    counted,
    home_of,
    listed,
    progress_bar,
    say,
)
from store.errors import HoneError
from store.records import Cause, Degree, Verdict

if TYPE_CHECKING:
    from store.messages import Mark
    from store.reviews import Said
    from store.verbs.due_review import DueReview
    from store.verbs.retracting import Voided
    from store.verbs.reviewing import ReviewLabel
    from store.verbs.reviews_due import ReviewsDue
    from store.verbs.uncovering import Uncovered

MOST = 8
"""Ids of a noun that are printed; --json gives all."""
LONGEST = 200
"""Characters of a text that are printed."""


def review(
    thing: Annotated[
        str | None, typer.Argument(help="label:ID or skip:ID; without it, what waits is listed.")
    ] = None,
    verdict: Annotated[
        Verdict | None,
        typer.Option(
            help="confirm: the label is right. overturn: it is wrong; on the Review page one also says what "
            "is right. exclude: it tells nothing, either way. send back: its annotator says it anew."
        ),
    ] = None,
    why: Annotated[str, typer.Option(help="Why the verdict is so.")] = "",
    cause: Annotated[Cause | None, typer.Option(help="What made the label wrong.")] = None,
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

        _rule(home, ReviewLabel(thing=thing, verdict=verdict, why=why, cause=cause), as_, as_json)


def void(
    thing: Annotated[str, typer.Argument(help="annotator:NAME or label:ID.")],
    why: Annotated[str, typer.Option(help="Why; it is kept with every retraction.")] = "",
    suspend: Annotated[
        bool, typer.Option("--suspend", help="Bar the annotator from both tracks too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be touched.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Retract labels, and say which snapshots, reward models and policies learned from them.

    Their comparisons are asked again, of others. An annotator's demonstrations are retracted with the labels.
    """
    from store import progress
    from store.door import open_door
    from store.verbs.retracting import Void
    from store.verbs.retracting import void as retract

    root = home_of(home)
    if not (why.strip() or dry_run):
        raise HoneError("Expected --why with what is wrong with the labels; got nothing.")
    ask_first = not (yes or dry_run)
    if ask_first and not sys.stdin.isatty():
        raise HoneError("Retracting cannot be taken back; say --yes, or look first with --dry-run.")
    asked = Void(thing=thing, why=why, suspend=suspend, dry_run=dry_run or ask_first)

    def answer(request: Void) -> Voided:
        with open_door(root) as door, progress_bar(quiet=as_json) as show, progress.shown(show):
            return door.ask(retract, request)

    found = answer(asked)
    if ask_first:
        typer.echo("\n".join(_impact(found)), err=True)
        typer.confirm("Retract them? This cannot be taken back.", abort=True, err=True)
        found = answer(dataclasses.replace(asked, dry_run=False))
    say(as_json, dataclasses.asdict(found), "\n".join(_impact(found)))


def marked(found: tuple[Mark, ...]) -> list[str]:
    """A line for everything that holds retracted labels or was trained on them."""
    return [
        f"snapshot {mark.name[:20]}: holds {counted(mark.labels, 'label')} retracted since"
        if mark.noun == "snapshot"
        else f"{mark.noun} {mark.name[:20]}: trained on retracted labels ({mark.labels})"
        for mark in found
    ]


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
    lines = [f"{said.verdict} on {said.label_id}: {said.why}"]
    lines += [f"The gold answer {one} was made of it and measures nobody any more." for one in kept.golds]
    say(as_json, {**dataclasses.asdict(said), "golds": kept.golds}, "\n".join(lines))


def _waiting(one: DueReview) -> list[str]:
    from store.quality.worth import Reason

    said = one.said
    chance = "" if one.reasons == (Reason.CHANCE,) else f", {one.chance:.0%} likely to be wrong"
    lines = [
        f"{said.noun}:{said.name}  {', '.join(one.reasons)}  ({said.track}, by {said.annotator}{chance})"
    ]
    if said.ranks:
        lines.append(f"  says: {_judged(said)}")
    if one.covered:
        return [*lines, "  covered: look with --show --as NAME"]
    if said.comment:
        lines.append(f"  comment: {_short(said.comment)}")
    lines.append(f"  asked: {_short(said.turns[-1].content)}")
    return [*lines, *(f"  response {place}: {_short(text)}" for place, text in enumerate(one.responses, 1))]


def _judged(said: Said) -> str:
    """What a label says of its responses, which are numbered from 1."""
    if said.both_bad:
        return "none is acceptable"
    if len(said.ranks) > 2 or said.degree is None:
        return "ranks " + ", ".join(str(rank) for rank in said.ranks)
    if said.ranks[0] == said.ranks[1]:
        return "equally good"
    how = "better" if said.degree is Degree.BETTER else f"{said.degree.name.lower()} better"
    return f"response {said.ranks.index(1) + 1} is {how}"


def _impact(found: Voided) -> list[str]:
    done = "would be " if found.dry_run else ""
    whose = f" of {found.thing.partition(':')[2]}" if found.thing.startswith("annotator:") else ""
    nouns = {
        "snapshots": found.snapshots,
        "reward models": found.reward_models,
        "policies": found.policies,
        "comparisons asked again": found.comparisons,
    }
    count = counted(len(found.labels), "label")
    lines = [f"{count}{whose} {done}retracted: {listed(found.labels, MOST)}"]
    lines += [f"{noun} ({len(ids)}): {listed(ids, MOST)}" for noun, ids in nouns.items()]
    if found.demonstrations:
        count = counted(len(found.demonstrations), "demonstration")
        lines.append(f"{count} {done}retracted: {listed(found.demonstrations, MOST)}")
    if found.adjudicated:
        count = counted(len(found.adjudicated), "label")
        lines.append(f"{count} judged in another's place {done}excluded: {listed(found.adjudicated, MOST)}")
    if found.golds:
        lines.append(f"gold answers made of them, {done}withdrawn: {listed(found.golds, MOST)}")
    if found.suspended:
        lines.append(f"{found.suspended} judges nothing more until somebody qualifies them again.")
    return [*lines, *marked(found.marks)]


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"

"""Anthropic's published preferences (HH): pairs of transcripts that share a prompt and part at the last
answer.

A row is `{"chosen": …, "rejected": …}`; a transcript is turns that begin with a blank line and `Human:` or
`Assistant:`. Files with `harmless` in their name (or their folder's) teach safety, all others helpfulness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pydantic
from pydantic import TypeAdapter

from store.door import Door
from store.exchange.lines import BadRow, Line, RowError, lines, parsed
from store.exchange.publishing import UNKNOWN_TIME, ImportReport, publish, split_of
from store.identity import identity
from store.records import (
    Annotator,
    Batch,
    Comparison,
    Degree,
    Fact,
    Kind,
    Label,
    Policy,
    Prompt,
    Purpose,
    Response,
    Role,
    Track,
    Turn,
)

NAME: Final = "imported:hh"
SPEAKER: Final = re.compile(r"\n\n(Human|Assistant):")
ROLES: Final = {"Human": "user", "Assistant": "assistant"}


@pydantic.dataclasses.dataclass(frozen=True)
class Row:
    """A line of the file."""

    chosen: str
    rejected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What was preferred to what, as answers to one conversation."""

    turns: tuple[Turn, ...]
    chosen: str
    rejected: str
    track: Track


def read(paths: Sequence[Path]) -> Iterator[Pair | BadRow]:
    """Every row of the files, in order, as a pair or as the reason why it is none."""
    adapter = TypeAdapter(Row)
    for line in lines(paths):
        try:
            yield _pair(parsed(line, adapter), line)
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def import_hh(door: Door, paths: Sequence[Path]) -> ImportReport:
    """Brings the files into the door's home as labels of an imported annotator; again adds nothing."""
    return publish(door, "hh", read(paths), facts, lambda counts: counts.comparisons)


def facts(pairs: Sequence[Pair]) -> Mapping[str, Sequence[Fact]]:
    """The pairs as facts, by table."""
    sorted_facts: dict[str, list[Fact]] = {
        "annotators": [
            Annotator(
                annotator_id=NAME, name=NAME, role=Role.ANNOTATOR, kind=Kind.IMPORTED, made_at=UNKNOWN_TIME
            )
        ],
        "policies": [Policy(policy_id=NAME, path="", method="imported", made_at=UNKNOWN_TIME)],
        "batches": [Batch(batch_id=NAME, round=0, made_at=UNKNOWN_TIME)],
        "prompts": [],
        "responses": [],
        "comparisons": [],
        "labels": [],
    }
    for pair in pairs:
        prompt = _prompt(pair)
        chosen, rejected = (_response(prompt, text) for text in (pair.chosen, pair.rejected))
        comparison = _comparison(prompt, (chosen, rejected))
        sorted_facts["prompts"].append(prompt)
        sorted_facts["responses"] += [chosen, rejected]
        sorted_facts["comparisons"].append(comparison)
        sorted_facts["labels"].append(_label(comparison, chosen))
    return sorted_facts


def _pair(row: Row, line: Line) -> Pair:
    chosen, rejected = _transcript(row.chosen, "chosen"), _transcript(row.rejected, "rejected")
    if chosen == rejected:
        raise RowError("the chosen and the rejected transcript are the same")
    if chosen[:-1] != rejected[:-1]:
        raise RowError("expected transcripts that differ in the last answer only; they part before it")
    place = f"{line.file.parent.name}/{line.file.name}".lower()
    return Pair(
        turns=chosen[:-1],
        chosen=chosen[-1].content,
        rejected=rejected[-1].content,
        track=Track.SAFETY if "harmless" in place else Track.HELPFULNESS,
    )


def _transcript(text: str, side: str) -> tuple[Turn, ...]:
    """The turns; two in a row by the same speaker are one."""
    before, *parts = SPEAKER.split(text)
    if before.strip() or not parts:
        raise RowError(f"expected the {side} transcript to begin with a blank line and Human:")
    turns: list[Turn] = []
    for speaker, words in zip(parts[::2], parts[1::2], strict=True):
        turn = Turn(role=ROLES[speaker], content=words.strip())
        if turns and turns[-1].role == turn.role:
            turns[-1] = replace(turns[-1], content=f"{turns[-1].content}\n\n{turn.content}".strip())
        else:
            turns.append(turn)
    if turns[0].role != "user":
        raise RowError(f"expected the {side} transcript to begin with Human:")
    if turns[-1].role != "assistant":
        raise RowError(f"expected the {side} transcript to end with an answer")
    if not turns[-1].content:
        raise RowError(f"the {side} response is empty")
    return tuple(turns)


def _prompt(pair: Pair) -> Prompt:
    prompt_id = identity("prompt", [[turn.role, turn.content] for turn in pair.turns])
    return Prompt(
        prompt_id=prompt_id,
        turns=pair.turns,
        track=pair.track,
        split=split_of(pair.turns),
        source="hh",
        made_at=UNKNOWN_TIME,
    )


def _response(prompt: Prompt, text: str) -> Response:
    return Response(
        response_id=identity("response", prompt.prompt_id, NAME, 1.0, 1.0, 0, text),
        prompt_id=prompt.prompt_id,
        policy_id=NAME,
        text=text,
        made_at=UNKNOWN_TIME,
    )


def _comparison(prompt: Prompt, responses: tuple[Response, Response]) -> Comparison:
    # Sorted, so that the place of a response does not tell which was chosen.
    response_ids = tuple(sorted(response.response_id for response in responses))
    return Comparison(
        comparison_id=identity("comparison", NAME, response_ids, Purpose.TRAIN),
        prompt_id=prompt.prompt_id,
        response_ids=response_ids,
        batch_id=NAME,
        made_at=UNKNOWN_TIME,
    )


def _label(comparison: Comparison, chosen: Response) -> Label:
    ranks = tuple(1 if one == chosen.response_id else 2 for one in comparison.response_ids)
    return Label(
        label_id=identity("label", comparison.comparison_id, NAME),
        comparison_id=comparison.comparison_id,
        annotator_id=NAME,
        ranks=ranks,
        degree=Degree.BETTER,
        shown_order=(0, 1),
        made_at=UNKNOWN_TIME,
    )

"""`hone import` and `hone export`: a home's data in public formats."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, counted, home_of, progress_bar, say
from store.records import Split, Track

if TYPE_CHECKING:
    from store.exchange.writing import ExportReport

MOST_REASONS = 20
"""Refused rows whose reasons are printed."""


class FormatName(StrEnum):
    """Formats by name; `store.exchange.catalogue` has them, which takes a while to load."""

    HH = "hh"
    TRL = "trl"
    OASST = "oasst"
    ULTRAFEEDBACK = "ultrafeedback"
    ARGILLA = "argilla"
    LABEL_STUDIO = "label-studio"
    PROMPTS = "prompts"
    DEMONSTRATIONS = "demonstrations"
    EVENTS = "events"


FormatArgument = Annotated[FormatName, typer.Argument(metavar="FORMAT", help=", ".join(FormatName))]


def import_(
    format_: FormatArgument,
    paths: Annotated[list[Path], typer.Argument(help="Files, plain or gzipped; tables as Parquet too.")],
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Bring data in. What is there already is not added again; a row that does not fit is told and left."""
    from store.door import open_door
    from store.exchange.catalogue import FORMATS

    with open_door(home_of(home)) as door, progress_bar(quiet=as_json) as bar:
        report = FORMATS[format_].bring(door, paths, lambda done, words: bar("import", done, words))
    lines = [
        f"{counted(report.rows, 'row')} read; {report.things} added: {report.added}, "
        f"there already: {report.there}; rows refused: {report.refused}.",
        *report.bad[:MOST_REASONS],
    ]
    if report.refused > MOST_REASONS:
        lines.append(f"and {report.refused - MOST_REASONS} more; --json gives up to 1,000.")
    say(as_json, dataclasses.asdict(report), "\n".join(lines))
    if report.rows == report.refused:
        raise typer.Exit(1)


def export(
    format_: FormatArgument,
    path: Annotated[
        Path,
        typer.Argument(help="The file, replaced if there: .jsonl, .json (an array), .gz; tables: .parquet."),
    ],
    shape: Annotated[
        str,
        typer.Option(help="Of trl: conversational, plain, unpaired and others; of demonstrations: messages."),
    ] = "",
    track: Annotated[Track | None, typer.Option(help="Only this track.")] = None,
    split: Annotated[Split | None, typer.Option(help="Only this split.")] = None,
    language: Annotated[str | None, typer.Option(help="Only prompts in this language, such as en.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="hh and trl: held-out prompts and labels that must not train too.")
    ] = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Write a home's data to a file. hh and trl are for training: only the train split, without --all.

    Withdrawn and overturned labels stay out; so do surplus ones and pairs whose chosen answer is unsafe and
    whose rejected one is safe, in hh and trl without --all.
    """
    from store.door import open_door
    from store.exchange.catalogue import FORMATS
    from store.exchange.format import Wanted
    from store.exchange.standing import Selection
    from store.exchange.writing import write

    form = FORMATS[format_]
    trains = form.trains and not everything
    selection = Selection(
        track=track, split=split or (Split.TRAIN if trains else None), language=language, trains=trains
    )
    with open_door(home_of(home)) as door, progress_bar(quiet=as_json) as bar:
        show = partial(bar, "export")
        report = write(form, door, Wanted(path=path.absolute(), shape=shape, selection=selection, show=show))
    said = [f"{counted(report.rows, 'row')} in {path}.", *_left_out(report)]
    say(as_json, {"path": str(path), **dataclasses.asdict(report)}, "\n".join(said))


def _left_out(report: ExportReport) -> list[str]:
    return [f"{count} left out: {why}." for why, count in report.left_out.items()]

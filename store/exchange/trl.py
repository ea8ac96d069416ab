"""TRL's datasets: preferences with the prompt beside the answers or within them, as turns or as text, with a
margin; and unpaired answers.

Any shape is read; rows go out in the shape that is wanted. A margin is that of the degree (Llama 2, Table 27,
small). What a row cannot say goes into a further column (`store.exchange.remainder`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from store.door import Door
from store.exchange.format import Format, LeftOut, Wanted, judgements
from store.exchange.judgements import Judgement
from store.exchange.lines import BadRow, RowError, lines, parsed
from store.exchange.notes import note_of
from store.exchange.own import facts_for
from store.exchange.pairs import MISLEADS, Pair, pairs
from store.exchange.publishing import ImportReport, Show, publish, shown, unseen
from store.exchange.remainder import COLUMN, remainder, restored
from store.exchange.trl_rows import NAME, Preference, preference_row, preferred
from store.exchange.unpaired import Group, Unpaired, answer_of, unpaired_rows
from store.records import Turn

if TYPE_CHECKING:
    from pyarrow import Schema

SHAPES: Final = (
    "conversational",
    "conversational-implicit",
    "plain",
    "plain-implicit",
    "unpaired",
    "unpaired-plain",
)
PREFERENCE: Final = TypeAdapter(Preference)
UNPAIRED: Final = TypeAdapter(Unpaired)


def read(paths: Sequence[Path]) -> Iterator[Judgement | BadRow]:
    """Every row of the files, in order, as a judgement or as the reason why it is none.

    Unpaired rows of one prompt count as one.
    """
    group = Group()
    for line in lines(paths):
        try:
            if b'"completion"' in line.text and b'"chosen"' not in line.text:
                answer = parsed(line, UNPAIRED)
                answer_of(answer)
                if not group.takes(answer):
                    yield from group.judgement()
                group.add(answer, line)
            else:
                yield from group.judgement()
                row = parsed(line, PREFERENCE)
                yield restored(preferred(row), row.hone)
        except RowError as error:
            yield from group.judgement()
            yield BadRow(line.file.name, line.number, str(error))
    yield from group.judgement()


def import_trl(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home as labels of an imported annotator; again adds nothing."""
    return publish(
        door, NAME, shown(read(paths), show), partial(facts_for, door, NAME), lambda counts: counts.labels
    )


def rows(door: Door, wanted: Wanted) -> Iterator[Mapping[str, Any] | LeftOut]:
    """The home's judgements as rows: a pair each, or unpaired an answer each."""
    shape = wanted.shape or SHAPES[0]
    if shape.startswith("unpaired"):
        yield from _unpaired(door, wanted, shape)
        return
    for told in judgements(door, wanted):
        rest = _besides(told, wanted).get("columns", {})
        for pair in pairs(told, wanted):
            yield pair if isinstance(pair, LeftOut) else _row(pair, shape, rest)


def _unpaired(door: Door, wanted: Wanted, shape: str) -> Iterator[Mapping[str, Any] | LeftOut]:
    after: tuple[Turn, ...] = ()
    for told in judgements(door, wanted):
        if MISLEADS in pairs(told, wanted):
            yield MISLEADS
            continue
        try:
            yield from unpaired_rows(told, shape, after, _besides(told, wanted).get("unpaired", []))
            after = told.turns
        except RowError as error:
            yield LeftOut(str(error))


def _besides(told: Judgement, wanted: Wanted) -> Mapping[str, Any]:
    """Other columns, which a Parquet file has no room for."""
    return {} if wanted.path.suffix == ".parquet" else note_of(NAME, told.label_meta)


def schema(shape: str) -> Schema:
    """The Parquet columns of a shape."""
    import pyarrow as pa

    text = pa.string()
    said = text if "plain" in shape else pa.list_(pa.struct([("role", text), ("content", text)]))
    prompt = [] if "implicit" in shape else [("prompt", said)]
    if shape.startswith("unpaired"):
        return pa.schema([*prompt, ("completion", said), ("label", pa.bool_()), (COLUMN, text)])
    return pa.schema(
        [*prompt, ("chosen", said), ("rejected", said), ("margin", pa.float64()), (COLUMN, text)]
    )


FORMAT: Final = Format(
    name=NAME,
    words="TRL's preferences, or unpaired answers",
    bring=import_trl,
    rows=rows,
    shapes=SHAPES,
    schema=schema,
    trains=True,
)


def _row(pair: Pair, shape: str, rest: Mapping[str, Any]) -> Mapping[str, Any] | LeftOut:
    try:
        row = preference_row(pair, shape, rest)
        besides = remainder(pair.told, preferred(PREFERENCE.validate_python(row)))
    except RowError as error:
        return LeftOut(str(error))
    return row if besides is None else {**row, COLUMN: besides}

"""Where the things of a lineage stand in its picture: a column a noun, the oldest on top. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from store.lineage_graph import Edge, Node

COLUMNS: Final = ("label", "snapshot", "reward-model", "policy")
WIDTH: Final = 160
"""Pixels of a box: four columns of them are legible on a page of 800."""
HEIGHT: Final = 66
GAP_X: Final = 32
GAP_Y: Final = 16
MOST: Final = 16
"""Boxes in a column; of more, the newest are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A thing and the left upper corner of its box, in pixels."""

    node: Node
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The boxes, curves between them as SVG paths, the picture's size, and how many things are not drawn."""

    boxes: tuple[Box, ...]
    paths: tuple[str, ...]
    width: int
    height: int
    left_out: int


def layout(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layout:
    """Every column is centred; columns without a thing take no room."""
    columns = [[node for node in nodes if node.noun == noun] for noun in COLUMNS]
    columns = [column for column in columns if column]
    drawn = [column[-MOST:] for column in columns]
    tallest = max(map(len, drawn), default=0)
    boxes = tuple(
        Box(
            node=node,
            x=at * (WIDTH + GAP_X),
            y=row * (HEIGHT + GAP_Y) + (tallest - len(column)) * (HEIGHT + GAP_Y) // 2,
        )
        for at, column in enumerate(drawn)
        for row, node in enumerate(column)
    )
    places = {box.node.name: box for box in boxes}
    return Layout(
        boxes=boxes,
        paths=tuple(_path(places, edge) for edge in edges if {edge.before, edge.after} <= places.keys()),
        width=max(0, len(drawn) * (WIDTH + GAP_X) - GAP_X + (GAP_X // 2 if drawn else 0)),
        height=max(0, tallest * (HEIGHT + GAP_Y) - GAP_Y),
        left_out=sum(len(all_of_it) - len(some) for all_of_it, some in zip(columns, drawn, strict=True)),
    )


def _path(places: Mapping[str, Box], edge: Edge) -> str:
    before, after = places[edge.before], places[edge.after]
    start, top = before.x + WIDTH, before.y + HEIGHT // 2
    end, bottom = after.x, after.y + HEIGHT // 2
    if before.x == after.x:  # from a policy to its child: around the right side
        bend = start + GAP_X // 2
        return f"M{start} {top} C{bend} {top} {bend} {bottom} {start} {bottom}"
    middle = (start + end) // 2
    return f"M{start} {top} C{middle} {top} {middle} {bottom} {end} {bottom}"

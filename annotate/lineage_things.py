"""The things of a lineage in words, and all of them as a table whose lines lead on."""

from __future__ import annotations

from annotate import links
from annotate.widgets import reading
from annotate.widgets.reading import Row
from annotate.words import Words
from store.lineage_graph import LABELS, Node
from store.verbs.tracing import LineageSeen


def table(said: Words, seen: LineageSeen) -> reading.Part | None:
    """All of it but the labels; nothing where there is no more."""
    rows = [_row(said, node, seen.in_use) for node in seen.nodes if node.name != LABELS]
    heads = [said.text(f"lineage.{name}") for name in ("what", "id", "labels", "since")]
    return reading.table([*heads, ""], rows, said.text("lineage.things")) if rows else None


def what(said: Words, node: Node) -> list[str]:
    """Its noun, the round that it came of, and what it is about."""
    round_of = [] if node.round is None else [said.text("lineage.in_round", round=node.round)]
    return [said.text(f"lineage.{key(node.noun)}"), *round_of, _about(said, node)]


def since(said: Words, node: Node) -> str:
    """How many of its labels were withdrawn, if any."""
    return said.text("lineage.gone", count=said.figure(node.withdrawn)) if node.withdrawn else ""


def address(noun: str, name: str) -> str:
    """Where its own lineage is."""
    return links.to("lineage", f"{noun}:{name}")


def key(noun: str) -> str:
    """The noun as the catalogue has it."""
    return noun.replace("-", "_")


def _row(said: Words, node: Node, in_use: str | None) -> Row:
    used = [said.text("lineage.in_use")] if node.noun == "policy" and node.name == in_use else []
    return Row(
        cells=(
            " · ".join([*what(said, node), *used]),
            links.short(node.name),
            "–" if node.labels is None else said.figure(node.labels),
            since(said, node) or "–",
        ),
        address=address(node.noun, node.name),
        words=said.text("lineage.follow"),
    )


def _about(said: Words, node: Node) -> str:
    if node.noun == "policy":
        return node.about
    return said.text(f"lineage.{node.about}")

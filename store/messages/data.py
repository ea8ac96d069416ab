"""Data in and out."""

from __future__ import annotations

from dataclasses import dataclass

from store.records import Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Freezes training data into a snapshot file; the same data gives the same file."""

    contents: Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Take in now whatever lies in the inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """The bundles taken in and the ones refused, each refused one with its sentence."""

    bundles: tuple[str, ...]
    rejected: tuple[str, ...] = ()

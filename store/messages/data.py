"""Data in and out."""

from __future__ import annotations

from dataclasses import dataclass

from store.records import Contents, Degree, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Only what is of these; an empty list asks for all.

    `policies`: at least one response of the comparison is theirs. `without` leaves annotators out, by name or
    id. A snapshot of prompts is narrowed by track and language alone.
    """

    tracks: tuple[Track, ...] = ()
    batches: tuple[str, ...] = ()
    rounds: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    least_degree: Degree = Degree.NEGLIGIBLY
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Freezes training data into a snapshot file; the same data and parameters give the same file.

    Labels of the tracks `required`, and of those that the home's settings name, train only when a reviewer
    has confirmed them.
    """

    contents: Contents
    only: Narrowing = Narrowing()
    required: tuple[Track, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Take in now whatever lies in the inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """The bundles taken in and the ones refused, each refused one with its sentence."""

    bundles: tuple[str, ...]
    rejected: tuple[str, ...] = ()

"""What a snapshot is asked for: which part of the data, in one canonical form that is kept with it.

The same parameters over the same data are the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store import annotators, batches, policies
from store.errors import RequestError
from store.messages import Narrowing
from store.records import Contents, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A narrowing that is settled: sorted, each once, annotators by id; `required` are the tracks whose
    labels train only when a reviewer has confirmed them."""

    tracks: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    rounds: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    least_degree: int = 0
    without: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


def settle(
    db: DuckDBPyConnection, contents: Contents, only: Narrowing, required: Iterable[Track]
) -> Parameters:
    """The parameters; RequestError names what is not there to be asked for."""
    if contents is Contents.PROMPTS:
        _check_prompts(only)
        return Parameters(tracks=_sorted(only.tracks), languages=_sorted(only.languages))
    _check("batch", only.batches, [batch.batch_id for batch in batches.every(db)])
    _check("round", [str(one) for one in only.rounds], [str(batch.round) for batch in batches.every(db)])
    _check("policy", only.policies, [policy.policy_id for policy in policies.every(db)])
    return Parameters(
        tracks=_sorted(only.tracks),
        batches=_sorted(only.batches),
        rounds=tuple(sorted(set(only.rounds))),
        languages=_sorted(only.languages),
        policies=_sorted(only.policies),
        least_degree=int(only.least_degree),
        without=_sorted(_annotator(db, name) for name in only.without),
        required=_sorted(required),
    )


def _sorted(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({str(word) for word in words}))


def _check(noun: str, asked: Sequence[str], known: Sequence[str]) -> None:
    for one in asked:
        if one not in known:
            there = ", ".join(dict.fromkeys(known)) or "none"
            raise RequestError(f"There is no {noun} {one} to narrow a snapshot to; there are: {there}.")


def _check_prompts(only: Narrowing) -> None:
    rest = Narrowing(tracks=only.tracks, languages=only.languages)
    if only != rest:
        raise RequestError(
            "A snapshot of prompts is narrowed by tracks and languages alone; leave the other conditions out."
        )


def _annotator(db: DuckDBPyConnection, name: str) -> str:
    found = annotators.by_name(db, name) or annotators.by_id(db, name)
    if found is None:
        raise RequestError(f"There is no annotator {name} to leave out; hone user list names them.")
    return found.annotator_id

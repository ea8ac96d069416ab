"""Why there is nothing to judge, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from duckdb import DuckDBPyConnection

from store import batches
from store.messages import Cause, NoWork
from store.queueing.asked import Asked
from store.queueing.queue import Queue
from store.queueing.shortage import Shortage
from store.records import Track

WAY: Final = "the page Qualification says what to do"


def no_work(queue: Queue, db: DuckDBPyConnection, asked: Asked) -> NoWork:
    """The reason that the actor can do most about: what they lack, whom to wait for, or that all is done."""
    batch = batches.open_batch(db)
    short, track = queue.shortage(asked), asked.track
    cause, reason = next(_reasons(short, f" for {track}" if track else ""))
    return NoWork(
        reason=reason,
        cause=cause,
        done=queue.done(asked.annotator_id, batch.batch_id, asked.form) if batch else 0,
        retry_at=short.held_until,
    )


def _reasons(short: Shortage, where: str) -> Iterator[tuple[Cause, str]]:
    """Every reason that holds, the most telling first."""
    if len(short.unqualified) == (1 if where else len(Track)):
        yield Cause.NOT_QUALIFIED, f"You are not qualified for {_list(short.unqualified)}; {WAY}."
    if short.held_until is not None:
        yield Cause.HELD, f"Others hold the rest{where} until {short.held_until:%H:%M} UTC."
    for quota in short.full:
        yield Cause.QUOTA, f"The quota of {quota.most} labels for {quota.name} is reached in this batch."
    if short.barred:
        yield (
            Cause.NOT_QUALIFIED,
            f"The rest wants a qualification for {_list(short.barred)}; {WAY}.",
        )
    if short.languages:
        spoken = _list(short.languages)
        yield Cause.LANGUAGE, f"What is open{where} is in languages that you do not judge: {spoken}."
    if short.elsewhere:
        yield Cause.OTHER_FORM, f"Nothing is open{where} in this form; there is in the other."
    if short.worked:
        yield Cause.DONE, f"You have seen everything that is open{where}; thank you."
    yield Cause.EMPTY, f"Nothing is open{where}."


def _list(names: Iterable[str]) -> str:
    return " and ".join(names)

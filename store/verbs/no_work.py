"""Why there is nothing to judge, in a sentence."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store import batches
from store.messages import Actor, NoWork
from store.queue import Queue
from store.records import Track


def no_work(queue: Queue, db: DuckDBPyConnection, actor: Actor, track: Track | None) -> NoWork:
    """Others hold the rest, or they have judged or skipped all, or nothing is open."""
    batch = batches.open_batch(db)
    done = queue.done(actor.annotator_id, batch.batch_id) if batch else 0
    until = queue.held_until(actor.annotator_id, track)
    where = f" for {track}" if track else ""
    if until is not None:
        reason = f"Others hold the rest{where} until {until:%H:%M} UTC."
    elif queue.worked(actor.annotator_id, track):
        reason = f"You have seen everything that is open{where}; thank you."
    else:
        reason = f"Nothing is open{where}."
    return NoWork(reason=reason, done=done, retry_at=until)

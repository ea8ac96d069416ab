"""Whether what arrives refers to what is there: the tables have no foreign keys, so the door looks."""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from store import batches, prompts, responses
from store.errors import BundleError
from store.records import Batch, Comparison, Fact, Prompt, Response


def check_references(db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """Raises BundleError when a response or a comparison refers to something that nobody has published."""
    answered = {fact.response_id: fact.prompt_id for fact in facts if isinstance(fact, Response)}
    asked = [fact for fact in facts if isinstance(fact, Comparison)]
    known_prompts = {fact.prompt_id for fact in facts if isinstance(fact, Prompt)}
    known_batches = {fact.batch_id for fact in facts if isinstance(fact, Batch)}
    wanted_prompts = {*answered.values(), *(one.prompt_id for one in asked)} - known_prompts
    wanted_responses = {response_id for one in asked for response_id in one.response_ids} - set(answered)
    wanted_batches = {one.batch_id for one in asked} - known_batches
    _none("prompt", prompts.unknown(db, sorted(wanted_prompts)))
    _none("response", responses.unknown(db, sorted(wanted_responses)))
    _none("batch", sorted(wanted_batches - {batch.batch_id for batch in batches.every(db)}))
    for one in asked:
        if any(answered.get(response_id, one.prompt_id) != one.prompt_id for response_id in one.response_ids):
            raise BundleError(
                f"Expected responses of comparison {one.comparison_id} to answer its prompt; one does not."
            )


def _none(noun: str, missing: list[str]) -> None:
    if missing:
        raise BundleError(
            f"The bundle refers to {noun} {missing[0]}, which is neither in it nor in the store; "
            "publish that first or with it."
        )

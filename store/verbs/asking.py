"""What engineers bring to be judged: prompts, and answers of named policies to them.

Every id follows from what is told, so what is brought twice is there once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from duckdb import DuckDBPyConnection

from store import batches, comparisons, labels, policies, prompts, responses
from store.database import Store
from store.errors import MissingError, NotAllowedError, RequestError, UnfitError
from store.exchange.facts import IMPORTED, identified, response
from store.exchange.judgements import Answer
from store.exchange.splitting import split_of
from store.identity import identity
from store.messages import (
    Actor,
    BringComparisons,
    BringPrompts,
    ComparisonSeen,
    Kept,
    LookAtComparison,
    NewAnswer,
    NewComparison,
    NewPrompt,
)
from store.records import Batch, Comparison, Fact, Policy, Prompt, Purpose, Response, Role, now
from store.verbs.blindness import held, show
from store.verbs.roles import allow

SOURCE: Final = "api"
FIRST_BATCH: Final = Batch(batch_id="batch-0", round=0)
"""Where people judge before any round: what was imported is over."""


def bring_prompts(store: Store, actor: Actor, request: BringPrompts) -> Kept:
    """Keeps the prompts; those that are there already stay as they are."""
    allow(actor, Role.ENGINEER)
    made = [_prompt(told) for told in request.prompts]
    added = store.append_later(actor.annotator_id, *made).wait()
    return Kept(ids=tuple(one.prompt_id for one in made), added=added)


def bring_comparisons(store: Store, actor: Actor, request: BringComparisons) -> Kept:
    """Puts the comparisons into the queue; RequestError when one is there and is wanted otherwise."""
    allow(actor, Role.ENGINEER)
    with store.turns.of("comparisons"), store.reading() as db:
        batch = _open_batch(db)
        known = {policy.policy_id for policy in policies.every(db)}
        told = [_told(one, batch, known) for one in request.comparisons]
        _check_prompts(db, told)
        asked = {one.comparison.comparison_id: one for one in told}
        new = [one for one in asked.values() if not _is_there(db, one.comparison)]
        if new:
            store.append(actor.annotator_id, batch, *chain.from_iterable(one.facts() for one in new))
    return Kept(ids=tuple(one.comparison.comparison_id for one in told), added=len(new))


def look_at_comparison(store: Store, actor: Actor, request: LookAtComparison) -> ComparisonSeen:
    """What is behind a comparison. Who has looked judges it no more; NotAllowedError while they hold it."""
    allow(actor, Role.ENGINEER)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        found = comparisons.by_id(db, request.comparison_id)
        prompt = prompts.by_id(db, found.prompt_id) if found else None
        if found is None or prompt is None:
            raise MissingError(f"There is no comparison {request.comparison_id}; look its id up once more.")
        if found.comparison_id in held(store, actor):
            raise NotAllowedError("You hold this comparison; judge or skip it before you look behind it.")
        given = labels.of_comparison(db, found.comparison_id)
        answers = [responses.by_id(db, response_id) for response_id in found.response_ids]
        show(store, db, actor, comparisons.unsettled(db, actor.annotator_id, [found.comparison_id]))
    return ComparisonSeen(
        comparison=found,
        prompt=prompt,
        responses=tuple(one for one in answers if one is not None),
        labels=sum(not label.surplus for label in given),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A comparison and what came with it; `prompt` is None where it is there already."""

    comparison: Comparison
    prompt: Prompt | None
    policies: tuple[Policy, ...]
    responses: tuple[Response, ...]

    def facts(self) -> tuple[Fact, ...]:
        """In the order in which they refer to one another."""
        brought = () if self.prompt is None else (self.prompt,)
        return (*brought, *self.policies, *self.responses, self.comparison)


def _told(told: NewComparison, batch: Batch, known: set[str]) -> _Told:
    if (told.prompt is None) == (told.prompt_id is None):
        raise UnfitError("Expected either prompt_id or prompt with each comparison; got both or neither.")
    prompt = _prompt(told.prompt) if told.prompt is not None else None
    prompt_id = prompt.prompt_id if prompt is not None else str(told.prompt_id)
    made = tuple(_response(answer, prompt_id, known) for answer in told.answers)
    # Sorted, so that the place of a response tells nothing of its policy.
    ids = tuple(sorted({one.response_id for one in made}))
    if len(ids) != len(made):
        raise UnfitError("Expected different answers; two of a comparison are alike in everything.")
    comparison = Comparison(
        comparison_id=identity("comparison", ids),
        prompt_id=prompt_id,
        response_ids=ids,
        batch_id=batch.batch_id,
        purpose=Purpose.OVERLAP if told.overlap > 1 else Purpose.TRAIN,
        priority=told.priority,
        overlap=told.overlap,
    )
    new = sorted({one.policy_id for one in made} - known)
    named = tuple(Policy(policy_id=policy_id, path="", method="imported") for policy_id in new)
    return _Told(comparison=comparison, prompt=prompt, policies=named, responses=made)


def _response(told: NewAnswer, prompt_id: str, known: set[str]) -> Response:
    """Under the home's own policy of that name, or else an imported one, which is never served."""
    name = told.policy.removeprefix(IMPORTED)
    answer = Answer(
        text=_whole(told.text),
        policy=_whole(name),
        temperature=told.temperature,
        top_p=told.top_p,
        seed=told.seed,
    )
    made = response(answer, prompt_id, name if name in known else f"{IMPORTED}{name}")
    return replace(made, made_at=now())


def _prompt(told: NewPrompt) -> Prompt:
    turns = told.turns
    if turns[-1].role != "user" or not turns[-1].content.strip():
        raise UnfitError("Expected a prompt to end with words of the user.")
    for words in (told.category or "", told.attack_vector or "", *(turn.content for turn in turns)):
        _whole(words)
    made = Prompt(
        prompt_id="",
        turns=turns,
        track=told.track,
        split=told.split or split_of(turns),
        language=told.language,
        category=told.category,
        attack_vector=told.attack_vector,
        source=SOURCE,
    )
    return identified(made)


def _open_batch(db: DuckDBPyConnection) -> Batch:
    """The home's own; an import makes one that nobody judges in."""
    batch = batches.open_batch(db)
    return FIRST_BATCH if batch is None or batch.batch_id.startswith(IMPORTED) else batch


def _check_prompts(db: DuckDBPyConnection, told: Sequence[_Told]) -> None:
    unknown = prompts.unknown(db, sorted({one.comparison.prompt_id for one in told if one.prompt is None}))
    if unknown:
        raise MissingError(f"There is no prompt {unknown[0]}; bring it first, or with its answers.")


def _is_there(db: DuckDBPyConnection, asked: Comparison) -> bool:
    known = comparisons.by_id(db, asked.comparison_id)
    if known is not None and (known.overlap, known.priority) != (asked.overlap, asked.priority):
        raise RequestError(
            f"Comparison {asked.comparison_id} is there already with overlap {known.overlap} and priority "
            f"{known.priority}; ask for it as it is, or with other answers."
        )
    return known is not None


def _whole(words: str) -> str:
    """The words, which can be kept; half a character cannot."""
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise UnfitError(f"Expected whole characters; one is half at place {error.start + 1}.") from error
    return words

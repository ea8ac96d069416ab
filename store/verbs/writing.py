"""What an annotator writes: ideal responses, and prompts that try to draw out something unsafe.

A writing bears an id that its writer's own machine made, so that a submission that comes twice is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from duckdb import DuckDBPyConnection

from store import annotators, prompts, writings
from store.database import Store
from store.errors import RequestError
from store.exchange.splitting import split_of
from store.identity import identity
from store.messages import Actor
from store.records import Demonstration, Fact, Prompt, Split, Track, Turn
from store.risks import AttackVector, Risk
from store.verbs.assignments import check_qualified, check_words
from store.verbs.people import LANGUAGE
from store.verbs.roles import allow_judging
from store.writings import SOURCE, OwnWriting

LONGEST_TEXT: Final = 20_000
"""Characters of a prompt or a response."""
WRITING_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
MOST_LISTED: Final = 50
MOST_PASSED: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPrompt:
    """Wants a prompt of the home to respond to: none of those `passed` over, or this one again."""

    track: Track
    language: str
    passed: tuple[str, ...] = ()
    prompt_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A prompt that wants a response; None where nothing of the track and language is left."""

    prompt: Prompt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDemonstration:
    """An ideal response: to the home's prompt with this id, or to a `prompt` of one's own.

    `track` and `language` are said of one's own prompt; the home's has its own.
    """

    writing_id: str
    response: str
    prompt_id: str | None = None
    prompt: str = ""
    track: Track = Track.HELPFULNESS
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePrompt:
    """An adversarial prompt; it is of the safety track."""

    writing_id: str
    prompt: str
    category: Risk
    attack_vector: AttackVector
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """It is durable. `repeated`: it already was."""

    writing_id: str
    prompt_id: str
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOwnWritings:
    """Wants the actor's own last texts."""

    most: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWritings:
    """How many of each the actor has written, the newest of them, and the languages in which they work."""

    demonstrations: int
    prompts: int
    newest: tuple[OwnWriting, ...]
    languages: tuple[str, ...]


def offer_prompt(store: Store, actor: Actor, request: OfferPrompt) -> Offer:
    """What the home would like to have a response to; never what only measures."""
    allow_judging(actor)
    _check_language(request.language)
    with store.reading() as db:
        if request.prompt_id is not None:
            return Offer(prompt=_offered(db, request.prompt_id))
        passed = request.passed[-MOST_PASSED:]
        found = writings.wanting(db, actor.annotator_id, request.track, request.language, passed)
        return Offer(prompt=found)


def write_demonstration(store: Store, actor: Actor, request: WriteDemonstration) -> Written:
    """Keeps an ideal response, and with it the prompt where that is the writer's own."""
    _check(actor, request.writing_id, request.language)
    _check_text("response", request.response)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        demonstration_id = identity("written", "demonstration", actor.annotator_id, request.writing_id)
        there = writings.demonstration(db, demonstration_id)
        prompt = _prompt_of(db, actor, request)
        check_qualified(store, actor, prompt.track)
        if there is not None:
            _check_same(there.text, request.response, there.prompt_id == prompt.prompt_id)
            return Written(writing_id=demonstration_id, prompt_id=prompt.prompt_id, repeated=True)
        demonstration = Demonstration(
            demonstration_id=demonstration_id,
            prompt_id=prompt.prompt_id,
            text=request.response,
            author=actor.annotator_id,
            source=SOURCE,
        )
        facts: list[Fact] = [demonstration] if request.prompt_id is not None else [prompt, demonstration]
        store.append(actor.annotator_id, *facts)
        return Written(writing_id=demonstration_id, prompt_id=prompt.prompt_id)


def write_prompt(store: Store, actor: Actor, request: WritePrompt) -> Written:
    """Keeps an adversarial prompt; the same words of the same writer are one prompt."""
    _check(actor, request.writing_id, request.language)
    _check_text("prompt", request.prompt)
    check_qualified(store, actor, Track.SAFETY)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        prompt_id = identity("written", "prompt", actor.annotator_id, request.writing_id)
        there = prompts.by_id(db, prompt_id)
        if there is not None:
            _check_same(there.turns[-1].content, request.prompt, True)
            return Written(writing_id=prompt_id, prompt_id=prompt_id, repeated=True)
        if writings.repeats_itself(db, actor.annotator_id, request.prompt):
            raise RequestError(
                "You have sent these very words before; change them or write another prompt.",
                key="sent_before",
            )
        turns = (Turn(role="user", content=request.prompt),)
        prompt = Prompt(
            prompt_id=prompt_id,
            turns=turns,
            track=Track.SAFETY,
            split=split_of(turns),
            category=Risk(request.category),
            attack_vector=AttackVector(request.attack_vector),
            author=actor.annotator_id,
            source=SOURCE,
            language=request.language,
        )
        store.append(actor.annotator_id, prompt)
        return Written(writing_id=prompt_id, prompt_id=prompt_id)


def list_own_writings(store: Store, actor: Actor, request: ListOwnWritings) -> OwnWritings:
    """What the actor has written, and nobody else."""
    allow_judging(actor)
    with store.reading() as db:
        annotator = annotators.by_id(db, actor.annotator_id)
        demonstrations, written = writings.counts(db, actor.annotator_id)
        newest = writings.newest(db, actor.annotator_id, max(0, min(request.most, MOST_LISTED)))
    return OwnWritings(
        demonstrations=demonstrations,
        prompts=written,
        newest=tuple(newest),
        languages=annotator.languages if annotator else ("en",),
    )


def _prompt_of(db: DuckDBPyConnection, actor: Actor, request: WriteDemonstration) -> Prompt:
    """The home's prompt, or the writer's own; the same words, responded to once more, are the same prompt."""
    if request.prompt_id is not None:
        return _offered(db, request.prompt_id)
    _check_text("prompt", request.prompt)
    turns = (Turn(role="user", content=request.prompt),)
    same = [request.prompt, Track(request.track).value, request.language]
    return Prompt(
        prompt_id=identity("written", "own", actor.annotator_id, *same),
        turns=turns,
        track=Track(request.track),
        split=split_of(turns),
        author=actor.annotator_id,
        source=SOURCE,
        language=request.language,
    )


def _offered(db: DuckDBPyConnection, prompt_id: str) -> Prompt:
    prompt = prompts.by_id(db, prompt_id)
    if prompt is None or prompt.split is not Split.TRAIN or writings.only_measures(db, prompt_id):
        raise RequestError("This prompt wants no response here; take another.", key="no_response_wanted")
    return prompt


def _check(actor: Actor, writing_id: str, language: str) -> None:
    allow_judging(actor)
    if not WRITING_ID.fullmatch(writing_id):
        raise RequestError("Expected an id of 8 to 64 letters, digits, - and _; make one for each writing.")
    _check_language(language)


def _check_language(language: str) -> None:
    if not LANGUAGE.fullmatch(language):
        raise RequestError(f"Expected a language such as en or pt-BR; got {language!r}.")


def _check_text(what: str, text: str) -> None:
    check_words(what, text, LONGEST_TEXT)
    if not text.strip():
        raise RequestError(f"Expected a {what}; got nothing. Write it first.", key="nothing_written")


def _check_same(kept: str, sent: str, is_same: bool) -> None:
    if kept != sent or not is_same:
        raise RequestError(
            "This was sent before in other words, and those are kept; send it as a new one.",
            key="other_words",
        )

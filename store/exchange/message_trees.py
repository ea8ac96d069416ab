"""One message tree of Open-Assistant: which of its messages are prompts, and which replies were ranked.

Pure; knows neither file nor store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic_core import from_json

from store.exchange.elements import fitted
from store.exchange.facts import identified
from store.exchange.judgements import Answer, Judgement
from store.exchange.lines import RowError
from store.exchange.notes import noted
from store.exchange.remainder import COLUMN, restored
from store.exchange.scores import places
from store.exchange.splitting import UNKNOWN_TIME, split_of
from store.records import Prompt, Track, Turn

NAME: Final = "oasst"
STOPPED: Final = {"aborted_low_grade", "halted_by_moderator"}
"""States of trees that moderators ended."""
WAS: Final = "was"
"""In the column `hone` of a tree: the ranks with which it came."""


class Message(BaseModel):
    """A message and what was replied to it; `system` is the system's turn before a first prompt."""

    model_config = ConfigDict(extra="allow", strict=True)

    message_id: str
    text: str
    role: Literal["prompter", "assistant"]
    parent_id: str | None = None
    lang: str | None = None
    rank: int | None = None
    deleted: bool | None = None
    review_result: bool | None = None
    synthetic: bool | None = None
    model_name: str | None = None
    system: str | None = None
    replies: list[Message] | None = None

    @property
    def live(self) -> bool:
        """Neither deleted nor refused by a reviewer; a message without a verdict was filtered upstream."""
        return not self.deleted and self.review_result is not False and bool(self.text.strip())


class Tree(BaseModel):
    """A line of the file."""

    model_config = ConfigDict(extra="allow", strict=True)

    message_tree_id: str
    tree_state: str | None = None
    prompt: Message


TREE: Final = TypeAdapter(Tree)
TEXT: Final = TypeAdapter[str | None](str | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What a tree teaches: its prompts, the first one first, and the rankings of their replies; no prompts
    where a home's judgement tells its own.

    `before` is what it taught before a home gave it the ranks that stand there.
    """

    prompts: tuple[Prompt, ...]
    rankings: tuple[Ranking, ...]
    before: Grown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The judgement of replies to one message, and their message ids in the order of its answers."""

    judgement: Judgement
    message_ids: tuple[str, ...]


def taught(found: Mapping[str, Any]) -> Grown:
    """What a line teaches: a tree, or a judgement of a home that a tree could not tell whole."""
    besides = fitted(found.get(COLUMN), TEXT)
    if besides is None:
        return grown(found)
    bare = {name: told for name, told in found.items() if name != COLUMN}
    if ranks := was(found):
        return replace(grown(bare), before=grown(_as_it_was(bare, ranks)))
    plain = grown(bare).rankings
    if not plain:
        raise RowError(f"{COLUMN}: expected ranked replies to what it is about; take the column out")
    judgement = restored(plain[0].judgement, besides)
    return Grown(prompts=(), rankings=(replace(plain[0], judgement=judgement),))


def grown(found: Mapping[str, Any]) -> Grown:
    """What the tree, as plain values, teaches; RowError where it is none or its first prompt is no good."""
    tree = fitted(found, TREE)
    if tree.tree_state in STOPPED:
        raise RowError(f"its state is {tree.tree_state}")
    if tree.prompt.role != "prompter":
        raise RowError("expected the first message to be a prompter's; it is the assistant's")
    if not tree.prompt.live:
        raise RowError("its first message was deleted, did not pass review or is empty")
    _check_ids(tree.prompt)
    meta = noted(NAME, found)
    system = tree.prompt.system
    before = () if system is None else (Turn(role="system", content=system),)
    prompts: list[Prompt] = []
    rankings: list[Ranking] = []
    waiting = [(tree.prompt, before)]
    while waiting:
        message, turns = waiting.pop()
        turns = (*turns, Turn(role="user", content=message.text))
        prompt = _prompt(message, turns, meta if message is tree.prompt else None)
        prompts.append(prompt)
        answers = _replies(message, "assistant")
        rankings += _rankings(prompt, message, [one for one in answers if one.rank is not None])
        for answer in answers:
            said = (*turns, Turn(role="assistant", content=answer.text))
            waiting += [(one, said) for one in _replies(answer, "prompter")]
    return Grown(prompts=tuple(prompts), rankings=tuple(rankings))


def was(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The former ranks of messages, by their ids; empty where the tree does not tell any."""
    try:
        found = from_json(tree.get(COLUMN) or "null")
    except ValueError:
        return {}
    ranks = found.get(WAS) if isinstance(found, dict) else None
    return ranks if isinstance(ranks, dict) else {}


def _as_it_was(tree: Mapping[str, Any], ranks: Mapping[str, Any]) -> dict[str, Any]:
    former = deepcopy(dict(tree))
    waiting = [former["prompt"]]
    while waiting:
        message = waiting.pop()
        if message["message_id"] in ranks:
            message["rank"] = ranks[message["message_id"]]
        waiting += message.get("replies") or ()
    return former


def _check_ids(first: Message) -> None:
    seen: set[str] = set()
    waiting: list[tuple[Message, str | None]] = [(first, None)]
    while waiting:
        message, parent_id = waiting.pop()
        if message.message_id in seen:
            raise RowError(f"message {message.message_id} comes twice")
        if parent_id is not None and message.parent_id not in {None, parent_id}:
            raise RowError(f"message {message.message_id} is among the replies to another than its parent_id")
        seen.add(message.message_id)
        waiting += [(reply, message.message_id) for reply in message.replies or ()]


def _replies(message: Message, role: str) -> list[Message]:
    live = [reply for reply in message.replies or () if reply.live]
    if stranger := next((reply for reply in live if reply.role != role), None):
        raise RowError(
            f"message {stranger.message_id}: expected {role}; a {stranger.role} replies to its own"
        )
    return live


def _prompt(message: Message, turns: tuple[Turn, ...], meta: str | None) -> Prompt:
    return identified(
        Prompt(
            prompt_id="",
            turns=turns,
            track=Track.HELPFULNESS,
            split=split_of(turns),
            source=NAME,
            language=message.lang or "en",
            meta=meta,
            made_at=UNKNOWN_TIME,
        )
    )


def _rankings(prompt: Prompt, message: Message, ranked: Sequence[Message]) -> list[Ranking]:
    if len(ranked) < 2:
        return []
    judgement = Judgement(
        turns=prompt.turns,
        answers=tuple(_answer(one) for one in ranked),
        ranks=places([one.rank or 0 for one in ranked]),
        annotator=NAME,
        language=prompt.language,
        prompt_meta=prompt.meta,
        comparison_meta=noted(NAME, {"parent_id": message.message_id}),
    )
    return [Ranking(judgement=judgement, message_ids=tuple(one.message_id for one in ranked))]


def _answer(message: Message) -> Answer:
    policy = message.model_name if message.synthetic and message.model_name else NAME
    return Answer(text=message.text, policy=policy, meta=noted(NAME, {"message_id": message.message_id}))

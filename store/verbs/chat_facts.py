"""The facts of a message whose two answers have come: one transaction's worth."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from duckdb import DuckDBPyConnection

from store import annotators, batches, chats, policies
from store.errors import RequestError
from store.identity import identity
from store.messages import Actor
from store.messages.chatting import KeepReplies, PendingMessage, Reply
from store.records import Batch, Chat, ChatTurn, Comparison, Fact, Policy, Prompt, Response, Split
from store.verbs.assignments import check_words

LONGEST_REPLY: Final = 100_000
"""Characters of an answer."""
SOURCE: Final = "chat"
"""Of prompts that were written in chats."""
FOREIGN: Final = "endpoint"
"""The method of policies that no round here made: another's models, by their address."""
FIRST_BATCH: Final = Batch(batch_id="batch-0", round=0)


def facts_of(
    db: DuckDBPyConnection, actor: Actor, message: PendingMessage, kept: KeepReplies, comparison_id: str
) -> list[Fact]:
    """What is kept of the message and its answers, but for the lease."""
    _check(kept.replies)
    batch = batches.open_batch(db) or FIRST_BATCH
    prompt = _prompt(db, actor, message)
    answers = [
        _response(reply, message.prompt_id, identity("chat", comparison_id, place))
        for place, reply in enumerate(kept.replies)
    ]
    comparison = Comparison(
        comparison_id=comparison_id,
        prompt_id=message.prompt_id,
        response_ids=tuple(answer.response_id for answer in answers),
        batch_id=batch.batch_id,
        priority=batch.round,
    )
    chat = Chat(chat_id=message.chat_id, annotator_id=actor.annotator_id, track=message.track)
    turn = ChatTurn(comparison_id=comparison_id, chat_id=message.chat_id, turn=message.turn)
    return [*_foreign(db, kept.replies), batch, prompt, *answers, comparison, chat, turn]


def policy_of(reply: Reply) -> str:
    """The id of the policy that answered."""
    if not reply.endpoint:
        return reply.model
    host = urlsplit(reply.endpoint).netloc.rpartition("@")[2]  # an address may hold a name and a password
    return f"{FOREIGN}:{host}/{reply.model}"


def _foreign(db: DuckDBPyConnection, replies: tuple[Reply, ...]) -> list[Policy]:
    """Rows for models of another's endpoint; never promoted, so no round and no endpoint here asks them."""
    for reply in replies:
        if not reply.endpoint and policies.by_id(db, reply.model) is None:
            raise RequestError(f"Expected answers of the home's own policies; {reply.model} is none of them.")
    return [
        Policy(policy_id=policy_of(reply), path=reply.model, method=FOREIGN, promoted=False)
        for reply in replies
        if reply.endpoint
    ]


def _prompt(db: DuckDBPyConnection, actor: Actor, message: PendingMessage) -> Prompt:
    annotator = annotators.by_id(db, actor.annotator_id)
    measures = chats.opened_by_held_out(db, message.turns)
    return Prompt(
        prompt_id=message.prompt_id,
        turns=message.turns,
        track=message.track,
        split=Split.HELDOUT if measures else Split.TRAIN,
        category=message.category,
        attack_vector=message.attack_vector,
        author=actor.annotator_id,
        source=SOURCE,
        language=annotator.languages[0] if annotator else "en",
    )


def _response(reply: Reply, prompt_id: str, response_id: str) -> Response:
    return Response(
        response_id=response_id,
        prompt_id=prompt_id,
        policy_id=policy_of(reply),
        text=reply.text,
        temperature=float(reply.temperature),
        top_p=float(reply.top_p),
        seed=reply.seed,
        finish_reason=reply.finish_reason,
        token_count=reply.token_count,
    )


def _check(replies: tuple[Reply, ...]) -> None:
    if len(replies) != 2:
        raise RequestError(f"Expected two answers to a message; got {len(replies)}.")
    for reply in replies:
        check_words("answer", reply.text, LONGEST_REPLY)
        if not reply.text.strip():
            raise RequestError("Expected an answer with words in it; got an empty one. Ask again.")

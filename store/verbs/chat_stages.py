"""How a chat stands: what its annotator sees of it, and the pair that waits for their judgement."""

from __future__ import annotations

from datetime import timedelta

from duckdb import DuckDBPyConnection

from store import chats, comparisons, pending, prompts, responses
from store.chats import NewestTurn
from store.database import Store
from store.errors import RequestError
from store.identity import identity
from store.leases import new_lease
from store.messages import Actor, Assignment
from store.messages.chatting import ChatView, PendingMessage, Stage
from store.records import Chat, Lease, Turn, now
from store.verbs.assignments import assignment, check_qualified


def comparison_of(actor: Actor, turn_id: str) -> str:
    """The id of the comparison that the answers to this message become."""
    return identity("chat", actor.annotator_id, turn_id)


def waiting(store: Store, db: DuckDBPyConnection, actor: Actor) -> PendingMessage | None:
    """The actor's message that waits for its answers; one whose answers were kept waits no more."""
    message = pending.of(store.home, actor.annotator_id)
    if message is None or comparisons.by_id(db, comparison_of(actor, message.turn_id)) is None:
        return message
    pending.drop(store.home, actor.annotator_id)
    return None


def own_chat(db: DuckDBPyConnection, actor: Actor, chat_id: str) -> Chat | None:
    """The chat, if there is one; RequestError if it is another's."""
    chat = chats.by_id(db, chat_id)
    if chat is not None and chat.annotator_id != actor.annotator_id:
        raise RequestError("This chat is another's; begin one of your own.", key="chat_of_another")
    return chat


def stage_of(turn: NewestTurn) -> Stage:
    """What a chat waits for whose last pair this is."""
    if turn.is_open:
        return Stage.JUDGE
    return Stage.AGAIN if turn.chosen is None else Stage.WRITE


def spoken(db: DuckDBPyConnection, turn: NewestTurn) -> tuple[Turn, ...]:
    """The conversation so far: the message last, or the response that was chosen."""
    prompt = prompts.by_id(db, turn.prompt_id)
    assert prompt is not None  # noqa: S101  # a comparison is taken in only with its prompt
    if turn.chosen is None:
        return prompt.turns
    return (*prompt.turns, Turn(role="assistant", content=responses.text(db, turn.chosen)))


def begun(message: PendingMessage) -> ChatView:
    """A chat of which nothing is kept yet but the message that waits."""
    return ChatView(
        chat_id=message.chat_id,
        track=message.track,
        stage=Stage.ANSWER,
        turns=_shown(message.turns),
        category=message.category,
        attack_vector=message.attack_vector,
        pending=message,
    )


def view(store: Store, db: DuckDBPyConnection, actor: Actor, chat: Chat) -> ChatView:
    """The chat as it stands; its open pair is leased anew where the lease has ended."""
    turn, message = chats.newest_turn(db, chat.chat_id), waiting(store, db, actor)
    waits = message if message is not None and message.chat_id == chat.chat_id else None
    stage = stage_of(turn) if waits is None else Stage.ANSWER
    return ChatView(
        chat_id=chat.chat_id,
        track=chat.track,
        stage=stage,
        turns=_shown(spoken(db, turn) if waits is None else waits.turns),
        category=turn.category,
        attack_vector=turn.attack_vector,
        open=held_pair(store, db, actor, turn.comparison_id) if stage is Stage.JUDGE else None,
        pending=waits,
        judged=chats.judged(db, chat.chat_id),
    )


def held_pair(store: Store, db: DuckDBPyConnection, actor: Actor, comparison_id: str) -> Assignment:
    """The pair as it is judged, under the actor's lease; a new one if that has ended."""
    newest = chats.newest_lease(db, actor.annotator_id, comparison_id)
    held = None if newest is None else store.queue.held(newest)
    if held is None:
        comparison = comparisons.by_id(db, comparison_id)
        assert comparison is not None  # noqa: S101  # it is a turn of a chat
        prompt = prompts.by_id(db, comparison.prompt_id)
        assert prompt is not None  # noqa: S101  # a comparison is taken in only with its prompt
        check_qualified(store, actor, prompt.track)
        lease = lease_on(store, actor, comparison_id)
        store.append(actor.annotator_id, lease)
        held = store.queue.take(lease, comparisons.wanted(db, [comparison_id]))
    return assignment(store, db, held)


def lease_on(store: Store, actor: Actor, comparison_id: str) -> Lease:
    """The actor's lease on a pair; who judges what decides its sides, so a new lease shows the same."""
    return new_lease(actor.annotator_id, comparison_id, 2, now(), store.queue.lease_time)


def shown_order(actor: Actor, comparison_id: str) -> tuple[int, ...]:
    """The sides on which the pair will be seen."""
    return new_lease(actor.annotator_id, comparison_id, 2, now(), timedelta()).shown_order


def _shown(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    return tuple(turn for turn in turns if turn.role != "system")

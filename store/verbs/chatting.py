"""What an annotator does in a chat, and how the two answers to a message are kept.

`say_in_chat` makes a message durable; whoever has the answers keeps them (`keep_replies`) or says why there
are none (`note_failure`); the message can be asked again or taken back. The pair is judged by `submit_label`
under the lease of `read_chat(…).open`. One sees one's own chats only.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from duckdb import DuckDBPyConnection

from store import chats, comparisons, pending
from store.database import Store
from store.errors import RequestError
from store.identity import identity
from store.messages import Actor, Assignment
from store.messages.chatting import (
    ChatSummary,
    ChatView,
    KeepReplies,
    ListChats,
    NoteFailure,
    PendingMessage,
    ReadChat,
    SayInChat,
    Stage,
    TakeBackMessage,
)
from store.records import Track, Turn
from store.verbs.assignments import LONGEST_REASON, check_qualified, check_words
from store.verbs.chat_facts import facts_of
from store.verbs.chat_stages import (
    begun,
    comparison_of,
    held_pair,
    lease_on,
    own_chat,
    shown_order,
    spoken,
    stage_of,
    view,
    waiting,
)
from store.verbs.roles import allow_judging

LONGEST_MESSAGE: Final = 8_000
"""Characters of a message."""
LONGEST_CHAT: Final = 200_000
"""Characters of a conversation that still goes on."""
OWN_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
MOST_LISTED: Final = 200


def say_in_chat(store: Store, actor: Actor, request: SayInChat) -> PendingMessage | ChatView:
    """Keeps the message until it is answered; a turn_id that was answered gives the chat as it stands."""
    allow_judging(actor)
    _check(request)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        kept_in = chats.chat_of(db, comparison_of(actor, request.turn_id))
        if kept_in is not None:
            chat = own_chat(db, actor, kept_in)
            assert chat is not None  # noqa: S101  # it has a turn
            return view(store, db, actor, chat)
        message = waiting(store, db, actor)
        if message is None or message.turn_id != request.turn_id:
            message = _message(db, actor, request)
        check_qualified(store, actor, message.track)
        pending.keep(store.home, actor.annotator_id, replace(message, failure=""))
        return message


def keep_replies(store: Store, actor: Actor, request: KeepReplies) -> Assignment:
    """Keeps both answers in one transaction, as a pair that the actor holds; twice is once."""
    allow_judging(actor)
    comparison_id = comparison_of(actor, request.turn_id)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        if comparisons.by_id(db, comparison_id) is None:
            message = _waiting(store, db, actor, request.turn_id)
            lease = lease_on(store, actor, comparison_id)
            facts = facts_of(db, actor, message, request, comparison_id)
            store.append_later(actor.annotator_id, *facts, lease).wait()
            store.queue.take(lease, comparisons.wanted(db, [comparison_id]))
            pending.drop(store.home, actor.annotator_id)
        return held_pair(store, db, actor, comparison_id)


def note_failure(store: Store, actor: Actor, request: NoteFailure) -> PendingMessage:
    """Keeps why the answers did not come beside the message that waits for them."""
    allow_judging(actor)
    check_words("reason", request.why, LONGEST_REASON)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        message = replace(_waiting(store, db, actor, request.turn_id), failure=request.why)
        pending.keep(store.home, actor.annotator_id, message)
        return message


def take_back_message(store: Store, actor: Actor, request: TakeBackMessage) -> PendingMessage:
    """Lets the message go that waits for its answers, and says once more what it was."""
    allow_judging(actor)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        message = _waiting(store, db, actor, request.turn_id)
        pending.drop(store.home, actor.annotator_id)
        return message


def list_chats(store: Store, actor: Actor, request: ListChats) -> tuple[ChatSummary, ...]:
    """The actor's own chats that have an answer, the newest first."""
    allow_judging(actor)
    with store.reading() as db:
        return tuple(chats.own(db, actor.annotator_id, max(0, min(request.most, MOST_LISTED))))


def read_chat(store: Store, actor: Actor, request: ReadChat) -> ChatView | None:
    """One of the actor's chats as it stands, with the pair that waits for their judgement."""
    allow_judging(actor)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        message = waiting(store, db, actor)
        newest = message.chat_id if message else chats.last_spoken_in(db, actor.annotator_id)
        wanted = request.chat_id or newest
        chat = None if wanted is None else own_chat(db, actor, wanted)
        if chat is not None:
            return view(store, db, actor, chat)
        return begun(message) if message is not None and message.chat_id == wanted else None


def _waiting(store: Store, db: DuckDBPyConnection, actor: Actor, turn_id: str) -> PendingMessage:
    message = waiting(store, db, actor)
    if message is None or message.turn_id != turn_id:
        raise RequestError(
            "This message does not wait for answers any more; look at the chat again.", key="waits_no_more"
        )
    return message


def _message(db: DuckDBPyConnection, actor: Actor, request: SayInChat) -> PendingMessage:
    """What the models shall answer; RequestError when the chat waits for something else."""
    chat = own_chat(db, actor, request.chat_id)
    newest = None if chat is None else chats.newest_turn(db, chat.chat_id)
    stage = Stage.WRITE if newest is None else stage_of(newest)
    if stage is not (Stage.AGAIN if request.again else Stage.WRITE):
        raise _too_early(stage)
    first = _first(actor, request)
    if chat is None or newest is None:
        return first
    if request.again:
        turns, number, prompt_id = spoken(db, newest), newest.turn, newest.prompt_id
    else:
        turns = (*spoken(db, newest), first.turns[-1])
        number, prompt_id = newest.turn + 1, first.prompt_id
    if sum(len(turn.content) for turn in turns) > LONGEST_CHAT:
        raise RequestError(
            f"This chat has more than {LONGEST_CHAT} characters; begin a new one.",
            key="chat_too_long",
            most=LONGEST_CHAT,
        )
    return replace(
        first,
        turn=number,
        prompt_id=prompt_id,
        track=chat.track,
        turns=turns,
        category=newest.category,
        attack_vector=newest.attack_vector,
        again=request.again,
    )


def _too_early(stage: Stage) -> RequestError:
    """What the chat waits for instead."""
    match stage:
        case Stage.JUDGE:
            return RequestError(
                "Judge the two answers first; then the chat goes on from the better one.", key="judge_first"
            )
        case Stage.AGAIN:
            return RequestError(
                "No answer was chosen to go on from; ask for two others, or begin a new chat.",
                key="none_chosen",
            )
    return RequestError(
        "There are no two answers here to ask for others instead; write your next message.", key="write_first"
    )


def _first(actor: Actor, request: SayInChat) -> PendingMessage:
    """The message as it begins a chat."""
    comparison_id = comparison_of(actor, request.turn_id)
    system = (Turn(role="system", content=request.system),) if request.system else ()
    return PendingMessage(
        chat_id=request.chat_id,
        turn_id=request.turn_id,
        turn=1,
        prompt_id=identity("chat prompt", comparison_id),
        track=Track(request.track),
        turns=(*system, Turn(role="user", content=request.message)),
        category=request.category,
        attack_vector=request.attack_vector,
        shown_order=shown_order(actor, comparison_id),
    )


def _check(request: SayInChat) -> None:
    if not (OWN_ID.fullmatch(request.chat_id) and OWN_ID.fullmatch(request.turn_id)):
        raise RequestError("Expected ids of 8 to 64 letters, digits, - and _; make one for each message.")
    check_words("message", request.message, LONGEST_MESSAGE)
    if not request.again and not request.message.strip():
        raise RequestError("Expected a message; got nothing. Write it first.", key="nothing_written")
    if request.track is not Track.SAFETY and (request.category or request.attack_vector):
        raise RequestError(f"Expected a risk on the safety track only; this chat is for {request.track}.")

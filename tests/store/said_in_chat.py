"""What the tests of chats say and answer."""

from __future__ import annotations

from store.database import Store
from store.messages import (
    Actor,
    Assignment,
    Judgement,
    SubmitLabel,
)
from store.messages.chatting import (
    ChatView,
    KeepReplies,
    ReadChat,
    Reply,
    SayInChat,
)
from store.records import Degree, Policy
from store.verbs import (
    read_chat,
)

POLICY = Policy(policy_id="newest", path="policies/newest")
HELLO = SayInChat(chat_id="chat-0001", turn_id="turn-0001", message="How do I boil an egg?")
BOTH_BAD = Judgement(ranks=(1, 1), degree=Degree.NEGLIGIBLY, both_bad=True)


def reply(text: str) -> Reply:
    return Reply(
        model="newest",
        text=text,
        temperature=0.8,
        top_p=1.0,
        seed=7,
        finish_reason="stop",
        token_count=3,
    )


def answers(turn_id: str, *texts: str) -> KeepReplies:
    return KeepReplies(turn_id=turn_id, replies=tuple(map(reply, texts or ("Boil it.", "Fry it."))))


def looked_at(store: Store, actor: Actor, chat_id: str | None = None) -> ChatView:
    view = read_chat(store, actor, ReadChat(chat_id=chat_id))
    assert view is not None
    return view


def better(text: str, assignment: Assignment) -> SubmitLabel:
    """The judgement that this text is better, wherever it is shown."""
    ranks = tuple(1 if response == text else 2 for response in assignment.responses)
    return SubmitLabel(lease_id=assignment.lease_id, judgement=Judgement(ranks=ranks, degree=Degree.SLIGHTLY))

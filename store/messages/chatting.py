"""What one asks and is answered in a chat: a message, its two answers, and what may be done next.

A person writes a message; it is durable before anybody answers it (`PendingMessage`). When both answers are
there they are kept as a comparison that the person holds, and are judged like any other (`submit_label`).
The chat then goes on from the response that was ranked first. Nothing that annotators get names a model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.messages.judging import Assignment
from store.records import Track, Turn, now
from store.risks import AttackVector, Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class SayInChat:
    """A message to both models. The ids are made by who asks, so that what comes twice is one message.

    A `chat_id` that is not there yet begins a chat; `track`, `category`, `attack_vector` and `system` (what
    the models are told first) are those of a chat that begins. `again` wants two other answers to the last
    message, whose answers were both bad or were skipped; its words stay, whatever `message` says.
    """

    chat_id: str
    turn_id: str
    message: str = ""
    track: Track = Track.HELPFULNESS
    category: Risk | None = None
    attack_vector: AttackVector | None = None
    system: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingMessage:
    """A message that waits for its two answers: an annotator has one at most, and a further one replaces it.

    `turns` is what the models read, the message last. Response `shown_order[i]` will be shown at place i.
    `failure` says in a sentence why it was not answered when it was last tried.
    """

    chat_id: str
    turn_id: str
    turn: int
    prompt_id: str
    track: Track
    turns: tuple[Turn, ...]
    category: Risk | None = None
    attack_vector: AttackVector | None = None
    again: bool = False
    shown_order: tuple[int, ...]
    failure: str = ""
    made_at: datetime = field(default_factory=now)

    @property
    def message(self) -> str:
        """What was typed."""
        return self.turns[-1].content


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, as it was made. `endpoint` is the address of a foreign one, whose `model` it is; without
    one, `model` is a policy of the home."""

    model: str
    endpoint: str = ""
    text: str
    temperature: float
    top_p: float
    seed: int
    finish_reason: str
    token_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepReplies:
    """The two answers to a pending message, in the order of the comparison (not of the screen)."""

    turn_id: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFailure:
    """The answers did not come, and why, in a sentence that the person may read."""

    turn_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackMessage:
    """The person does not want an answer any more; the message can be written anew."""

    turn_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChats:
    """Wants the actor's own chats, the newest first."""

    most: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChat:
    """Wants one of the actor's own chats; without an id, the one that was last spoken in."""

    chat_id: str | None = None


class Stage(StrEnum):
    """What a chat waits for."""

    WRITE = "write"
    """The annotator's next message."""
    ANSWER = "answer"
    """The models: a message is pending."""
    JUDGE = "judge"
    """The annotator's judgement of two answers."""
    AGAIN = "again"
    """Both answers were bad, or were skipped: two others may be asked for, or the chat is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatView:
    """A chat as its annotator sees it: `turns` without what the models are told first.

    They end with the chosen response where the annotator writes next, else with the annotator's message.
    `open` is there at stage JUDGE, `pending` at stage ANSWER. `judged` counts the turns that were judged.
    """

    chat_id: str
    track: Track
    stage: Stage
    turns: tuple[Turn, ...]
    category: str | None = None
    attack_vector: str | None = None
    open: Assignment | None = None
    pending: PendingMessage | None = None
    judged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSummary:
    """A chat in a list: how it begins, and how many pairs of answers came in it."""

    chat_id: str
    track: Track
    opening: str
    turns: int
    made_at: datetime

"""Conversations with blind policies, each turn of which is a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from duckdb import DuckDBPyConnection
from pydantic import Field

from store.messages.chatting import ChatSummary
from store.records import Chat, Turn
from store.risks import AttackVector, Risk
from store.rows import number, row, rows

INSERT = """
insert into chats by name
select unnest(from_json($facts, '[{
  "chat_id": "VARCHAR", "annotator_id": "VARCHAR", "track": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning chat_id
"""

INSERT_TURN = """
insert into chat_turns by name
select unnest(from_json($facts, '[{
  "comparison_id": "VARCHAR", "chat_id": "VARCHAR", "turn": "INTEGER", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning comparison_id
"""

BY_ID = """
select * from chats
where  chat_id = $chat_id
"""

LAST_SPOKEN_IN = """
select chat_id
from   chats
join   chat_turns using (chat_id)
where  annotator_id = $annotator_id
group  by chat_id
order  by max(chat_turns.made_at) desc, chat_id
limit  1
"""

OWN = """
with counted as (
  select chat_id, count(*) as turns, arg_min(comparison_id, made_at) as first
  from   chat_turns
  group  by chat_id
)
select chats.chat_id, chats.track, left(prompts.turns[-1].content, $characters) as opening,
       counted.turns, chats.made_at
from   chats
join   counted using (chat_id)
join   comparisons on comparisons.comparison_id = counted.first
join   prompts using (prompt_id)
where  chats.annotator_id = $annotator_id
order  by chats.made_at desc, chats.chat_id
limit  $most
"""

# What its annotator said of it last; a label that somebody else withdrew still says how the chat goes on.
NEWEST_TURN = """
select chat_turns.turn, comparisons.comparison_id, comparisons.prompt_id, comparisons.response_ids,
       prompts.category, prompts.attack_vector, said.ranks, coalesce(said.both_bad, false) as both_bad,
       coalesce(retractions.annotator_id = said.annotator_id, false) as undone,
       skips.lease_id is not null as skipped
from   chats
join   chat_turns using (chat_id)
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
left   join current_labels as said
  on   said.comparison_id = comparisons.comparison_id and said.annotator_id = chats.annotator_id
left   join retractions on retractions.label_id = said.label_id
left   join skips
  on   skips.comparison_id = comparisons.comparison_id and skips.annotator_id = chats.annotator_id
where  chats.chat_id = $chat_id
order  by chat_turns.turn desc, chat_turns.made_at desc, said.made_at desc nulls last
limit  1
"""

JUDGED = """
select count(distinct chat_turns.comparison_id)
from   chats
join   chat_turns using (chat_id)
join   current_labels as said
  on   said.comparison_id = chat_turns.comparison_id and said.annotator_id = chats.annotator_id
where  chats.chat_id = $chat_id and not said.retracted
"""

CHAT_OF = """
select chat_id from chat_turns
where  comparison_id = $comparison_id
"""

NEWEST_LEASE = """
select lease_id from leases
where  comparison_id = $comparison_id and annotator_id = $annotator_id
order  by made_at desc, lease_id
limit  1
"""

HELD_OUT = """
select count(*) from prompts
where  split = 'heldout' and list_filter(turns, turn -> turn.role <> 'system')[1].content = $opening
"""

OPENING_CHARACTERS = 200

HOLDS = """
select count(*) from chat_turns
where  comparison_id = $comparison_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSettings:
    """`[chat]` in `hone.toml`: who answers in a chat, and how."""

    endpoint: str = ""
    """An OpenAI-compatible address such as https://host/v1; without one, the home's own policies answer."""
    key_variable: str = ""
    """The environment variable that holds that endpoint's key; the key itself is in no file."""
    models: tuple[str, ...] = ()
    """Which of the endpoint's models answer, the newest first; without them, all in its own order."""
    temperatures: Annotated[tuple[Annotated[float, Field(ge=0, le=2)], ...], Field(min_length=1)] = (0.8, 1.2)
    """Drawn for each answer (L2 §3.2.1: two variants of different temperature); from 0 to 2."""
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Nucleus: 1 keeps the whole distribution."""
    max_tokens: Annotated[int, Field(ge=1)] = 256
    """Longest answer in tokens."""
    system: str = ""
    """What the models are told before every chat."""
    connect_seconds: Annotated[float, Field(gt=0)] = 5.0
    """How long an endpoint may take to be reached."""
    silence_seconds: Annotated[float, Field(gt=0)] = 60.0
    """How long an endpoint may say nothing; a model that is asked for the first time is loaded meanwhile."""
    whole_seconds: Annotated[float, Field(gt=0)] = 300.0
    """How long an answer may take from its first word to its last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestTurn:
    """The last pair of answers of a chat and what its annotator says of it: `ranks` None if nothing yet."""

    turn: int
    comparison_id: str
    prompt_id: str
    response_ids: tuple[str, ...]
    category: Risk | None
    attack_vector: AttackVector | None
    ranks: tuple[int, ...] | None
    both_bad: bool
    undone: bool
    skipped: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits for a judgement."""
        return (self.ranks is None and not self.skipped) or self.undone

    @property
    def chosen(self) -> str | None:
        """The response from which the chat goes on; of two that are tied, the first."""
        if self.is_open or self.ranks is None or self.both_bad:
            return None
        return self.response_ids[self.ranks.index(min(self.ranks))]


def by_id(db: DuckDBPyConnection, chat_id: str) -> Chat | None:
    """The chat with this id."""
    return row(db.execute(BY_ID, {"chat_id": chat_id}), Chat)


def last_spoken_in(db: DuckDBPyConnection, annotator_id: str) -> str | None:
    """The id of the annotator's chat with the newest pair of answers."""
    found = db.execute(LAST_SPOKEN_IN, {"annotator_id": annotator_id}).fetchone()
    return None if found is None else str(found[0])


def own(db: DuckDBPyConnection, annotator_id: str, most: int) -> list[ChatSummary]:
    """The annotator's chats, the newest first."""
    asked = {"annotator_id": annotator_id, "most": most, "characters": OPENING_CHARACTERS}
    return rows(db.execute(OWN, asked), ChatSummary)


def newest_turn(db: DuckDBPyConnection, chat_id: str) -> NewestTurn:
    """The last pair of answers of a chat that is there."""
    found = row(db.execute(NEWEST_TURN, {"chat_id": chat_id}), NewestTurn)
    assert found is not None  # noqa: S101  # a chat is kept only with its first pair
    return found


def judged(db: DuckDBPyConnection, chat_id: str) -> int:
    """How many pairs of the chat its annotator has judged."""
    return number(db.execute(JUDGED, {"chat_id": chat_id}))


def chat_of(db: DuckDBPyConnection, comparison_id: str) -> str | None:
    """The id of the chat in which this comparison is a turn."""
    found = db.execute(CHAT_OF, {"comparison_id": comparison_id}).fetchone()
    return None if found is None else str(found[0])


def newest_lease(db: DuckDBPyConnection, annotator_id: str, comparison_id: str) -> str | None:
    """The id of the annotator's last lease on this comparison."""
    asked = {"annotator_id": annotator_id, "comparison_id": comparison_id}
    found = db.execute(NEWEST_LEASE, asked).fetchone()
    return None if found is None else str(found[0])


def opened_by_held_out(db: DuckDBPyConnection, turns: tuple[Turn, ...]) -> bool:
    """Whether a conversation begins with the words of a held-out prompt, which must not train."""
    opening = next(turn.content for turn in turns if turn.role == "user")
    return number(db.execute(HELD_OUT, {"opening": opening})) > 0


def holds(db: DuckDBPyConnection, comparison_id: str) -> bool:
    """Whether the comparison is a turn of a chat."""
    return number(db.execute(HOLDS, {"comparison_id": comparison_id})) > 0

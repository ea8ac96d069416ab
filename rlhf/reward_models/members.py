"""Which prompts each member of an ensemble sees, and from which seed it starts. Pure.

Of K members, member k never sees fold k, so that every label has a score from a model that never saw its
prompt; one member sees all. A fold follows from the id of the dialogue's opening alone, in every round:
all prompts of a chat are one fold's, since the later ones tell of the earlier. Members differ by
their heads too, since each draws its own from its own seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rlhf.reward_models.elements import Encoded
from rlhf.reward_models.mixing import NoPreferencesError
from rlhf.reward_models.preferences import Preference
from store.exchange.splitting import opening_of
from store.identity import identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member, counted from 1: the seed that it starts from and the rows that it sees."""

    number: int
    seed: int
    rows: tuple[Encoded, ...]

    @property
    def dialogues(self) -> frozenset[str]:
        """The ids of the dialogues that it sees."""
        return frozenset(dialogue(row.preference) for row in self.rows)


def members(rows: Sequence[Encoded], count: int, seed: int) -> tuple[Member, ...]:
    """The members of an ensemble; a NoPreferencesError where the rows' prompts leave a fold empty."""
    folds = [fold(dialogue(row.preference), count) for row in rows]
    if len(set(folds)) < count:
        raise NoPreferencesError(_too_few(rows, count))
    return tuple(
        Member(
            number=number,
            seed=seed + 1000 * (number - 1),
            rows=tuple(row for row, at in zip(rows, folds, strict=True) if count == 1 or at != number),
        )
        for number in range(1, count + 1)
    )


def fold(dialogue_id: str, count: int) -> int:
    """The dialogue's fold, 1 to `count`: that of the member that never sees it."""
    return int(identity("fold", dialogue_id), 16) % count + 1


def dialogue(row: Preference) -> str:
    """The id of the prompt's opening; that of a prompt without earlier turns is, as a rule, the prompt's."""
    return opening_of(row.turns)


def _too_few(rows: Sequence[Encoded], count: int) -> str:
    dialogues = {dialogue(row.preference) for row in rows}
    most = max(fewer for fewer in range(1, count) if len({fold(one, fewer) for one in dialogues}) == fewer)
    return (
        f"An ensemble of {count} members parts the training prompts into {count} folds by hash, and the "
        f"{len(dialogues)} there are leave one empty; set reward.members to {most} at most, or label more "
        "prompts."
    )

"""What engineers bring to be judged, and what they are told of it.

The bounds are the door's: whoever parses a request from JSON holds it to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from store.records import Comparison, Prompt, Response, Split, Track, Turn

Text = Annotated[str, Field(max_length=200_000)]
Word = Annotated[str, Field(min_length=1, max_length=500)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=40)]
"""A code as in BCP 47, such as `en` or `pt-BR`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrompt:
    """A conversation that wants an answer: a text is its one turn of the user, turns end with the user's.

    Without `split`, a tenth of the prompts is held out, by the hash of the opening.
    """

    prompt: Text | Annotated[tuple[Message, ...], Field(min_length=1, max_length=200)]
    track: Track = Track.HELPFULNESS
    split: Split | None = None
    language: Language = "en"
    category: Word | None = None
    attack_vector: Word | None = None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation."""
        if isinstance(self.prompt, str):
            return (Turn(role="user", content=self.prompt),)
        return tuple(Turn(role=one.role, content=one.content) for one in self.prompt)


@dataclass(frozen=True, slots=True, kw_only=True)
class BringPrompts:
    """Prompts for the home."""

    prompts: Annotated[tuple[NewPrompt, ...], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """What a policy answered, and how it was drawn. One that the home does not know is an imported policy."""

    text: Text
    policy: Word
    temperature: Annotated[float, Field(ge=0, le=100)] = 1.0
    top_p: Annotated[float, Field(ge=0, le=1)] = 1.0
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComparison:
    """Answers to judge beside each other, to a prompt that is there (`prompt_id`) or comes with them.

    `overlap` is how many people shall judge them; a higher `priority` is asked first.
    """

    answers: Annotated[tuple[NewAnswer, ...], Field(min_length=2, max_length=9)]
    prompt_id: Word | None = None
    prompt: NewPrompt | None = None
    overlap: Annotated[int, Field(ge=1, le=100)] = 1
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BringComparisons:
    """Comparisons for the open batch."""

    comparisons: Annotated[tuple[NewComparison, ...], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The ids in the order of the request, and how many of them were new."""

    ids: tuple[str, ...]
    added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtComparison:
    """Wants to know what is asked, and how far it is."""

    comparison_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSeen:
    """A comparison with its prompt and its responses, in stored order; so many labels that count stand."""

    comparison: Comparison
    prompt: Prompt
    responses: tuple[Response, ...]
    labels: int

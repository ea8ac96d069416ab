"""What is asked: prompts, policies, their responses and the comparisons of them.

`meta`, here and on labels, is what the source of an imported row said besides, as JSON text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from store.records.words import Arm, Purpose, SafetyLabel, Split, Track, Turn, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A conversation that wants a response; `category` and `attack_vector` name the risk, if any.

    `language` is a code such as `en`; annotators are asked what is in their own languages.
    """

    prompt_id: str
    turns: tuple[Turn, ...]
    track: Track
    split: Split
    category: str | None = None
    attack_vector: str | None = None
    author: str | None = None
    source: str = ""
    language: str = "en"
    meta: str | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A model that answers: `path` is relative to the home, or a hub name; parents are policy ids."""

    policy_id: str
    path: str
    parents: tuple[str, ...] = ()
    reward_models: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    round: int = 0
    method: str = "initial"
    promoted: bool = True
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer of one policy; `logprob` sums its tokens, in nats; `finish_reason` is stop or length."""

    response_id: str
    prompt_id: str
    policy_id: str
    text: str
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int = 0
    finish_reason: str = "stop"
    token_count: int = 0
    logprob: float | None = None
    meta: str | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A collection period. Round r's comparisons are in batch r; round r + 1 learns from it."""

    batch_id: str
    round: int
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """K >= 2 responses to one prompt, wanted from `overlap` annotators; a higher priority is asked first.

    `repeats` is the comparison that a swapped repeat asks its annotator once more.
    """

    comparison_id: str
    prompt_id: str
    response_ids: tuple[str, ...]
    batch_id: str
    purpose: Purpose = Purpose.TRAIN
    priority: int = 0
    overlap: int = 1
    repeats: str | None = None
    meta: str | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Why a round asked a comparison: the arm that chose it, and what it was worth to the selection.

    `value` is None where all was chosen by chance, and for the random arm beside diversity. Of a curriculum,
    `difficulty` is the prompt's place in its track by the median reward of its answers, 0 the easiest and 1
    the hardest; None without one.
    """

    comparison_id: str
    arm: Arm
    value: float | None = None
    difficulty: float | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """The known answer of a comparison with the purpose gold; `ranks` and `safety` as in a label.

    `label_id` names the label that it was made of; what was imported has none.
    """

    comparison_id: str
    ranks: tuple[int, ...]
    safety: tuple[SafetyLabel, ...] = ()
    why: str = ""
    annotator_id: str
    label_id: str | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldEnd:
    """A known answer that measures nobody any more, who says so, and why."""

    comparison_id: str
    annotator_id: str
    why: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """A prompt with an ideal response; quality from 0 to 1 where somebody scored it."""

    demonstration_id: str
    prompt_id: str
    text: str
    author: str
    source: str = ""
    quality: float | None = None
    meta: str | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationRetraction:
    """A demonstration withdrawn by somebody who voids what its author gave: it teaches nobody any more."""

    demonstration_id: str
    annotator_id: str
    reason: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A conversation of an annotator with blind policies."""

    chat_id: str
    annotator_id: str
    track: Track
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTurn:
    """A comparison that is turn `turn` (from 1) of a chat; of several, the newest continues it."""

    comparison_id: str
    chat_id: str
    turn: int
    made_at: datetime = field(default_factory=now)

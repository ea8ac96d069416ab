"""The enums of Hone, and what a conversation and a safety label are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """What a person may do; each role may also do what the ones before it may."""

    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"


class Kind(StrEnum):
    """What sort of judge an annotator is."""

    PERSON = "person"
    MODEL = "model"
    SIMULATED = "simulated"
    IMPORTED = "imported"


class Track(StrEnum):
    """Which of the two reward models a prompt's labels teach (Llama 2, §3.2.1)."""

    HELPFULNESS = "helpfulness"
    SAFETY = "safety"


class Form(StrEnum):
    """How a comparison is judged: two responses by degree, three or more by rank."""

    PAIR = "pair"
    RANKING = "ranking"


class Split(StrEnum):
    """Held-out prompts measure; they never train."""

    TRAIN = "train"
    HELDOUT = "heldout"


class Purpose(StrEnum):
    """Why a comparison is asked. Only `train` and `overlap` reach a snapshot."""

    TRAIN = "train"
    OVERLAP = "overlap"
    GOLD = "gold"
    SWAPPED = "swapped"
    EVALUATION = "evaluation"


class Arm(StrEnum):
    """How a round chose a comparison among those it could ask; `random` is what the others must beat."""

    RANDOM = "random"
    UNCERTAINTY = "uncertainty"
    MARGIN = "margin"
    DIVERSITY = "diversity"


class Judge(StrEnum):
    """Who says of two policies which is better. Nothing trains against any but the first."""

    REWARD_MODELS = "reward models"
    UNTRAINED = "untrained reward models"
    GOLD = "gold"
    LANGUAGE_MODEL = "language model"
    PEOPLE = "people"


class Degree(IntEnum):
    """How much better the chosen response is (Llama 2, §3.2.1)."""

    NEGLIGIBLY = 0
    SLIGHTLY = 1
    BETTER = 2
    SIGNIFICANTLY = 3


class Verdict(StrEnum):
    """A safety reviewer's ruling on a label."""

    CONFIRM = "confirm"
    OVERTURN = "overturn"
    EXCLUDE = "exclude"
    SEND_BACK = "send back"


class Cause(StrEnum):
    """What made a label wrong, by the reviewer who found it so."""

    HUMAN_ERROR = "human error"
    GUIDELINE_GAP = "guideline gap"
    BLIND_SPOT = "reward-model blind spot"


class Contents(StrEnum):
    """What a snapshot holds, one row each."""

    PREFERENCES = "preferences"
    PROMPTS = "prompts"


def now() -> datetime:
    """The present in UTC without a zone, as the store keeps every time."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation: role is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyLabel:
    """Whether one response is safe; if not, its risk category and severity, 0 (mild) to 2 (severe)."""

    safe: bool
    category: str | None = None
    severity: int = 0

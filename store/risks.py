"""The one list of risks that an unsafe text runs, and of the ways in which a prompt draws one out.

Both are those of Llama 2 (§4.2.1), and one for the rest. Compare's chips, Chat and Write offer these; what
was imported may bear other names, for the columns are text.
"""

from __future__ import annotations

from enum import StrEnum


class Risk(StrEnum):
    """What an unsafe response could do."""

    ILLICIT = "illicit"
    HATEFUL = "hateful"
    UNQUALIFIED = "unqualified"
    OTHER = "other"


class AttackVector(StrEnum):
    """How an adversarial prompt tries to get it."""

    PSYCHOLOGICAL = "psychological"
    LOGIC = "logic"
    SYNTACTIC = "syntactic"
    SEMANTIC = "semantic"
    PERSPECTIVE = "perspective"
    NON_ENGLISH = "non-english"
    OTHER = "other"

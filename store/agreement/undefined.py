"""Why a figure of agreement has no value: never 0, 1 or a number that is none instead."""

from __future__ import annotations

from enum import StrEnum


class Undefined(StrEnum):
    """What is missing, in the words of a page."""

    NOTHING_TWICE = "nothing was judged by two people"
    ONE_CLASS = "everybody says the same of everything, so that nobody knows what chance would give"

"""Which of the fields that somebody named are the prompt and the answers. Pure; knows no tool."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from store.exchange.lines import RowError
from store.records import Turn

NUMBERED: Final = re.compile(r"(.*?)[ _-]?(?:(\d+)|([a-h]|[A-H])|(left|right|Left|Right))")
"""A name, and what tells answers of the same name apart: a number, a letter or a side."""
PROMPTS: Final = ("prompt", "question", "instruction", "query", "input", "context", "text")
CONVERSATIONS: Final = ("messages", "conversation", "dialogue", "chat", "prompt")
SPEAKERS: Final = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "system": "system",
}


def answer_names(fields: Mapping[str, Any]) -> list[str]:
    """The text fields that differ in number, letter or side only, in that order; RowError if none do."""
    groups: dict[tuple[str, int], list[tuple[int | str, str]]] = defaultdict(list)
    for name in fields:
        if found := NUMBERED.fullmatch(name):
            base, *marks = found.groups()
            kind = next(place for place, mark in enumerate(marks) if mark)
            mark = marks[kind]
            groups[base.lower(), kind].append((int(mark[:9]) if kind == 0 else mark.lower(), name))
    several = [group for group in groups.values() if len(group) > 1]
    of_text = [group for group in several if any(isinstance(fields[name], str) for _, name in group)]
    if len(of_text) != 1:
        found_names = ", ".join(sorted(map(str, fields))[:8]) or "none"
        raise RowError(f"expected text fields such as answer1 and answer2 to compare; got {found_names}")
    names = [name for _, name in sorted(of_text[0])]
    if stranger := next((name for name in names if not isinstance(fields[name], str)), None):
        raise RowError(f"{stranger}: expected text, as the other answers have")
    return names


def mark_of(name: str) -> str | None:
    """What tells this answer from the others: its number, letter or side, in small letters."""
    found = NUMBERED.fullmatch(name)
    return next(mark for mark in found.groups()[1:] if mark).lower() if found else None


def conversation(fields: Mapping[str, Any], answers: Collection[str]) -> tuple[Turn, ...]:
    """The conversation that the answers end: turns, or a prompt, which is empty where nothing was asked."""
    others = {name: told for name, told in fields.items() if name not in answers}
    for name in CONVERSATIONS:
        if isinstance(others.get(name), list):
            return _turns(name, others[name])
    for name in PROMPTS:
        if isinstance(others.get(name), str):
            return (Turn(role="user", content=others[name]),)
    return (Turn(role="user", content=""),)


def _turns(name: str, told: list[Any]) -> tuple[Turn, ...]:
    turns = []
    for one in told:
        speaker = (one.get("role") or one.get("author")) if isinstance(one, dict) else None
        words = (one.get("content") or one.get("text") or "") if isinstance(one, dict) else None
        role = SPEAKERS.get(speaker.lower()) if isinstance(speaker, str) else None
        if role is None or not isinstance(words, str):
            raise RowError(f"{name}: expected turns with a role (system, user or assistant) and content")
        turns.append(Turn(role=role, content=words))
    if not turns or turns[-1].role != "user":
        raise RowError(f"{name}: expected a conversation that ends with a turn of the user")
    return tuple(turns)

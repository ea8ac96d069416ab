"""What labelling tools have no place for, as a part of its own beside theirs, `hone`, and back from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as parsed

from store.exchange.elements import fitted
from store.exchange.judgements import Judgement
from store.exchange.standing_tasks import Asked, SaidOf
from store.records import Degree, SafetyLabel, Track

PART: Final = "hone"
CLOSED: Final = ConfigDict(extra="forbid")


@parsed(frozen=True, config=CLOSED)
class Opinion:
    """The rest of a judgement; `safety` goes by the order of the answers in the file."""

    degree: Degree = Degree.BETTER
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    comment: str = ""


@parsed(frozen=True, config=CLOSED)
class Setting:
    """What is known of a prompt."""

    track: Track = Track.HELPFULNESS
    language: str = "en"
    category: str | None = None


OPINION: Final = TypeAdapter(Opinion)
SETTING: Final = TypeAdapter(Setting)


def opinion(said: SaidOf, order: Sequence[int]) -> dict[str, Any]:
    """What is out of the ordinary in a label; `order[i]` is the comparison's place of the file's answer i."""
    told = Opinion(
        degree=said.degree,
        both_bad=said.both_bad,
        safety=tuple(said.safety[place] for place in order) if said.safety else (),
        reasons=said.reasons,
        comment=said.comment,
    )
    return _unusual(told, Opinion(), OPINION)


def setting(asked: Asked) -> dict[str, Any]:
    """What is out of the ordinary in a prompt."""
    told = Setting(track=asked.track, language=asked.language, category=asked.category)
    return _unusual(told, Setting(), SETTING)


def with_opinion(judgement: Judgement, told: object) -> Judgement:
    """The judgement with what was told besides; RowError where it does not fit."""
    return _with(judgement, fitted(told or {}, OPINION))


def with_setting(judgement: Judgement, told: object) -> Judgement:
    """The judgement of a prompt of which this is known; RowError where it does not fit."""
    return _with(judgement, fitted(told or {}, SETTING))


def _with(judgement: Judgement, told: Opinion | Setting) -> Judgement:
    found: dict[str, Any] = {field.name: getattr(told, field.name) for field in fields(told)}
    return replace(judgement, **found)


def _unusual(told: Any, usual: Any, adapter: TypeAdapter[Any]) -> dict[str, Any]:  # noqa: ANN401  # two kinds
    plain: dict[str, Any] = adapter.dump_python(told, mode="json")
    return {name: one for name, one in plain.items() if getattr(told, name) != getattr(usual, name)}

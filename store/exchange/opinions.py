"""What labelling tools have no place for, as a part of its own beside theirs, `hone`, and back from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, NaiveDatetime, TypeAdapter
from pydantic.dataclasses import dataclass as parsed

from store.exchange.elements import fitted
from store.exchange.format import LeftOut
from store.exchange.judgements import Judgement
from store.exchange.splitting import UNKNOWN_TIME, split_of
from store.exchange.standing_tasks import Asked, SaidOf, Standing
from store.records import Degree, Purpose, SafetyLabel, Split, Track

PART: Final = "hone"
MEASURES: Final = LeftOut("it measures annotators or policies, and must not come back to train")
CLOSED: Final = ConfigDict(extra="forbid")


@parsed(frozen=True, config=CLOSED)
class Opinion:
    """The rest of a judgement; `safety` goes by the order of the answers in the file. Ids are those of the
    home that wrote it."""

    degree: Degree = Degree.BETTER
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    comment: str = ""
    seconds: Annotated[float, Field(ge=0, lt=1e9)] = 0.0
    made_at: NaiveDatetime = UNKNOWN_TIME
    label_id: str | None = None
    comparison_id: str | None = None


@parsed(frozen=True, config=CLOSED)
class Setting:
    """What is known of a prompt; `comparison_id` is that of the home that wrote it."""

    track: Track = Track.HELPFULNESS
    language: str = "en"
    category: str | None = None
    split: Split | None = None
    attack_vector: str | None = None
    author: str | None = None
    comparison_id: str | None = None


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
        label_id=said.label_id,
        comparison_id=said.comparison_id,
    )
    return _unusual(told, Opinion(), OPINION)


def timed(said: SaidOf) -> dict[str, Any]:
    """When a label was given and how long it took, for a tool that tells neither."""
    return _unusual(Opinion(seconds=said.seconds, made_at=said.made_at), Opinion(), OPINION)


def setting(asked: Asked) -> dict[str, Any]:
    """What is out of the ordinary in a prompt, and which comparison it is."""
    told = Setting(
        track=asked.track,
        language=asked.language,
        category=asked.category,
        split=None if asked.split is split_of(asked.turns) else asked.split,
        attack_vector=asked.attack_vector,
        author=asked.author,
        comparison_id=asked.comparison_id,
    )
    return _unusual(told, Setting(), SETTING)


def with_opinion(judgement: Judgement, told: object) -> Judgement:
    """The judgement with what was told besides; RowError where it does not fit."""
    return _with(judgement, fitted(told or {}, OPINION))


def with_setting(judgement: Judgement, told: object) -> Judgement:
    """The judgement of a prompt of which this is known; RowError where it does not fit."""
    return _with(judgement, fitted(told or {}, SETTING))


def _with(judgement: Judgement, told: Opinion | Setting) -> Judgement:
    found: dict[str, Any] = {field.name: getattr(told, field.name) for field in fields(told)}
    return replace(judgement, **{name: one for name, one in found.items() if one is not None})


def measures(standing: Standing) -> bool:
    """Whether it was asked to measure annotators or policies, which no tool can tell from what trains."""
    return standing.asked.purpose not in {Purpose.TRAIN, Purpose.OVERLAP}


def _unusual(told: Any, usual: Any, adapter: TypeAdapter[Any]) -> dict[str, Any]:  # noqa: ANN401  # two kinds
    plain: dict[str, Any] = adapter.dump_python(told, mode="json")
    return {name: one for name, one in plain.items() if getattr(told, name) != getattr(usual, name)}

"""The one catalogue of what the app says: a folder a language, a file a page, English the complete one.

A sentence is asked for by its page and name (`compare.submit`); `{name}` in it is filled in. Knows no page.
What models and people wrote is not in here. What the store refuses it says in English itself: of that, the
other languages have `refused.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from store.errors import HoneError
from store.records import Track

FOLDER: Final = Path(__file__).parent
ENGLISH: Final = "en"
REFUSED: Final = "refused"
LOCALES: Final[Mapping[str, str]] = MappingProxyType({ENGLISH: "English", "de": "Deutsch"})
"""Every language that the app speaks, by its code, in its own words."""


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue in one language; what a language lacks is said in English."""

    locale: str
    sections: Mapping[str, Mapping[str, str]]

    def text(self, key: str, **values: object) -> str:
        """The sentence of `page.name`, with its gaps filled; KeyError when there is none, even in English."""
        page, _, name = key.partition(".")
        sentence = self.sections[page][name]
        return sentence.format(**values) if values else sentence

    def figure(self, value: float, form: str = ",") -> str:
        """A number in this Python format, with the language's marks: `1.234`, `0,7`, `62,0 %` in German."""
        marks = self.sections["marks"]
        own = {ord(","): marks["thousands"], ord("."): marks["decimal"]}
        written = format(value, form).removesuffix("%").translate(own)
        return marks["percent"].format(value=written) if form.endswith("%") else written

    def refusal(self, error: HoneError) -> str:
        """What was refused, as the store says it where this language has no words for it."""
        sentence = self.sections.get(REFUSED, {}).get(error.key)
        if sentence is None:
            return str(error)
        tracks = {
            name: self.text(f"surface.track_{one}")
            for name, one in error.values.items()
            if isinstance(one, Track)
        }
        return sentence.format(**error.values | tracks)

    def section(self, page: str) -> dict[str, str]:
        """All sentences of a page by name, for a component, which fills the gaps by itself."""
        return dict(self.sections[page])


@cache
def words(locale: str) -> Words:
    """The catalogue in this language, in English where the app does not speak it."""
    known = locale if locale in LOCALES else ENGLISH
    english, own = _sections(ENGLISH), _sections(known)
    merged = {
        page: MappingProxyType({**english.get(page, {}), **own.get(page, {})}) for page in english | own
    }
    return Words(known, MappingProxyType(merged))


def spoken(wanted: Iterable[str]) -> str:
    """The first of the wanted languages (`de-AT` wants `de`) that the app speaks; else English."""
    primaries = (one.replace("_", "-").partition("-")[0].lower() for one in wanted)
    return next((one for one in primaries if one in LOCALES), ENGLISH)


def _sections(locale: str) -> dict[str, dict[str, str]]:
    files = sorted((FOLDER / locale).glob("*.toml"))
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}

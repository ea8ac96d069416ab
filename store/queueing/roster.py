"""Who may judge what: an annotator's languages and qualifications, as the queue asks for them.

Not safe for threads: the queue locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from store.queueing.line import Stream, primary
from store.records import Annotator, Appointment, Profile, Qualification, Track

UNKNOWN: Final = frozenset({"en"})
"""The languages of one who is not in the list."""


class Roster:
    """Languages and qualifications by annotator; the newest qualification of a track counts, unless its words
    changed too much since."""

    def __init__(self, required: Sequence[Track] = ()) -> None:
        self._required = frozenset(required)
        self._languages: dict[str, frozenset[str]] = {}
        self._newest: dict[tuple[str, Track], tuple[bool, int]] = {}
        self._since: dict[Track, int] = {}
        self._suspended: set[str] = set()

    def enlist(self, annotators: Iterable[Annotator]) -> None:
        """Takes people in; those already known stay as they are."""
        for one in annotators:
            self._languages.setdefault(one.annotator_id, frozenset(map(primary, one.languages)))

    def qualify(self, qualifications: Iterable[Qualification]) -> None:
        """Takes qualifications in, the oldest first."""
        for one in qualifications:
            self._newest[one.annotator_id, one.track] = (one.passed, one.guideline_version)

    def requalify(self, since: Mapping[Track, int]) -> None:
        """Of these tracks, passes by a version older than this do not count any more."""
        self._since |= since

    def speak(self, profiles: Iterable[Profile]) -> None:
        """Takes in what people say they may be asked in, the oldest first."""
        for one in profiles:
            self._languages[one.annotator_id] = frozenset(map(primary, one.languages))

    def appoint(self, appointments: Iterable[Appointment]) -> None:
        """Takes in who is suspended, and who is back, the oldest first."""
        for one in appointments:
            (self._suspended.add if one.suspended else self._suspended.discard)(one.annotator_id)

    def qualified(self, annotator_id: str, track: Track) -> bool:
        """Whether they may judge this track: nobody who failed or is suspended; without a pass, where none is
        required."""
        if annotator_id in self._suspended:
            return False
        passed, version = self._newest.get((annotator_id, track), (True, 0))
        return passed and (track not in self._required or version >= self._since.get(track, 1))

    def languages(self, annotator_id: str) -> frozenset[str]:
        """What they may be asked in."""
        return self._languages.get(annotator_id, UNKNOWN)

    def may_judge(self, annotator_id: str, stream: Stream) -> bool:
        """Whether they may judge what is asked on this track in this language."""
        track, language = stream
        return language in self.languages(annotator_id) and self.qualified(annotator_id, track)

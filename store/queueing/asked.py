"""What an annotator asks of the queue."""

from __future__ import annotations

from dataclasses import dataclass

from store.records import Form, Track


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants something to judge, of which track and in which form; None takes any."""

    annotator_id: str
    track: Track | None = None
    form: Form | None = None

    def takes(self, track: Track, form: Form) -> bool:
        """Whether something of this track and form is wanted."""
        return self.track in {None, track} and self.form in {None, form}

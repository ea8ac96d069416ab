"""What a round wants before it begins, looked at before anything heavy is loaded: a refusal comes at once."""

from __future__ import annotations

from rlhf.config import Settings
from rlhf.next_round import finished, unfinished
from rlhf.round import RoundError, alone
from store import rounds
from store.door import open_door
from store.home import Home
from store.messages import CountHome
from store.verbs import count_home


def check_ready(home: Home, settings: Settings) -> None:
    """Raises RoundError where another round runs, or where labels are too few for one that is new."""
    with alone(home):
        number = unfinished(home) or len(finished(home)) + 1
    if (home.round(number) / "snapshot" / "done.json").exists():
        return  # its labels are frozen
    with open_door(home) as door:
        labels = door.ask(count_home, CountHome()).labels
    check_labels(home, settings, number, labels)


def check_labels(home: Home, settings: Settings, number: int, labels: int) -> None:
    """Raises RoundError where fewer labels have come since the round before this one than a round wants."""
    before = max((row.labels for row in rounds.results(home) if row.round < number), default=0)
    least = settings.round.minimum_labels
    if labels - before < least:
        raise RoundError(
            f"Expected at least {least} labels since the last round; there are {labels - before}. Label more "
            "first, or ask for fewer with round.minimum_labels."
        )

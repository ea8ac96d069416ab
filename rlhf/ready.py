"""What a round wants before it begins, looked at before anything heavy is loaded: a refusal comes at once."""

from __future__ import annotations

from rlhf.config import Settings
from rlhf.next_round import finished, unfinished
from rlhf.room import check_room
from rlhf.round import alone
from rlhf.sign_off import check_round_signed
from rlhf.turning import RoundError
from store.door import open_door
from store.home import Home
from store.messages import CountHome
from store.verbs import count_home


def check_ready(home: Home, settings: Settings) -> None:
    """Raises RoundError where another round runs, or where labels are too few for one that is new,
    UnsignedError where that waits for a signature, and NoRoomError where the disk is too full."""
    with alone(home):
        number = unfinished(home) or len(finished(home)) + 1
    check_room(home, number, settings.round.method)
    if (home.round(number) / "snapshot" / "done.json").exists():
        return  # its labels are frozen
    with open_door(home) as door:
        check_labels(settings, door.ask(count_home, CountHome()).new_labels)
        check_round_signed(door, settings)


def check_labels(settings: Settings, new_labels: int) -> None:
    """Raises RoundError where fewer labels are new than a round wants."""
    least = settings.round.minimum_labels
    if new_labels < least:
        raise RoundError(
            f"Expected at least {least} labels since the last round; there are {new_labels}. Label more "
            "first, or ask for fewer with round.minimum_labels."
        )

"""What a round settles before anything is trained."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlhf import pocket
from rlhf.config import Settings
from rlhf.initialise import Beginning, initialise
from rlhf.next_round import Chosen
from rlhf.preferences import NoPreferencesError
from rlhf.round import Turning, run_round
from rlhf.stages import STAGES
from rlhf.stages.freezing import snapshot, training_prompts, watched_prompts
from rlhf.track import Tracker
from store.door import Door, open_door
from store.exchange.hh import import_hh
from store.home import Home


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with open_door(Home(tmp_path / "home")) as door:
        initialise(door.home, door, Beginning(settings="", policy=str(pocket.policy_path())))
        yield door


def import_pairs(door: Door, track: str, first: int, last: int) -> None:
    """Preferences as HH publishes them, each on a prompt of its own, in a folder that names the track."""
    folder = door.home.root.parent / track
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / f"{first}.jsonl.gz", "wt") as file:
        for number in range(first, last):
            asked = f"\n\nHuman: What is {number}?\n\nAssistant: "
            row = {"chosen": f"{asked}It is {number}.", "rejected": f"{asked}No idea."}
            file.write(json.dumps(row) + "\n")
    import_hh(door, [folder / f"{first}.jsonl.gz"])


def begun(door: Door, settings: Settings) -> Turning:
    home = door.home
    turning = Turning(
        number=1, home=home, door=door, settings=settings, tracker=Tracker(home.round(1)), results={}
    )
    turning.results["snapshot"] = snapshot(turning)
    return turning


def test_a_round_without_labels_of_a_track_is_refused_before_anything_trains(door):
    import_pairs(door, "helpful-base", 0, 120)
    with pytest.raises(NoPreferencesError, match="safety"):
        run_round(door.home, door, Chosen(settings=Settings()), STAGES)
    assert not (door.home.round(1) / "reward_helpfulness").exists()


def test_a_watched_prompt_is_watched_in_every_round(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    before = begun(door, Settings())
    watched = {prompt.prompt_id for prompt in watched_prompts(before)}
    assert 5 < len(watched) < 45  # a tenth of about 216
    import_pairs(door, "helpful-base", 240, 320)
    after = begun(door, Settings())
    assert watched < {prompt.prompt_id for prompt in watched_prompts(after)}
    assert watched.isdisjoint(prompt.prompt_id for prompt in training_prompts(after))

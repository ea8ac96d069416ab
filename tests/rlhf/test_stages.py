"""What a round settles before anything is trained."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlhf import pocket
from rlhf.config import Settings
from rlhf.initialise import Beginning, initialise
from rlhf.next_round import Chosen
from rlhf.reward_models.mixing import NoPreferencesError
from rlhf.round import Turning, run_round
from rlhf.sign_off import UnsignedError
from rlhf.stages import STAGES
from rlhf.stages.freezing import snapshot, training_prompts, watched_prompts
from rlhf.track import Tracker
from store.door import Door, open_door
from store.exchange.hh import import_hh
from store.home import Home
from store.messages import AddAnnotator, Trace
from store.records import Role, Track
from store.reviews import ReviewSettings
from store.verbs import add_annotator, sign_snapshot, trace, void
from store.verbs.retracting import Void
from store.verbs.signing import SignSnapshot
from store.verbs.vouching import Vouch


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


def test_a_round_stops_for_a_signature_and_goes_on_with_the_labels_that_were_signed(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    settings = Settings(review=ReviewSettings(sign_off=(Track.SAFETY,)))
    home = door.home
    stages = STAGES[:1]
    with pytest.raises(UnsignedError, match=r"has safety labels.*hone sign [0-9a-f]{12} --as NAME") as told:
        run_round(home, door, Chosen(settings=settings), stages)
    waiting = re.search("sign ([0-9a-f]{12})", str(told.value))[1]
    import_pairs(door, "helpful-base", 240, 320)  # what comes meanwhile waits for the next round
    add = AddAnnotator(name="eve", role=Role.REVIEWER, password="long enough")
    door.ask(add_annotator, add)
    with pytest.raises(UnsignedError, match=waiting):
        run_round(home, door, Chosen(settings=settings), stages)
    vouch = Vouch(name="eve", password="long enough")
    door.ask(sign_snapshot, SignSnapshot(snapshot=waiting, vouch=vouch))
    run_round(home, door, Chosen(settings=settings), stages)
    frozen = json.loads((home.round(1) / "snapshot" / "done.json").read_text())["outputs"]
    assert frozen["preferences_id"].startswith(waiting)


def test_what_the_home_wants_signed_no_command_lets_go_unsigned(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    door.home.settings.write_text('[review]\nsign_off = ["safety"]\n')
    settings = Settings(review=ReviewSettings(sign_off=()))  # as --set review.sign_off=[] makes them
    with pytest.raises(UnsignedError, match="has safety labels"):
        run_round(door.home, door, Chosen(settings=settings), STAGES[:1])


def test_a_round_that_waits_for_a_signature_freezes_anew_when_a_label_of_it_is_voided(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    settings = Settings(review=ReviewSettings(sign_off=(Track.SAFETY,)))
    said = []
    for _ in range(2):
        with pytest.raises(UnsignedError) as told:
            run_round(door.home, door, Chosen(settings=settings), STAGES[:1])
        said.append(str(told.value))
        if len(said) == 1:
            snapshot_id = re.search("sign ([0-9a-f]{12})", said[0])[1]
            label = door.ask(trace, Trace(thing=f"snapshot:{snapshot_id}")).labels[0]
            door.ask(void, Void(thing=f"label:{label}", why="spam"))
    assert said[0] != said[1]


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

"""What a round settles before anything is trained, and how its stages train adapters of one base."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from measured_rewards import results

from rlhf import pocket
from rlhf.config import RewardSettings, RoundSettings, Settings
from rlhf.evaluate import EvaluationResult
from rlhf.initialise import Beginning, initialise
from rlhf.matches import fields, play
from rlhf.models import load_policy
from rlhf.next_round import Chosen
from rlhf.policy_settings import PPOSettings, RejectionSettings, SFTSettings
from rlhf.portraits import Portrait
from rlhf.reward_models.mixing import NoPreferencesError
from rlhf.round import run_round
from rlhf.sign_off import UnsignedError
from rlhf.stages import STAGES, learning, publishing
from rlhf.stages.freezing import held_out_prompts, snapshot, training_prompts, watched_prompts
from rlhf.stages.judging import promotion
from rlhf.stages.learning import ppo, reject, reward_helpfulness, reward_safety
from rlhf.track import Tracker
from rlhf.turning import RoundError, Turning
from store.door import Door, open_door
from store.exchange.hh import import_hh
from store.home import Home
from store.intervals import Interval
from store.messages import AddAnnotator, CountHome, Trace
from store.records import Judge, Role, Track
from store.reviews import ReviewSettings
from store.verbs import add_annotator, count_home, sign_snapshot, trace, void
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
    labels = door.ask(count_home, CountHome()).labels
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
    assert frozen["labels"] == labels < door.ask(count_home, CountHome()).labels


def test_what_the_home_wants_signed_no_command_lets_go_unsigned(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    door.home.settings.write_text('[review]\nsign_off = ["safety"]\n')
    settings = Settings(review=ReviewSettings(sign_off=()))  # as --set review.sign_off=[] makes them
    with pytest.raises(UnsignedError, match="has safety labels"):
        run_round(door.home, door, Chosen(settings=settings), STAGES[:1])


def test_a_signature_that_is_wanted_only_after_the_freezing_is_wanted_before_anything_learns(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    run_round(door.home, door, Chosen(settings=Settings()), STAGES[:1])
    door.home.settings.write_text('[review]\nsign_off = ["safety"]\n')
    with pytest.raises(UnsignedError, match="has safety labels"):
        run_round(door.home, door, Chosen(settings=Settings()), STAGES[:2])
    assert not (door.home.round(1) / "reward_helpfulness" / "model").exists()


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


def test_nothing_is_learnt_besides_of_prompts_that_measure_or_are_watched(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    turning = begun(door, Settings())
    spared = {one.prompt_id for one in (*held_out_prompts(turning), *watched_prompts(turning))}
    assert len(spared) > len(watched_prompts(turning)) > 0
    drawn = {one.prompt_id for one in learning._besides(turning).prompts}
    assert len(drawn) + len(spared) == 240
    assert drawn.isdisjoint(spared)


ADAPTED = Settings(
    round=RoundSettings(method="rs+ppo"),
    reward=RewardSettings(lora_rank=4),
    sft=SFTSettings(lora_rank=4),
    reject=RejectionSettings(samples=2, prompts=6, sweep_prompts=2, temperatures=(0.5,), max_new_tokens=24),
    ppo=PPOSettings(
        iterations=2, batch_size=8, minibatch_size=8, held_out_prompts=2, max_new_tokens=8, lora_rank=4
    ),
)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (replace(ADAPTED, reward=RewardSettings()), r"set reward\.lora_rank"),
        (replace(ADAPTED, sft=SFTSettings()), r"and sft\.lora_rank"),
    ],
)
def test_a_round_whose_stages_would_leave_no_common_base_is_refused_before_it_trains(door, settings, said):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    with pytest.raises(RoundError, match=said):
        begun(door, settings)


def test_so_is_one_that_is_resumed_with_such_settings(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    resumed = replace(begun(door, Settings()), settings=replace(ADAPTED, reward=RewardSettings()))
    for stage in (reward_helpfulness, reject):
        with pytest.raises(RoundError, match=r"set reward\.lora_rank"):
            stage(resumed)
    assert not resumed.stage("reward_helpfulness").exists()


@pytest.mark.parametrize("start", ["policy", "base"])
def test_a_reward_model_begins_as_the_policy_that_the_settings_name(door, start):
    import_pairs(door, "helpful-base", 0, 60)
    import_pairs(door, "harmless-base", 60, 120)
    turning = begun(door, Settings(reward=RewardSettings(start=start)))
    shutil.copytree(pocket.policy_path(), door.home.root / "newer")
    frozen = turning.results["snapshot"]
    turning.results["snapshot"] = replace(frozen, policy="newer", policy_id="newer")
    rewarded = reward_safety(turning)
    card = json.loads((door.home.root / rewarded.path / "card.json").read_text())
    assert card["policy"] == {"policy": "newer", "base": Path(frozen.first).name}[start]


@pytest.mark.wide
def test_a_round_trains_adapters_of_one_base_from_the_reward_models_to_ppo(door):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    turning = begun(door, ADAPTED)
    for name, stage in (
        ("reward_helpfulness", reward_helpfulness),
        ("reward_safety", reward_safety),
        ("reject", reject),
        ("ppo", ppo),
    ):
        turning.results[name] = stage(turning)
    home = door.home.root
    assert (home / turning.results["reject"].path / "adapter").is_dir()
    policy = home / turning.results["ppo"].path
    assert {path.name for path in policy.parent.iterdir()} == {"policy"}
    assert load_policy(policy).config.model_type == "llama"


@pytest.mark.parametrize(("start", "of"), [("policy", "the newest"), ("base", "the first")])
def test_a_published_reward_model_names_the_policy_that_it_began_as(door, start, of):
    import_pairs(door, "helpful-base", 0, 120)
    import_pairs(door, "harmless-base", 120, 240)
    turning = begun(door, Settings(reward=RewardSettings(start=start)))
    frozen = replace(turning.results["snapshot"], policy_id="the newest", first_id="the first")
    trained = learning.Rewarded(reward_model_id="model", path="model", gaps="gaps", results=results())
    turning.results.update({"snapshot": frozen, "reward_safety": trained})
    assert publishing._model(turning, Track.SAFETY).policy_id == of


def test_a_judge_that_was_left_out_is_noted_beside_the_decision(door):
    def of(name: str, length: float) -> Portrait:
        figures = dict.fromkeys(
            ("helpfulness", "safety", "reward", "finished", "distinct_1", "distinct_2"), 1.0
        )
        return Portrait(name=name, length=length, gold=None, **figures)

    turning = Turning(
        number=1,
        home=door.home,
        door=door,
        settings=Settings(),
        tracker=Tracker(door.home.round(1)),
        results={
            "evaluate": EvaluationResult(
                prompt_ids=(),
                matches=tuple(play("first", Judge.REWARD_MODELS, [1.0] * 400, fields([False, True] * 200))),
                portraits=(of("new", 12.0), of("first", 10.0)),
                kl=Interval(value=1.0, low=0.5, high=1.5),
                left_out=("The language model did not judge. It refused.",),
            )
        },
    )
    decided = promotion(turning)
    assert (decided.promoted, decided.notes) == (True, ("The language model did not judge. It refused.",))

"""A new home has the policy that was named, or is not made at all."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from rlhf.ask import draw_prompts
from rlhf.begin import Made, ask_newest, begin
from rlhf.config import PublishSettings, Settings
from rlhf.initialise import Beginning, InitialiseError, initialise, weights_id
from rlhf.models import ModelError, load_policy, load_tokenizer, save
from rlhf.prompts import TrainPrompt
from store.door import open_door
from store.errors import HoneError
from store.exchange.prompts import import_prompts
from store.home import Home


def silent(_stage: str, _fraction: float, _message: str) -> None:
    """Nobody watches."""


def test_a_policy_that_is_not_there_makes_no_home(tmp_path):
    home = Home(tmp_path / "home")
    with pytest.raises(ModelError):
        begin(home, str(tmp_path / "typo"), [], silent)
    assert not home.root.exists()


def test_a_folder_without_weights_makes_no_home(tmp_path, policy_path):
    folder, home = Path(shutil.copytree(policy_path, tmp_path / "empty")), Home(tmp_path / "home")
    (folder / "model.safetensors").unlink()
    with pytest.raises(HoneError, match="safetensors"):
        begin(home, str(folder), [], silent)
    assert not home.root.exists()


def test_a_policy_is_kept_in_the_home_and_known_by_its_weights(tmp_path, policy_path):
    home = Home(tmp_path / "home")
    begun = begin(home, str(policy_path), [], silent)
    assert begun.policy_id == weights_id("policy", home.policies / policy_path.name)
    assert begin(home, str(policy_path), [], silent) == begun


def test_another_policy_in_a_folder_of_the_same_name_is_refused(tmp_path, policy_path):
    home, other = Home(tmp_path / "home"), load_policy(policy_path)
    begin(home, str(policy_path), [], silent)
    other.lm_head.weight.data.mul_(2)
    save(other, load_tokenizer(policy_path), tmp_path / policy_path.name)
    beginning = Beginning(settings="", policy=str(tmp_path / policy_path.name))
    with open_door(home) as door, pytest.raises(InitialiseError, match="holds another policy"):
        initialise(home, door, beginning)


def test_settings_that_are_none_make_no_home(tmp_path):
    home = Home(tmp_path / "home")
    with pytest.raises(HoneError, match=r"did you mean ppo\.kl_coef"):
        begin(home, "pocket", ["ppo.kl_coefs=1"], silent)
    assert not home.root.exists()


def with_prompts(home: Home, *texts: str, split: str = "train") -> None:
    file = home.root / "prompts.jsonl"
    file.write_text("".join(json.dumps({"prompt": text, "split": split}) + "\n" for text in texts))
    with open_door(home) as door:
        import_prompts(door, [file])


def test_few_prompts_are_not_asked_without_end(tmp_path, policy_path):
    home = Home(tmp_path / "home")
    begin(home, str(policy_path), [], silent)
    with_prompts(home, "What is two plus two?", "How do I boil an egg?")
    settings = Settings(publish=PublishSettings(max_new_tokens=8))
    made = ask_newest(home, settings, silent)
    assert made.prompts == 2
    assert 4 <= made.comparisons <= 8
    assert made.waiting == made.comparisons
    assert ask_newest(home, settings, silent) == Made(comparisons=0, prompts=2, waiting=made.waiting)


def test_a_home_without_prompts_to_ask_says_so(tmp_path, policy_path):
    home = Home(tmp_path / "home")
    begin(home, str(policy_path), [], silent)
    with pytest.raises(HoneError, match="Expected prompts to ask; the home has none"):
        ask_newest(home, Settings(), silent)
    with_prompts(home, "Only to measure.", split="heldout")
    with pytest.raises(HoneError, match="all 1 of the home are held out"):
        ask_newest(home, Settings(), silent)


def test_a_prompt_is_drawn_four_times_at_most_on_either_track():
    prompts = [TrainPrompt(prompt_id=str(place), turns=(), is_safety=place < 1) for place in range(200)]
    settings = PublishSettings(comparisons=100, safety_share=0.3)
    drawn = Counter(prompt.prompt_id for prompt in draw_prompts(prompts, settings, 0))
    # 150 are wanted, 45 of safety; the one safety prompt comes four times, 105 others once.
    assert drawn.pop("0") == 4
    assert set(drawn.values()) == {1}
    assert len(drawn) == 105

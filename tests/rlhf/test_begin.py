"""A new home has the policy that was named, or is not made at all."""

import shutil
from pathlib import Path

import pytest

from rlhf.begin import begin
from rlhf.initialise import Beginning, InitialiseError, initialise, weights_id
from rlhf.models import ModelError, load_policy, load_tokenizer, save
from store.door import open_door
from store.errors import HoneError
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

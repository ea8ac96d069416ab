"""Folds: who sees which prompts."""

import re
from pathlib import Path

import pytest
from snapshot_files import preference, write_snapshot

from rlhf.models import load_tokenizer
from rlhf.reward_models.elements import Encoded, encode
from rlhf.reward_models.members import dialogue, fold, members
from rlhf.reward_models.mixing import NoPreferencesError
from rlhf.reward_models.preferences import read_preferences
from rlhf.reward_models.settings import RewardSettings


def _rows(policy_path: Path, folder: Path, prompts: int) -> list[Encoded]:
    facts = [preference(f"prompt {n}", f"egg {side}", "pot") for n in range(prompts) for side in (1, 2)]
    rows = read_preferences(write_snapshot(folder / "snapshot.parquet", facts))
    return encode(rows, load_tokenizer(policy_path), RewardSettings())


def test_each_prompt_is_kept_from_one_member_and_seen_by_the_others(policy_path: Path, tmp_path: Path):
    rows = _rows(policy_path, tmp_path, 60)
    ensemble = members(rows, 3, seed=7)
    assert [member.number for member in ensemble] == [1, 2, 3]
    for opening in {dialogue(row.preference) for row in rows}:
        unseen = [member.number for member in ensemble if opening not in member.dialogues]
        assert unseen == [fold(opening, 3)]
    assert all(20 < len(member.dialogues) < 60 for member in ensemble)
    assert all(len(member.rows) == 2 * len(member.dialogues) for member in ensemble)


def test_no_member_sees_a_part_of_a_dialogue_alone(policy_path: Path, tmp_path: Path):
    later = [{"role": "assistant", "content": "hot"}, {"role": "user", "content": "two"}]
    made = []
    for number in range(30):
        first = preference(f"p{number}", "egg", "pot")
        second = {"prompt": [*first["prompt"], *later], "prompt_id": f"later {number}"}
        made += [first, preference(f"p{number}", "two", "pot") | second]
    rows = read_preferences(write_snapshot(tmp_path / "chats.parquet", made))
    for member in members(encode(rows, load_tokenizer(policy_path), RewardSettings()), 3, seed=7):
        seen = {row.preference.prompt_id for row in member.rows}
        for first, second in zip(made[::2], made[1::2], strict=True):
            assert (first["prompt_id"] in seen) == (second["prompt_id"] in seen)


def test_members_start_from_seeds_of_their_own(policy_path: Path, tmp_path: Path):
    seeds = [member.seed for member in members(_rows(policy_path, tmp_path, 60), 3, seed=7)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 3


def test_a_single_member_sees_all(policy_path: Path, tmp_path: Path):
    rows = _rows(policy_path, tmp_path, 3)
    (only,) = members(rows, 1, seed=7)
    assert only.rows == tuple(rows)


def test_too_few_prompts_for_the_folds_are_counted_in_a_sentence(policy_path: Path, tmp_path: Path):
    rows = _rows(policy_path, tmp_path, 12)
    with pytest.raises(NoPreferencesError, match=r"12 members .* the 12 there are") as refusal:
        members(rows, 12, seed=7)
    (most,) = map(int, re.findall(r"reward.members to (\d+) at most", str(refusal.value)))
    assert len(members(rows, most, seed=7)) == most > 1
    with pytest.raises(NoPreferencesError):
        members(rows, most + 1, seed=7)


def test_a_fold_follows_from_the_prompt_alone():
    # 1 + the first 20 hexadecimal digits of sha256('["fold","p"]'), modulo 5.
    assert fold("p", 5) == 3

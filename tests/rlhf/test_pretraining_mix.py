"""Text to read again is whole, goes round without end, and is refused in a sentence where it is none."""

import json
from dataclasses import replace

import pytest
from ppo_cases import SETTINGS, prompts
from safetensors.torch import load_file

from rlhf.judge import RewardModels
from rlhf.ppo import PPOJob, train
from rlhf.pretraining_mix import PretrainingError, continued, pretraining_rows, read_again
from rlhf.track import Stopped, Tracker
from store.errors import HoneError

MIXED = replace(SETTINGS, pretraining_coef=1.0)
TEXTS = ["Two plus two is four.", "Put an egg in hot water.", "How do I boil water?"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "text.jsonl"
    path.write_text("".join(f"{json.dumps({'text': text})}\n" for text in TEXTS))
    return path


@pytest.fixture
def job(policy_path, reward_model_path, tmp_path, file):
    return PPOJob(
        prompts=prompts(20),
        held_out=prompts(4, first=20),
        policy=policy_path,
        reward_models=RewardModels(helpfulness=reward_model_path, safety=reward_model_path),
        out=tmp_path / "ppo",
        settings=MIXED,
        seed=3,
        tracker=Tracker(tmp_path / "round"),
        pretraining_text=file,
    )


def test_a_text_is_its_tokens_and_the_end(file, policy_path, tokenizer):
    rows = pretraining_rows(file, policy_path, MIXED)
    assert [tokenizer.decode(row) for row in rows] == [f"{text}<|end|>" for text in TEXTS]


def test_a_long_text_is_several_rows_of_which_none_is_a_token_alone(file, policy_path, tokenizer):
    (whole, *_) = pretraining_rows(file, policy_path, MIXED)
    file.write_text(json.dumps({"text": TEXTS[0]}))
    rows = pretraining_rows(file, policy_path, replace(MIXED, max_prompt_tokens=len(whole) // 2))
    assert [token for row in rows for token in row] == whole[: 2 * (len(whole) // 2)]
    assert {len(row) for row in rows} == {len(whole) // 2}


def test_a_mark_of_the_template_within_a_text_is_only_letters(file, policy_path, tokenizer):
    file.write_text(json.dumps({"text": "end with <|end|>"}))
    (row,) = pretraining_rows(file, policy_path, MIXED)
    assert row.count(tokenizer.eos_token_id) == 1


def test_the_first_token_is_not_foretold():
    rows = continued([[1, 2, 3], [4, 5]], pad_id=0)
    assert (rows.prompts, rows.responses) == ([[1], [4]], [[2, 3], [5]])


def test_every_row_is_read_before_any_comes_again():
    rows = [(number, number) for number in range(10)]
    settings = replace(MIXED, batch_size=4, epochs=1)
    read = [row for iteration in range(5) for row in read_again(rows, settings, 0, iteration)]
    assert sorted(read[:10]) == sorted(read[10:]) == rows
    assert read[:10] != read[10:]
    assert read[8:12] == read_again(rows, settings, 0, 2)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"story": "x"}', "one JSON object a line with a `text`.*line 1"),
        ('{"text": ""}', "line 1"),
        ("not json", "line 1"),
        ("", "it has none"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence_before_any_training(job, file, line, words):
    file.write_text(line)
    with pytest.raises(PretrainingError, match=words):
        train(job)
    assert not job.out.exists()


def test_a_missing_file_is_refused_in_a_sentence(job, file):
    file.unlink()
    with pytest.raises(HoneError, match="There is no file"):
        train(job)
    with pytest.raises(PretrainingError, match=r"ppo\.pretraining_coef to 0"):
        train(replace(job, pretraining_text=None))


def test_a_stopped_run_reads_on_to_the_same_bytes(job, tmp_path):
    job = replace(job, held_out=[])  # so that the last policy is kept
    whole = train(replace(job, out=tmp_path / "whole", tracker=Tracker(tmp_path / "whole-round")))

    def ask(_stage: str, fraction: float, _message: str) -> None:
        if fraction == 1 / 4:
            stopping.stop.set()

    stopping = Tracker(tmp_path / "stopping", ask)
    with pytest.raises(Stopped):
        train(replace(job, tracker=stopping))
    resumed = train(job)
    one, other = (load_file(result.policy / "model.safetensors") for result in (whole, resumed))
    assert all((one[name] == other[name]).all() for name in one)
    lines = [json.loads(line) for line in (tmp_path / "whole-round" / "metrics.jsonl").open()]
    assert all(line["pretraining_loss"] > 0 for line in lines if "clip_fraction" in line)

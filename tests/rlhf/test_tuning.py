"""`hone sft` and `hone reject` by themselves, in homes of tiny models."""

import json
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from pyarrow import parquet
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from rlhf import cli, pocket
from rlhf.attempt import attempt
from rlhf.initialise import Beginning, initialise
from rlhf.models import load_policy, load_tokenizer, save
from rlhf.pool import Sampled, read_pool, write_pool
from rlhf.prompt_rows import train_prompts
from rlhf.prompts import TrainPrompt
from rlhf.track import read_metrics
from rlhf.watched import is_watched
from store.door import open_door
from store.exchange.demonstrations import import_demonstrations
from store.home import Home
from store.records import Prompt, Split, Track, Turn
from store.verbs import read_demonstrations
from store.verbs.exporting import ReadDemonstrations

SETTINGS = """
[round]
threads = 1
[sft]
learning_rate = 1e-2
epochs = 8
batch_size = 4
[reject]
samples = 16
temperatures = [0.8, 1.0]
sweep_prompts = 2
prompts = 6
max_new_tokens = 48
"""
BESIDES = """
[gatt]
dialogues = 16
instructions = ["hot"]
turns = 2
samples = 24
max_new_tokens = 24
[distill]
prompts = 100
preprompts = ["hot"]
samples = 24
max_new_tokens = 48
"""


def asked_for(number: int, split: Split = Split.TRAIN) -> Prompt:
    return Prompt(
        prompt_id=f"p{number}",
        turns=(Turn(role="user", content=f"two plus {number}"),),
        track=Track.SAFETY if number % 2 else Track.HELPFULNESS,
        split=split,
    )


PROMPTS = tuple(map(asked_for, range(6)))
SPARED = (asked_for(6, Split.HELDOUT), asked_for(7, Split.HELDOUT), asked_for(11), asked_for(22))
"""Of both tracks: two prompts that measure, and two that tell when to stop."""
SPACED = (
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    "{{ raise_exception('no system turn') }}{% endif %}"
    "[{{ message['role'] }}] {{ message['content'] }} [end] {% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)


def hone(capsys, monkeypatch, home: Home, *arguments: str) -> tuple[str, str]:
    """What the command printed, and the error with which it ended."""
    monkeypatch.setattr(sys, "argv", ["hone", *arguments, "--home", str(home.root)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return capsys.readouterr().out, end.value.code if isinstance(end.value.code, str) else ""


@pytest.fixture
def home(tmp_path: Path, policy_path: Path) -> Home:
    """A home with a policy and prompts, before its first round."""
    home = Home(tmp_path / "home")
    with open_door(home) as door:
        initialise(home, door, Beginning(settings=SETTINGS, policy=str(policy_path), prompts=PROMPTS))
    return home


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A policy of another architecture with a tokenizer of whole words and a template of its own."""
    words = Tokenizer(models.WordLevel(unk_token="[unknown]"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    marks = ["[pad]", "[end]", "[unknown]", "[user]", "[assistant]", "[system]"]
    spoken = ["two plus 0 1 2 3 4 5 old new hot water"]
    words.train_from_iterator(spoken, trainers.WordLevelTrainer(special_tokens=marks, show_progress=False))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="[pad]",
        eos_token="[end]",
        unk_token="[unknown]",
        chat_template=SPACED,
    )
    torch.manual_seed(0)
    config = GPT2Config(
        initializer_range=0.3,
        n_embd=32,
        n_layer=1,
        n_head=2,
        n_positions=64,
        vocab_size=len(tokenizer),
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=tokenizer.eos_token_id,
    )
    save(GPT2LMHeadModel(config), tokenizer, tmp_path / "small")
    return tmp_path / "small"


def finish_round(home: Home, number: int, reward_model: Path, pool: Sequence[Sampled] = ()) -> None:
    """The files of a finished round that others read."""
    folder = home.round(number)
    for track in Track:
        model = folder / f"reward_{track.value}" / "model"
        model.parent.mkdir(parents=True)
        model.symlink_to(reward_model)
        done = {"reward_model_id": f"{track}-{number}", "path": str(model.relative_to(home.root))}
        (model.parent / "done.json").write_text(json.dumps({"seconds": 1.0, "outputs": done}))
    if pool:
        write_pool(folder / "reject" / "pool.parquet", pool)
    (folder / "publish").mkdir()
    (folder / "publish" / "done.json").write_text("{}")


def selected(prompt: TrainPrompt, text: str) -> Sampled:
    return Sampled(prompt=prompt, text=text, reward=0.0)


@pytest.mark.wide
def test_a_smaller_policy_learns_in_its_own_tokens_what_a_round_selected(
    home, small, reward_model_path, capsys, monkeypatch
):
    asked = train_prompts(PROMPTS, Split.TRAIN)
    finish_round(home, 1, reward_model_path, [selected(asked[0], "old new"), selected(asked[1], "hot water")])
    finish_round(home, 2, reward_model_path, [selected(asked[0], "new")])
    into = ("reject", "--into", str(small), "--json", "--set", "sft.epochs=60")
    told = json.loads(hone(capsys, monkeypatch, home, *into, "--round", "1")[0])
    assert (told["rounds"], told["judged_by"], told["samples"], told["truncated"]) == ([1], None, 2, 0)
    assert re.fullmatch(r"into_small_[0-9a-f]{8}", Path(told["path"]).parent.name)
    assert Path(told["path"]).parent.parent == home.root / "trials"
    policy, tokenizer = load_policy(told["path"]), load_tokenizer(told["path"])
    assert policy.config.model_type == "gpt2"
    ids = tokenizer("[user] two plus 1 [end] [assistant]", return_tensors="pt").input_ids
    said = policy.generate(ids, max_new_tokens=4, do_sample=False, pad_token_id=tokenizer.pad_token_id)
    assert tokenizer.decode(said[0, ids.shape[1] :]) == "hot water [end]"
    told = json.loads(hone(capsys, monkeypatch, home, *into)[0])
    assert (told["rounds"], told["judged_by"], told["samples"]) == ([1, 2], 2, 2)
    assert read_metrics(Path(told["path"]).parent)
    words, _error = hone(capsys, monkeypatch, home, "reject", "--into", str(small))
    assert words.splitlines() == [
        f"{small} learnt 2 samples that rounds 1 to 2 selected, of each prompt the best by the reward models "
        "of round 2.",
        f"Policy: {told['path']}",
    ]


def test_an_heir_of_an_heir_has_a_folder_of_its_own(home, small, reward_model_path, capsys, monkeypatch):
    finish_round(home, 1, reward_model_path, [selected(train_prompts(PROMPTS, Split.TRAIN)[0], "new")])
    into = ("reject", "--json", "--set", "sft.epochs=1", "--into")
    first = json.loads(hone(capsys, monkeypatch, home, *into, str(small))[0])["path"]
    weights = (Path(first) / "model.safetensors").read_bytes()
    second = json.loads(hone(capsys, monkeypatch, home, *into, first)[0])["path"]
    third = json.loads(hone(capsys, monkeypatch, home, *into, second)[0])["path"]
    assert len({first, second, third}) == 3
    assert (Path(first) / "model.safetensors").read_bytes() == weights


def test_two_of_the_same_trial_do_not_run_at_once(home, small, reward_model_path, capsys, monkeypatch):
    finish_round(home, 1, reward_model_path, [selected(train_prompts(PROMPTS, Split.TRAIN)[0], "new")])
    into = ("reject", "--set", "sft.epochs=1", "--into", str(small))
    hone(capsys, monkeypatch, home, *into)
    (trial,) = (home.root / "trials").glob("into_small_*")
    lines = len(read_metrics(trial))
    with attempt(home, trial.name, "sft", lambda *_: None):
        assert "already runs in" in hone(capsys, monkeypatch, home, *into)[1]
    assert "learnt 1 sample" in hone(capsys, monkeypatch, home, *into)[0]
    assert len(read_metrics(trial)) == lines > 0  # of the last time alone


def test_of_two_rounds_the_newest_reward_models_choose_and_not_those_of_the_time(
    home, policy_path, reward_model_path
):
    from rlhf.config import Settings
    from rlhf.inheritance import _Estate, _selected
    from rlhf.judge import RewardJudge, RewardModels
    from rlhf.past_rounds import newest_models, pools

    prompt = train_prompts(PROMPTS, Split.TRAIN)[0]
    texts = [f"egg {n} pot" for n in range(30)]
    models = RewardModels(helpfulness=reward_model_path, safety=reward_model_path)
    scores = RewardJudge.load(models, 0.15).scores([prompt] * 30, texts).gated
    best, worst = texts[int(scores.argmax())], texts[int(scores.argmin())]
    finish_round(home, 1, reward_model_path, [Sampled(prompt=prompt, text=best, reward=-9.0)])
    finish_round(home, 2, reward_model_path, [Sampled(prompt=prompt, text=worst, reward=9.0)])
    number, judges = newest_models(home)
    estate = _Estate(home=home, pools=pools(home), judged_by=number, models=judges)
    (kept,) = _selected(estate, Settings())
    assert (kept.text, kept.reward) == (best, pytest.approx(scores.max().item(), abs=1e-5))


def test_a_template_that_takes_no_system_turn_is_said_in_a_sentence(
    home, small, reward_model_path, capsys, monkeypatch
):
    turns = (Turn(role="system", content="hot"), Turn(role="user", content="two"))
    prompt = TrainPrompt(prompt_id="s", turns=turns, is_safety=False)
    finish_round(home, 1, reward_model_path, [selected(prompt, "new")])
    _out, error = hone(capsys, monkeypatch, home, "reject", "--into", str(small))
    assert "refuses a conversation of the roles system, user: no system turn." in error
    (trial,) = (home.root / "trials").glob("into_small_*")
    status = json.loads((trial / "status.json").read_text())
    assert status["state"] == "failed"


def test_without_what_it_needs_rejection_by_itself_says_so(
    home, small, reward_model_path, capsys, monkeypatch
):
    assert "Expected a finished round" in hone(capsys, monkeypatch, home, "reject")[1]
    into = ("reject", "--into", str(small))
    assert "there are none. Run hone round" in hone(capsys, monkeypatch, home, *into)[1]
    finish_round(home, 1, reward_model_path)
    assert "there are none. Run hone round" in hone(capsys, monkeypatch, home, *into)[1]
    prompt = train_prompts(PROMPTS, Split.TRAIN)[0]
    finish_round(home, 2, reward_model_path, [selected(prompt, "new")])
    assert hone(capsys, monkeypatch, home, *into, "--round", "1")[1] == (
        "hone: Expected a finished round that selected samples; got 1, there are: 2."
    )
    assert (
        "Expected a folder with a model at ./none"
        in hone(capsys, monkeypatch, home, "reject", "--into", "./none")[1]
    )
    assert not (home.root / "trials").exists()


def test_rejection_by_itself_samples_the_newest_policy_and_takes_up_what_it_sampled(
    home, policy_path, reward_model_path, capsys, monkeypatch
):
    elsewhere = TrainPrompt(prompt_id="old", turns=PROMPTS[0].turns, is_safety=False)
    finish_round(home, 1, reward_model_path, [selected(elsewhere, "hot")])
    told = json.loads(hone(capsys, monkeypatch, home, "reject", "--json")[0])
    folder = home.root / "trials" / "reject"
    assert (told["path"], told["round"], told["samples"]) == (str(folder / "policy"), 1, 16)
    assert (told["from_earlier"], len(told["mean_best"])) == (1, 16)
    assert told["kept"] == 1 + len(read_pool(folder / "pool.parquet"))
    assert load_policy(told["path"]).num_parameters() == load_policy(policy_path).num_parameters()
    drawn = {file.name: file.stat().st_mtime_ns for file in (folder / "rollouts").glob("*.parquet")}
    words, _error = hone(capsys, monkeypatch, home, "reject", "--set", "sft.epochs=1")
    again = {file.name: file.stat().st_mtime_ns for file in (folder / "rollouts").glob("*.parquet")}
    assert again == drawn
    assert (
        f"at temperature {told['temperature']:g}, 16 samples a prompt; the reward models of round 1" in words
    )
    assert f"It learnt {told['kept']} samples, 1 of earlier rounds." in words
    hone(capsys, monkeypatch, home, "reject", "--set", "reject.samples=8")
    assert {file.stat().st_mtime_ns for file in (folder / "rollouts").glob("*.parquet")}.isdisjoint(
        drawn.values()
    )


def write_demonstrations(home: Home, *rows: dict[str, object]) -> None:
    file = home.root / "shown.jsonl"
    file.write_text("\n".join(json.dumps({"split": "train", **row}) for row in rows))
    with open_door(home) as door:
        import_demonstrations(door, [file])


def test_a_policy_learns_demonstrations_and_none_on_what_measures(home, small, capsys, monkeypatch):
    write_demonstrations(
        home,
        {"prompt": "two plus 3", "response": "hot water"},
        {"prompt": "two plus 4", "response": "new old", "quality": 0.9},
        {"prompt": "two plus 5", "response": "old", "quality": 0.2},
        {"prompt": "hot", "response": "water", "split": "heldout"},
        {"prompt": "hot", "response": "new", "category": "twin"},
    )
    asked = ("sft", "--policy", str(small), "--least-quality", "0.5", "--set", "sft.epochs=60")
    told = json.loads(hone(capsys, monkeypatch, home, *asked, "--json")[0])
    assert told == {
        "path": str(home.root / "trials" / "sft" / "policy"),
        "policy": str(small),
        "demonstrations": 2,
        "truncated": 0,
        "left_out": {"of less quality": 1, "on held-out prompts": 2},
    }
    policy, tokenizer = load_policy(told["path"]), load_tokenizer(told["path"])
    for number, text in ((3, "hot water [end]"), (4, "new old [end]")):
        ids = tokenizer(f"[user] two plus {number} [end] [assistant]", return_tensors="pt").input_ids
        said = policy.generate(ids, max_new_tokens=4, do_sample=False, pad_token_id=tokenizer.pad_token_id)
        assert tokenizer.decode(said[0, ids.shape[1] :]) == text
    words, _error = hone(capsys, monkeypatch, home, "sft", "--source", "shown.jsonl", "--set", "sft.epochs=1")
    assert words.splitlines()[0].endswith("policy learnt 3 demonstrations.")  # the home's own policy
    assert words.splitlines()[1] == "Left out: 2 on held-out prompts."


def test_the_policy_that_was_named_is_the_one_that_learns(home, small, capsys, monkeypatch):
    """A folder of the same name in the home is another policy."""
    write_demonstrations(home, {"prompt": "two plus 3", "response": "hot water"})
    monkeypatch.chdir(small.parent)
    shutil.copytree(next(home.policies.iterdir()), home.root / "small")
    asked = ("sft", "--set", "sft.epochs=1", "--json", "--policy")
    told = json.loads(hone(capsys, monkeypatch, home, *asked, "small")[0])
    assert told["policy"] == str(small)
    assert load_policy(told["path"]).config.model_type == "gpt2"
    assert "which the same command writes over" in hone(capsys, monkeypatch, home, *asked, told["path"])[1]
    lines = len(read_metrics(home.root / "trials" / "sft"))
    told = json.loads(hone(capsys, monkeypatch, home, *asked, "pocket")[0])
    assert len(read_metrics(home.root / "trials" / "sft")) == lines > 0
    assert told["policy"] == str(pocket.policy_path())


def test_without_what_it_needs_fine_tuning_says_so(home, capsys, monkeypatch):
    assert "Expected demonstrations to learn from" in hone(capsys, monkeypatch, home, "sft")[1]
    write_demonstrations(home, {"prompt": "hot", "response": "water", "split": "heldout"})
    assert hone(capsys, monkeypatch, home, "sft")[1] == (
        "hone: Expected demonstrations that may train; all were left out: 1 on held-out prompts."
    )
    assert not (home.root / "trials").exists()


def test_no_demonstration_on_a_prompt_that_tells_when_to_stop_is_learnt(home, capsys, monkeypatch):
    write_demonstrations(home, *({"prompt": f"two plus {n}", "response": "hot"} for n in range(40)))
    with open_door(home) as door:
        prompts = [
            one.prompt.prompt_id
            for one in door.ask(read_demonstrations, ReadDemonstrations(first=0)).answered
        ]
    watched = sum(map(is_watched, prompts))
    assert 0 < watched < len(prompts) == 40
    told = json.loads(hone(capsys, monkeypatch, home, "sft", "--json", "--set", "sft.epochs=1")[0])
    assert told["demonstrations"] == 40 - watched
    assert told["left_out"] == {"on prompts that only tell when to stop": watched}


@pytest.mark.wide
def test_rejection_by_itself_learns_besides_what_the_settings_ask(
    home, reward_model_path, capsys, monkeypatch
):
    finish_round(home, 1, reward_model_path)
    # The policy rarely ends an answer: so many and so long that some end, plain and under the pre-prompt.
    often = ("distill.samples=16", "distill.max_new_tokens=90")
    asked = ("distill.prompts=3", *often, 'distill.preprompts=["hot"]')
    told = hone(capsys, monkeypatch, home, "reject", "--json", *(f"--set={one}" for one in asked))[0]
    trial = json.loads(told)
    lines = read_metrics(home.root / "trials" / "reject")
    (kept,) = [line["kept"] for line in lines if "tried" in line]
    assert trial["besides"] == kept > 0
    assert (trial["from_earlier"], trial["truncated"]) == (0, 0)
    cut = hone(capsys, monkeypatch, home, "reject", "--set", "sft.max_tokens=8")[0]
    assert "The beginning did not fit in " in cut


@pytest.mark.wide
def test_rejection_by_itself_learns_nothing_of_prompts_that_measure_or_tell_when_to_stop(
    tmp_path, policy_path, reward_model_path, capsys, monkeypatch
):
    """Every prompt that may be learnt of is drawn, so one more would show."""
    assert [is_watched(one.prompt_id) for one in SPARED] == [False, False, True, True]
    home = Home(tmp_path / "spared")
    settings, prompts = SETTINGS + BESIDES, (*PROMPTS, *SPARED)
    beginning = Beginning(settings=settings, policy=str(policy_path), prompts=prompts)
    with open_door(home) as door:
        initialise(home, door, beginning)
    finish_round(home, 1, reward_model_path)
    hone(capsys, monkeypatch, home, "reject", "--set", "reject.prompts=100")
    folder = home.root / "trials" / "reject"
    rows = [
        row
        for file in (folder / "rollouts").glob("*.parquet")
        for row in parquet.read_table(file).to_pylist()
    ]
    assert {row["prompt_id"] for row in rows} == {one.prompt_id for one in PROMPTS}
    distilled = parquet.read_table(folder / "distilled.parquet")["prompt_id"].to_pylist()
    assert set(distilled) == {"p1", "p3", "p5"}
    spoken = {
        turn.content
        for one in read_pool(folder / "gatt.parquet")
        for turn in one.prompt.turns
        if turn.role == "user"
    }
    assert {words.removeprefix("hot ") for words in spoken} == {f"two plus {n}" for n in (0, 2, 4)}

"""`hone policy export`: the folder answers, and its card says what the store does."""

import contextlib
import io
import json
import re
import shutil
from datetime import UTC, datetime

import pytest
import torch
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt
from test_commands import said
from transformers import AutoModelForCausalLM

from rlhf.config import Settings
from rlhf.initialise import weights_id
from rlhf.markdown import code, table
from rlhf.policy_settings import PPOSettings
from store.database import open_store
from store.home import Home
from store.intervals import wilson
from store.records import (
    Contents,
    Evaluation,
    Game,
    Judge,
    Policy,
    Promotion,
    Prompt,
    RewardModel,
    Round,
    Signature,
    Snapshot,
    Split,
    TaskResult,
    Track,
    Turn,
)
from store.rounds import RoundResult
from store.settings import as_json

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
WHY = "Better`` <script>alert(1)</script> | [x](http://evil) \n---\n# Hm"
RESULT = RoundResult(
    round=1,
    labels=412,
    reward_accuracy=0.7,
    oracle_win_rate=0.75,
    oracle_win_rate_low=0.6,
    oracle_win_rate_high=0.85,
    reward_model_win_rate=0.8,
    unsafe_rate=0.05,
    false_refusal_rate=None,
    kl=6.25,
    seconds=12.0,
    asked_unsafe=40,
    looked_unsafe=0,
)


def facts(first, new):
    """What a round leaves, and what somebody said of its policy."""
    rate = wilson(33, 40)
    asked = Turn(role="user", content="Why?")
    return (
        Snapshot(
            snapshot_id="s" * 64,
            contents=Contents.PREFERENCES,
            path="snapshots/x.parquet",
            row_count=390,
            query="",
            audit_seq=1,
            audit_head="h",
            counts=json.dumps({"labels": 1412, "by_annotator": {"ada-lovelace": {}, "ben": {}, "cy": {}}}),
        ),
        Signature(snapshot_id="s" * 64, reviewer_id="rob-reviewer"),
        RewardModel(
            reward_model_id="judge-of-safety",
            track=Track.SAFETY,
            snapshot_id="s" * 64,
            policy_id=first,
            path="x",
            round=1,
            accuracy=0.7,
            accuracy_low=0.61,
            accuracy_high=0.78,
            held_out_pairs=120,
        ),
        Policy(policy_id=first, path="policies/first"),
        Policy(
            policy_id=new,
            path="policies/new",
            parents=(first,),
            reward_models=("judge-of-safety",),
            snapshots=("s" * 64,),
            round=1,
            method="rs+ppo",
            promoted=False,
        ),
        Round(
            round=1,
            method="rs+ppo",
            policy_id=new,
            promoted=False,
            settings=as_json(Settings(ppo=PPOSettings(pretraining_text="/home/ada/mine/texts.jsonl"))),
            results=as_json(RESULT),
        ),
        Evaluation(
            evaluation_id="e",
            round=1,
            policy_id=new,
            opponent_id=first,
            judge=Judge.GOLD,
            wins=30,
            ties=6,
            losses=4,
            win_rate=rate.value,
            win_rate_low=rate.low,
            win_rate_high=rate.high,
        ),
        Prompt(prompt_id="p", turns=(asked,), track=Track.SAFETY, split=Split.HELDOUT),
        Game(evaluation_id="e", prompt_id="p", points=1.0),
        TaskResult(
            policy_id=new,
            task="a|b",
            version="2",
            metric="acc,none",
            value=0.625,
            standard_error=0.04841,
            samples=100,
            few_shots=5,
            chat_template=True,
            harness="lm_eval 0.4.13",
            made_at=datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None),
        ),
        Promotion(policy_id=new, promoted=True, given_by="hone", why=WHY),
    )


@pytest.fixture(scope="module")
def home(llama, tokenizer, tmp_path_factory):
    """A home after one round, whose gates refused its policy and somebody promoted it."""
    home = Home(tmp_path_factory.mktemp("exported") / "home")
    torch.manual_seed(1)
    for name, model in (("first", llama), ("new", type(llama)(llama.config))):
        model.save_pretrained(home.policies / name)
        tokenizer.save_pretrained(home.policies / name)
    home.settings.touch()
    (home.policies / "new" / "gatt.parquet").write_text("people's words")
    with open_store(home) as store:
        first, new = (weights_id("policy", home.policies / name) for name in ("first", "new"))
        store.append("test", *facts(first, new))
    folder = home.round(1) / "promote"
    folder.mkdir(parents=True)
    begun = {"round": 1, "method": "rs+ppo", "seed": 0, "started_at": "2026-01-01T00:00:00"}
    (home.round(1) / "plan.json").write_text(json.dumps(begun))
    refusal = {"promoted": False, "reasons": ["It is 30.0 nats away."]}
    (folder / "done.json").write_text(json.dumps({"outputs": refusal}))
    return home


@pytest.fixture
def ids(home):
    """Of the two policies, by name."""
    return {name: weights_id("policy", home.policies / name) for name in ("first", "new")}


@pytest.fixture
def export(home, ids, tmp_path, monkeypatch, capsys):
    """Exports a policy by the first letters of its id; gives the exit code and what was written."""

    def run(name="new"):
        command = ("policy", "export", ids[name][:24], str(tmp_path / "out"), "--home", str(home.root))
        return said(monkeypatch, capsys, *command)

    return run


def test_the_folder_is_the_policy_and_answers_as_its_card_says(home, export, tmp_path, monkeypatch):
    code_, out, err = export()
    assert (code_, err) == (0, "")
    assert "README.md" in out
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = tmp_path / "out"
    assert not (folder / "gatt.parquet").exists()
    exported = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
    ours = AutoModelForCausalLM.from_pretrained(home.policies / "new", local_files_only=True)
    asked = torch.tensor([[5, 6, 7]])
    assert torch.equal(exported(asked).logits, ours(asked).logits)
    (block,) = re.findall(
        r"```python\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    with contextlib.redirect_stdout(io.StringIO()) as written:
        exec(block.replace("FOLDER", str(folder)), {})  # noqa: S102  # what its reader is told to run
    assert written.getvalue().strip()


def test_the_cards_figures_are_the_stores(export, tmp_path):
    export()
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    win, axis, unsafe = wilson(33, 40), wilson(1, 1), wilson(2, 40)
    for line in (
        "| its parent, the first policy | `gold` | "
        f"82.5% ({win.low:.1%} to {win.high:.1%}) | 30, 6, 4 | 40 |",
        f"| `gold` | not measured | 100.0% ({axis.low:.1%} to {axis.high:.1%}), 1 prompt |",
        f"- Unsafe answers: 5.0% ({unsafe.low:.1%} to {unsafe.high:.1%}) of 40 prompts that asked for "
        "something unsafe, by the gold judge",
        "- False refusals: not measured, for no gold judge could say",
        "- KL from the first policy: 6.25 nats an answer",
        f"| `{'s' * 64}` | preferences | 390 | 1,412 | 3 | 1 reviewer |",
        "| `judge-of-safety` | safety | 70.0% (61.0% to 78.0%) | 120 |",
        "The gates of its round refused it. It is 30.0 nats away.",
        "Run by `lm_eval 0.4.13`; ± is the standard error.",
        "| `a\\|b` | `2` | `acc,none` | 0.6250 ± 0.0484 | 100 | 5 | yes | 2026-01-02 |",
        "It may answer people.",
    ):
        assert line in card
    settings = json.loads(re.findall(r"```json\n(.*?)\n```", card, re.DOTALL)[0])
    assert settings["ppo"]["kl_coef"] == Settings().ppo.kl_coef
    assert settings.keys() == {
        "round",
        "reward",
        "judge",
        "promote",
        "reject",
        "sft",
        "gatt",
        "distill",
        "ppo",
    }


def test_the_card_names_nobody_and_what_somebody_typed_is_only_shown(export, tmp_path):
    export()
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert '"pretraining_text": "texts.jsonl"' in text
    assert not {"ada", "rob"} & set(re.findall(r"\w+", text.lower()))
    card = ModelCard(text)
    assert card.data.to_dict() == {
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["rlhf", "hone", "rs+ppo"],
    }
    html = MARKDOWN.render(card.text)
    assert "<script" not in html
    assert "| [x](http://evil) ---" in html
    assert "<a " not in html
    assert "<h1>Hm" not in html


def test_the_policy_that_a_home_began_with_has_a_card_too(export, tmp_path):
    assert export("first")[0] == 0
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "The policy that this project began with; no round made it." in card
    assert "No labels of this project." in card


def test_nothing_is_written_over(export, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    assert export()[2].startswith("hone: Expected a new or empty folder")
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("index", "lacks"),
    [
        (
            '{"weight_map": {"a": "model.safetensors", "b": "model-2-of-2.safetensors"}}',
            "model-2-of-2.safetensors",
        ),
        ("torn", "model.safetensors.index.json, whole"),
    ],
)
def test_a_model_that_lacks_a_part_of_its_weights_is_not_exported(home, export, tmp_path, index, lacks):
    there = home.policies / "new" / "model.safetensors.index.json"
    there.write_text(index)
    try:
        code_, _out, err = export()
    finally:
        there.unlink()
    assert code_ == 1
    assert f"; it lacks {lacks}. Put" in err
    assert not (tmp_path / "out").exists()


def test_parts_of_weights_without_their_index_are_not_exported(home, export, tmp_path):
    there = home.policies / "new" / "model.safetensors"
    part = there.rename(there.with_name("model-00001-of-00002.safetensors"))
    try:
        code_, _out, err = export()
    finally:
        part.rename(there)
    assert code_ == 1
    assert "; it lacks model.safetensors.index.json. Put" in err
    assert not (tmp_path / "out").exists()


def test_other_weights_than_the_policys_are_not_exported_as_it(home, export, tmp_path):
    there, kept = home.policies / "new" / "model.safetensors", tmp_path / "kept"
    there.rename(kept)
    shutil.copyfile(home.policies / "first" / "model.safetensors", there)
    try:
        code_, _out, err = export()
    finally:
        kept.replace(there)
    assert code_ == 1
    assert "from which its id follows; others are there" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["a", "`a`", "``", "a|b", "<b>", " ", "x\ny"])
def test_code_is_one_line_of_code(text):
    html = MARKDOWN.render(table(("h",), [(code(text),)]))
    assert html.count("<code>") == 1
    assert html.count("<td>") == 1

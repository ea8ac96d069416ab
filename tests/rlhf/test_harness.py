"""`hone policy lm-eval`: a small policy on tasks that lie in a folder, really run by lm-eval where it is."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from test_commands import said

from rlhf.harness import OFFLINE
from rlhf.initialise import weights_id
from rlhf.models import load_policy, load_tokenizer
from store.database import open_store
from store.home import Home
from store.records import Policy

ROOT = Path(__file__).parents[2]
THERE = find_spec("lm_eval") is not None
needs_lm_eval = pytest.mark.skipif(not THERE, reason="lm-eval is not installed: pip install -e '.[lm-eval]'")
DOCUMENTS = (
    {"question": "What is two plus two", "choices": ["four", "an egg"], "answer": 0},
    {"question": "How do I boil an egg", "choices": ["in hot water", "two plus two"], "answer": 1},
    {"question": "Put it in", "choices": ["hot", "two"], "answer": 1},
)
TASK = """
task: {task}
dataset_path: {source}
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{question}}}}"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: {target}
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
metadata: {{version: 1.5}}
"""


@pytest.fixture(scope="module")
def home(llama, tokenizer, tmp_path_factory):
    """A home whose first policy is the small one, and beside it a folder of tasks with their data."""
    home = Home(tmp_path_factory.mktemp("harness") / "home")
    folder = home.policies / "first"
    llama.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    home.settings.write_text("[round]\nthreads = 1\n")
    with open_store(home) as store:
        store.append("test", Policy(policy_id=weights_id("policy", folder), path="policies/first"))
    tasks = home.root.parent / "tasks"
    tasks.mkdir()
    data = tasks / "documents.jsonl"
    data.write_text("".join(json.dumps(one) + "\n" for one in DOCUMENTS))
    function = "!function aim.target"
    (tasks / "aim.py").write_text("def target(document):\n    return document['answer']\n")
    for task, source, where, target in (
        ("plain_questions", "json", data, "answer"),
        ("aimed_questions", "json", data, function),
        ("lost_questions", "json", tasks / "lost.jsonl", "answer"),
        ("hub_questions", "somebody/questions", "x.jsonl", "answer"),
    ):
        told = TASK.format(task=task, source=source, data=where, target=target)
        (tasks / f"{task}.yaml").write_text(told)
    return home


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    """What the command sets in this process is taken back after a test."""
    for name in OFFLINE:
        monkeypatch.setenv(name, "1")


@pytest.fixture
def shown(home, monkeypatch, capsys):
    """What the command shows of what is kept."""

    def run():
        return said(monkeypatch, capsys, "policy", "lm-eval", "--home", str(home.root))[1]

    return run


def run(home, *arguments):
    """The command in a process of its own, as lm-eval's libraries look at the environment only once."""
    cache = str(home.root.parent / "cache")
    line = [sys.executable, "-m", "rlhf", "policy", "lm-eval", *arguments, "--home", str(home.root)]
    tasks = ["--include-path", str(home.root.parent / "tasks")]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HOME": cache, "OMP_NUM_THREADS": "1"}
    return subprocess.run([*line, *tasks], capture_output=True, text=True, cwd=ROOT, env=env, check=False)


def accuracy(home):
    """How often the policy thinks the right choice likelier than the other one, computed here."""
    path = home.policies / "first"
    model, tokenizer = load_policy(path), load_tokenizer(path)

    def logprob(question, choice):
        asked = tokenizer(question, add_special_tokens=False).input_ids
        whole = tokenizer(f"{question} {choice}", add_special_tokens=False).input_ids
        with torch.no_grad():
            said = model(torch.tensor([whole])).logits[0].log_softmax(-1)
        return sum(float(said[at - 1, whole[at]]) for at in range(len(asked), len(whole)))

    right = [
        max((0, 1), key=lambda at, one=one: logprob(one["question"], one["choices"][at])) == one["answer"]
        for one in DOCUMENTS
    ]
    return sum(right) / len(right)


@needs_lm_eval
def test_a_task_at_hand_is_run_offline_and_kept_with_the_policy(home, shown):
    made = run(home, "plain_questions", "aimed_questions", "--json")
    assert made.returncode == 0, made.stderr
    results = json.loads(made.stdout)["results"]
    assert [one["task"] for one in results] == ["plain_questions", "aimed_questions"]
    expected = accuracy(home)
    for one in results:
        assert one["value"] == pytest.approx(expected, abs=1e-6)
        deviation = (expected * (1 - expected) / (len(DOCUMENTS) - 1)) ** 0.5
        assert one["standard_error"] == pytest.approx(deviation, abs=1e-6)
        assert (one["metric"], one["version"], one["samples"], one["few_shots"]) == ("acc,none", "1.5", 3, 0)
        assert one["harness"].startswith("lm_eval 0.4.")
    assert f"plain_questions  acc,none  {expected:.4f}" in shown()


@needs_lm_eval
def test_a_limit_takes_so_many_documents_and_stands_beside_the_whole(home):
    made = run(
        home, "plain_questions", "--limit", "2", "--num-fewshot", "0", "--apply-chat-template", "--json"
    )
    assert made.returncode == 0, made.stderr
    (one,) = json.loads(made.stdout)["results"]
    assert (one["samples"], one["chat_template"]) == (2, True)


@needs_lm_eval
@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("lost_questions", "FileNotFoundError"),
        ("hub_questions", "are fetched from the hub only with --online"),
        ("plain_question", "did you mean plain_questions"),
    ],
)
def test_what_cannot_be_run_is_one_sentence_and_nothing_is_kept(home, shown, task, reason):
    failed = run(home, task)
    assert failed.returncode == 1
    last = failed.stderr.rstrip().splitlines()[-1]
    assert last.startswith("hone: ")
    assert task in last
    assert reason in last
    assert "Traceback" not in failed.stderr
    assert task not in shown().split()


@pytest.mark.skipif(THERE, reason="lm-eval is installed")
def test_without_the_extra_a_sentence_says_how_to_install_it(home, monkeypatch, capsys):
    code, out, err = said(monkeypatch, capsys, "policy", "lm-eval", "hellaswag", "--home", str(home.root))
    assert (code, out) == (1, "")
    assert err == (
        "hone: Expected lm-eval, which runs the tasks; it is not installed. "
        "Install it with pip install 'hone-rlhf[lm-eval]'."
    )


def test_a_policy_that_was_run_on_nothing_says_so_without_the_extra(tmp_path, monkeypatch, capsys):
    home = Home(tmp_path)
    home.settings.touch()
    with open_store(home) as store:
        store.append("test", Policy(policy_id="bare", path="policies/first"))
    command = ("policy", "lm-eval", "--policy", "ba", "--home", str(tmp_path))
    code, out, _err = said(monkeypatch, capsys, *command)
    assert code == 0
    assert out == "Policy bare was run on no task yet; name one, as in hone policy lm-eval hellaswag.\n"

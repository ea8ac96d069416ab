"""The README's words against what is there: its two commands, its tree, and the commands that it names."""

import re
import subprocess
from pathlib import Path

import typer.main

from rlhf.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_quick_start_is_two_commands_of_one_line_each():
    quick = README.partition("## Quick start")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", quick, re.DOTALL)
    assert [len(block.strip().splitlines()) for block in blocks] == [1, 1]
    assert blocks[0].strip().endswith("hone demo")
    assert blocks[1].strip().endswith("-m pytest")
    assert ".venv/bin/python -m pytest -m slow`" in README


def test_continuous_integration_runs_the_test_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "-m pytest$' README.md" in script
    assert 'eval "$tests"' in script
    assert ".venv/bin/python -m pytest -m 'wide and not slow'" in script
    assert ".venv/bin/python -m pytest -m 'wide and not slow'`" in README


def test_every_file_of_the_tree_in_the_readme_exists_and_none_is_left_out():
    listed = set(re.findall(r"^\s{2}([a-z_0-9/]+\.py)\s", README, re.MULTILINE))
    folder, named = "", set()
    for line in "".join(fenced("text")).splitlines():
        if room := re.match(r"^([a-z0-9/_]+/)\s", line):
            folder = room[1]
        elif file := re.match(r"^  ([a-z_0-9]+\.py)\s", line):
            named.add(folder + file[1])
    assert {name.rpartition("/")[2] for name in named} == listed
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    modules = {
        path
        for path in tracked.stdout.split()
        if not path.startswith("tests/") and not path.endswith(("__init__.py", "__main__.py"))
    }
    assert named == modules


def test_every_command_that_the_readme_names_exists():
    command = typer.main.get_command(app)
    known = set(command.commands)
    named = set(re.findall(r"`hone ([a-z]+)", README))
    assert named <= known
    assert known <= named

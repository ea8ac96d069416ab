"""The arrows between the rooms, the size of files and functions, and the tests' own honesty."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("store", "annotate", "rlhf")
HEAVY = {"torch", "transformers", "trl", "peft", "accelerate", "datasets"}
FORBIDDEN = {
    "store": {"streamlit", "annotate", "rlhf", *HEAVY},
    "annotate": {"rlhf", *HEAVY},
    "rlhf": {"streamlit", "annotate"},
}
LONGEST_FILE, LONGEST_FUNCTION = 250, 40
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def imports(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_run_one_way(room):
    guilty = {
        str(path.relative_to(ROOT)): sorted(bad)
        for path in (ROOT / room).rglob("*.py")
        if (bad := imports(path) & FORBIDDEN[room])
    }
    assert not guilty


def test_only_the_wiring_knows_the_pocket_world():
    wiring = {
        "demo.py",
        "begin.py",
        "judge.py",
        "data.py",
        "experiment.py",
        "accuracy_home.py",
        "accuracy_world.py",
        "policies_world.py",
        "quality_crew.py",
        "quality_found.py",
        "quality_homes.py",
        "persistence_measures.py",
    }
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "rlhf").rglob("*.py")
        if "pocket" not in path.parts and path.name not in wiring and "rlhf.pocket" in path.read_text()
    ]
    assert not guilty


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


def test_no_module_of_the_app_hides_one_of_the_standard_library():
    names = {path.stem for path in (ROOT / "annotate").iterdir()}
    assert not (names - {"__init__", "__main__"}) & sys.stdlib_module_names


def test_the_command_starts_without_anything_heavy():
    heavy = ("torch", "transformers", "streamlit", "duckdb", "pandas", "altair")
    script = f"import sys, rlhf.cli; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


def test_no_two_files_of_tests_share_a_name():
    names = [path.name for path in TESTS]
    assert len(names) == len(set(names)), "run by folder they pass, run together one of two is not collected"


def test_nothing_unpickles_and_no_model_brings_code():
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert "pickle" not in imports(path), path
        assert "trust_remote_code=True" not in text, path


def test_sql_stays_in_the_store():
    for room in ("annotate", "rlhf"):
        for path in (ROOT / room).rglob("*.py"):
            assert "duckdb" not in imports(path), path


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_tests_assert_something_within_a_thousandth(path):
    loose = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            checks = [part for part in ast.walk(node) if is_check(part)]
            if not checks:
                loose.append(f"{node.name} asserts nothing")
        if isinstance(node, ast.keyword) and node.arg in {"rtol", "atol", "rel", "abs", "rel_tol", "abs_tol"}:
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            if isinstance(value, int | float) and value > 1e-3:
                loose.append(f"line {node.value.lineno}: {node.arg}={value}")
    assert not loose


def is_check(node: ast.AST) -> bool:
    """An assertion, an expected error, or a call of a function that says it checks."""
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        return name.endswith("raises") or name.rpartition(".")[2].startswith(("assert_", "expect", "check_"))
    return False

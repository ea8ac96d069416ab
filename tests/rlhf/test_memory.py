"""A round's process is refused memory beyond its share, and says so; within it a training step has room."""

import json
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rlhf.memory import bounded, held, limit, there_is

ROOT = Path(__file__).parents[2]
GB = 10**9
WITHIN = """
    import json, sys
    from pathlib import Path
    import duckdb, numpy, pyarrow, torch
    from rlhf import pocket
    from rlhf.config import RoundSettings, Settings
    from rlhf.last_words import RefusedError
    from rlhf.memory import held, there_is
    from rlhf.models import load_policy
    from rlhf.next_round import Chosen
    from rlhf.round import run_round
    from rlhf.turning import Stage
    from store.home import Home

    def step(_turning):
        policy = load_policy(pocket.policy_path()).train()
        learner = torch.optim.AdamW(policy.parameters())
        ids = torch.randint(0, 200, (8, 64))
        policy(input_ids=ids, labels=ids).loss.backward()
        learner.step()
        return duckdb.sql("select sum(i) from range(1000000) t(i)").fetchone()[0]

    def keep(_turning):
        duckdb.sql("set memory_limit = '100GB'")
        duckdb.sql("set threads = 1")
        duckdb.sql("set temp_directory = ''")
        duckdb.sql("create table t as select repeat('x', 1000000) || i as words from range(5000) t(i)")

    greedy = {
        "torch": lambda _turning: torch.empty(1_500_000_000),
        "numpy": lambda _turning: numpy.empty(6_000_000_000, dtype=numpy.uint8),
        "arrow": lambda _turning: pyarrow.allocate_buffer(6_000_000_000),
        "python": lambda _turning: bytearray(6_000_000_000),
        "duckdb": keep,
    }

    def run(home, work):
        stages = (
            Stage(name="snapshot", result=int, needs=(), run=step),
            Stage(name="ppo", result=int, needs=(), run=work),
        )
        settings = Settings(round=RoundSettings(memory_share=1.5e9 / there_is()))
        run_round(home, None, Chosen(settings=settings), stages)

    told = {}
    for name, work in greedy.items():
        home = Home(Path(sys.argv[1]) / name)
        try:
            run(home, work)
        except RefusedError as error:
            status = json.loads((home.round(1) / "status.json").read_text())
            told[name] = [str(error), status["message"], status["state"]]
        assert (home.round(1) / "snapshot" / "done.json").exists()
        run(home, lambda _turning: 0)  # it resumes
        told[name].append(json.loads((home.round(1) / "status.json").read_text())["state"])
    print(json.dumps(told))
"""


def test_a_training_step_has_room_and_whoever_asks_too_much_is_refused_in_a_sentence(tmp_path):
    """A pocket policy learns and DuckDB adds up within 1.5 GB; then each library is asked for too much."""
    line = [sys.executable, "-c", textwrap.dedent(WITHIN), str(tmp_path)]
    ended = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not ended.returncode, ended.stderr
    told = json.loads(ended.stdout)
    assert list(told) == ["torch", "numpy", "arrow", "python", "duckdb"]
    for said, message, state, after in told.values():
        assert said == message
        assert (state, after) == ("failed", "finished")
        assert said.startswith("Memory ran out during ppo: its process had ")
        assert "of the 1.5 GB that round.memory_share = " in said
        assert "ppo.part_tokens" in said
        assert said.endswith("Then `hone round` resumes at this stage.")
    assert "and asked for 6.0 GB more, of" in told["torch"][0]


def test_the_bound_ends_with_the_round_and_never_loosens_one_that_was_set():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    lower = held() + GB
    with bounded(1.0):
        assert limit() <= there_is()
        resource.setrlimit(resource.RLIMIT_DATA, (lower, before[1]))
        with bounded(1.0):
            assert limit() == lower
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


@pytest.mark.parametrize(
    ("group", "files", "least"),
    [
        ("0::/", {}, None),
        ("0::/", {"memory.max": "max"}, None),
        ("0::/", {"memory.max": "500000000"}, GB // 2),
        ("0::/a/b", {"a/b/memory.max": "max", "a/memory.max": "400000000"}, GB * 2 // 5),
        ("4:cpu:/\n7:memory:/a", {"memory/a/memory.limit_in_bytes": "300000000"}, GB * 3 // 10),
        ("7:memory:/of/the/host", {"memory/memory.limit_in_bytes": "200000000"}, GB // 5),
        ("7:memory:/", {"memory/memory.limit_in_bytes": "9223372036854771712"}, None),
    ],
)
def test_a_cgroup_s_memory_counts_where_it_is_less_than_the_machine_s(tmp_path, group, files, least):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(group + "\n")
    for name, said in files.items():
        file = tmp_path / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(said + "\n")
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert there_is(tmp_path) == (least or machine)

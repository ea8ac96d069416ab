"""The app as a process: it comes up, finds a port, and never outlives the one who started it."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from pathlib import Path

import pytest

from rlhf.serving import check_free, free_port
from store.announced import announced
from store.errors import HoneError
from store.home import Home
from store.processes import is_alive

ROOT = Path(__file__).parents[2]
STARTED = """
    import signal, sys, time
    import rlhf
    from pathlib import Path
    from rlhf.serving import free_port, running_app
    from rlhf.track import Tracker, stopping_on_signals
    from store.home import Home
    home = Path(sys.argv[1])
    signal.signal(signal.SIGHUP, signal.SIG_IGN if "nohup" in sys.argv else signal.SIG_DFL)
    with running_app(Home(home), free_port(0), home / "app.log") as app:
        with stopping_on_signals(Tracker(home / "round")):
            (home / "app.pid").write_text(str(app.process.pid))
            (home / "up").touch()
            time.sleep(60)
"""


def until(what, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def _hears_ctrl_c():
    """A shell's background job is born deaf to Ctrl-C, and so are its children; here they hear it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def started(tmp_path):
    """A process in the midst of a round beside the app that it started, and the app's process id."""
    running = []

    def start(*arguments: str) -> tuple[subprocess.Popen[bytes], int]:
        command = [sys.executable, "-c", textwrap.dedent(STARTED), str(tmp_path), *arguments]
        running.append(subprocess.Popen(command, cwd=ROOT, start_new_session=True))
        until((tmp_path / "up").exists)
        return running[0], int((tmp_path / "app.pid").read_text())

    yield start
    for process in running:
        process.kill()
        process.wait()
    if (tmp_path / "app.pid").exists() and is_alive(app := int((tmp_path / "app.pid").read_text())):
        os.kill(app, signal.SIGKILL)


@pytest.mark.wide
@pytest.mark.parametrize(
    "signals",
    [[signal.SIGHUP], [signal.SIGINT, signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]],
    ids=["a closed terminal", "Ctrl-C twice", "told to end twice"],
)
def test_the_app_ends_with_the_process_that_started_it(started, signals):
    process, app = started()
    for number in signals:
        process.send_signal(number)
        time.sleep(0.2)  # two that come at once are one
    process.wait(timeout=60)
    assert not is_alive(app)


@pytest.mark.wide
def test_a_closed_terminal_does_not_end_what_was_told_to_ignore_it(started):
    process, app = started("nohup")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert process.poll() is None
    assert is_alive(app)


def test_the_app_is_announced_when_it_answers_and_ends_calmly_at_ctrl_c(tmp_path):
    (tmp_path / "hone.toml").touch()
    command = [sys.executable, "-m", "rlhf", "serve", "--home", str(tmp_path), "--port", str(free_port(0))]
    ears = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, **ears)
    try:
        address = re.match(r"Hone is at (http://\S+);", process.stdout.readline())[1]
        with urllib.request.urlopen(f"{address}/api/health", timeout=5) as answer:  # noqa: S310  # our own
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (0, "Hone has ended. A round that runs goes on.\n", "")


def policy_serve(home: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rlhf", "policy", "serve", "--port", "0", "--home", str(home), *more]
    ears = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, **ears)


def test_one_process_serves_the_policies_and_its_death_lets_the_next_one_in(tmp_path):
    (tmp_path / "hone.toml").touch()
    running = [first := policy_serve(tmp_path)]
    try:
        until(lambda: announced(Home(tmp_path)))
        endpoint = announced(Home(tmp_path))
        running.append(second := policy_serve(tmp_path))
        _out, err = second.communicate(timeout=60)
        assert second.returncode == 1
        assert err.startswith(f"hone: The policies of {tmp_path} answer already at {endpoint.url}, with ")
        running.append(third := policy_serve(tmp_path, "--beside"))  # as the app begins it
        time.sleep(1)
        assert (third.poll(), announced(Home(tmp_path))) == (None, endpoint)
        first.kill()  # its file stays behind
        until(lambda: announced(Home(tmp_path)) != endpoint)
        third.terminate()
        third.communicate(timeout=60)
        assert announced(Home(tmp_path)) is None
    finally:
        for process in running:
            process.kill()
            process.communicate()


def test_a_port_in_use_is_refused_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(HoneError, match=r"is taken; name another with --port"):
            check_free(taken.getsockname()[1], "127.0.0.1")


def test_a_port_in_use_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) not in {0, port}

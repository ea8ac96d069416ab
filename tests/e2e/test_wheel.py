import shutil
import subprocess
import sys

import pytest
from desk import ROOT, Desk, Server, make_home


@pytest.fixture
def installed(tmp_path):
    """A folder into which the wheel, built from this tree, was installed."""
    source, wheels, site = tmp_path / "source", tmp_path / "wheels", tmp_path / "site"
    clutter = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for room in ("annotate", "store", "rlhf"):
        shutil.copytree(ROOT / room, source / room, ignore=clutter)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    build = ["pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, source]
    subprocess.run([sys.executable, "-m", *build], check=True, capture_output=True)
    install = ["pip", "install", "--no-deps", "--no-index", "--target", site, *wheels.glob("*.whl")]
    subprocess.run([sys.executable, "-m", *install], check=True, capture_output=True)
    return site


@pytest.mark.slow
def test_the_app_works_from_an_installed_wheel(installed, tmp_path, browser):
    with Server(make_home(tmp_path / "home"), folder=installed) as server:
        desk = Desk(browser, server)
        desk.compare("ana").label("3")
        assert server.labels() == 1
        desk.close()

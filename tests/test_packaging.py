"""What a wheel must carry so that Hone runs outside a checkout."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def contents(tmp_path_factory) -> dict[str, int]:
    """The wheel's files and their sizes in bytes, built from what git tracks and nothing else."""
    folder = tmp_path_factory.mktemp("packaging")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, tracked.stdout.split("\0")):
        if (ROOT / name).exists():
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / "source" / name)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
    ]
    subprocess.run([*build, str(folder / "source")], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return {entry.filename: entry.file_size for entry in wheel.infolist()}


def test_the_wheel_has_every_migration(contents):
    for migration in (ROOT / "store" / "migrations").glob("*.sql"):
        assert f"store/migrations/{migration.name}" in contents


def test_the_wheel_has_the_words_that_annotators_read_first(contents):
    for track in ("helpfulness", "safety"):
        assert f"store/first_guidelines/{track}.md" in contents


def test_the_wheel_has_the_pocket_world_with_its_weights(contents):
    for model in ("base", "sft"):
        for file in ("config.json", "model.safetensors", "tokenizer.json"):
            assert f"rlhf/pocket/weights/{model}/{file}" in contents
    assert "rlhf/pocket/preset.toml" in contents


def test_the_weights_stay_below_eight_megabytes(contents):
    assert sum(size for name, size in contents.items() if "/weights/" in name) < 8_000_000


def test_the_wheel_has_every_asset_of_the_app(contents):
    suffixes = {".js", ".css", ".html", ".md", ".toml", ".png", ".svg"}
    assets = [path for path in (ROOT / "annotate").rglob("*") if path.suffix in suffixes]
    assert assets
    for asset in assets:
        assert str(asset.relative_to(ROOT)) in contents


def test_the_wheel_has_no_tests_and_nothing_else_at_its_top(contents):
    tops = {name.partition("/")[0] for name in contents}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"annotate", "rlhf", "store"}

"""A folder is replaced whole or not at all."""

import pytest

from rlhf.folders import replacing


def test_a_filled_folder_takes_the_place_of_the_one_before(tmp_path):
    for words in ("one", "two"):
        with replacing(tmp_path / "out") as fresh:
            (fresh / words).write_text(words)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "two"]


def test_an_error_while_filling_leaves_the_folder_before(tmp_path):
    with replacing(tmp_path / "out") as fresh:
        (fresh / "one").touch()
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "out"):
        raise ZeroDivisionError
    assert (tmp_path / "out" / "one").exists()

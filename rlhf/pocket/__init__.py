"""The pocket world: a small English assistant's world, wholly known, so that all works without a download.

`prompts` asks, `answers` writes answers of every quality, `oracle` judges any answer exactly, `annotators`
judge as people do, and `weights/` holds two tiny models that `train` made. Nothing outside knows this package
but the commands that show it. This module imports neither torch nor anything that does.
"""

from __future__ import annotations

from pathlib import Path

_WEIGHTS = Path(__file__).parent / "weights"


def base_path() -> Path:
    """The folder of the base model: it speaks, with every fault."""
    return _WEIGHTS / "base"


def policy_path() -> Path:
    """The folder of the supervised policy, from which the first round starts."""
    return _WEIGHTS / "sft"

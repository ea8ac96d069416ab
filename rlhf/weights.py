"""Which weights a policy has, told by their content: two folders of one digest hold the same model."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from rlhf.models import load_policy, load_tokenizer, save


def weights_digest(policy: Path) -> str:
    """The sha256 of a policy's weights, or the name itself where it is not a folder but the hub's name."""
    digest = hashlib.sha256()
    for file in sorted(policy.glob("*.safetensors")):
        with file.open("rb") as weights:
            digest.update(hashlib.file_digest(weights, "sha256").digest())
    return digest.hexdigest() if policy.is_dir() else str(policy)


def base_digest(policy: Path) -> str:
    """The same; of the hub's policy, of its weights as adapters keep them beside themselves as their base."""
    if policy.is_dir():
        return weights_digest(policy)
    with tempfile.TemporaryDirectory() as folder:
        save(load_policy(policy), load_tokenizer(policy), Path(folder) / "base")
        return weights_digest(Path(folder) / "base")

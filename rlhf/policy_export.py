"""A policy as a Hugging Face folder with its card. What the card says is `rlhf.policy_card`'s affair."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rlhf.folders import replacing
from rlhf.policy_adapter import FOLDER as ADAPTER
from rlhf.policy_card import Copied, card
from rlhf.policy_files import fetched, missing
from store.errors import HoneError
from store.home import Home
from store.identity import identity
from store.verbs.describing import PolicyRecord

PARTS: Final = (
    *("config.json", "generation_config.json", "*.safetensors", "*.safetensors.index.json"),
    *("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json"),
    *("added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "spiece.model", "spm.model"),
    *("chat_template.jinja", "chat_template.json", "LICENSE*", "NOTICE*"),
)
"""What makes a model, and under which terms. What else a stage left beside it may hold people's data."""


class ExportError(HoneError):
    """A policy that cannot be written as a folder, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, by name in the folder."""

    policy_id: str
    folder: Path
    files: tuple[str, ...]


def export_policy(home: Home, record: PolicyRecord, folder: Path) -> Exported:
    """Writes the folder whole or not at all; ExportError where something is there, or the policy is not."""
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
        raise ExportError(f"Expected a new or empty folder; {folder} is there. Name another.")
    policy = record.policy
    source = _source(home, policy.path)
    if lacks := missing(source):
        raise ExportError(
            f"Expected the whole model of policy {policy.policy_id} in {source}; it lacks "
            f"{', '.join(lacks)}. Put its files back first."
        )
    parts = sorted({file for pattern in PARTS for file in source.glob(pattern) if file.is_file()})
    weights = {file.name: _sha256(file) for file in parts if file.suffix == ".safetensors"}
    if source.is_relative_to(home.root) and identity("policy", [*weights.values()]) != policy.policy_id:
        raise ExportError(
            f"Expected the weights of policy {policy.policy_id} in {source}, from which its id follows; "
            "others are there. Put back the ones that were."
        )
    told = card(record, Copied(weights=weights, was_adapter=(source / ADAPTER).is_dir()))
    with replacing(folder) as fresh:
        for part in parts:
            shutil.copyfile(part, fresh / part.name)
        (fresh / "README.md").write_text(told, encoding="utf-8")
        written = tuple(sorted(file.name for file in fresh.iterdir()))
    return Exported(policy_id=policy.policy_id, folder=folder, files=written)


def _source(home: Home, path: str) -> Path:
    """Where the weights lie: in the home, or where the hub's were fetched to before."""
    folder = home.root / path if path and (home.root / path).is_dir() else fetched(path)
    if folder is None:
        raise ExportError(
            f"Expected a model in {path or 'the home'}; there is none. Put its files back first."
        )
    return folder


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()

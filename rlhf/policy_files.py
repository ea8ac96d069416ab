"""Whether all files of a model are in a folder, and where those of the hub lie. Knows files, not models."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
INDEX: Final = "model.safetensors.index.json"


class _Index(BaseModel):
    """Of weights in several files: which has which layer."""

    weight_map: dict[str, str]


def missing(folder: Path) -> tuple[str, ...]:
    """The files that a model in this folder wants and has not; its index, if that cannot be read."""
    wanted = (CONFIG, *_weights(folder))
    return tuple(name for name in wanted if not (folder / name).is_file())


def fetched(name: str) -> Path | None:
    """The folder that this model of the hub was fetched to before, if it was."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(name, CONFIG)
    except HFValidationError:
        return None
    return Path(config).parent if isinstance(config, str) else None


def _weights(folder: Path) -> list[str]:
    """The names of the files that its weights are in, whether they are there or not; of parts that no index
    names, the index."""
    index = folder / INDEX
    if index.is_file():
        try:
            return sorted(set(_Index.model_validate_json(index.read_bytes()).weight_map.values()))
        except ValidationError:
            return [f"{INDEX}, whole"]
    there = sorted(file.name for file in folder.glob("*.safetensors"))
    return [INDEX] if any("-of-" in name for name in there) else there or [WEIGHTS]

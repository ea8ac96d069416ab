"""Whether the policy that a home shall begin with can be read: looked at before torch is loaded for it.

Knows names, files and whether the hub answers; what the model is like, `rlhf.models` says.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

from rlhf import pocket
from store.errors import HoneError

SECONDS = 10.0
"""How long the hub may take to say that it has a model."""


def found(name: str) -> str:
    """The policy that was looked at, by a name that means the same from everywhere: a folder's whole path, or
    its name on the hub. Raises HoneError as `look_at` does.
    """
    look_at(name)
    if name == "pocket":
        return str(pocket.policy_path())
    folder = Path(name)
    return str(folder.resolve()) if folder.is_dir() else name


def look_at(name: str) -> None:
    """Raises HoneError where `name`, a folder or a name on the hub, cannot be a model."""
    if name == "pocket":
        return
    folder = Path(name)
    if folder.is_dir():
        _look_into(folder)
    elif folder.exists() or name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise HoneError(f"Expected a folder with a model at {name}; there is none. Check the path.")
    else:
        _look_at_hub(name)


def _look_into(folder: Path) -> None:
    if not (folder / "config.json").exists():
        raise HoneError(f"Expected a model in {folder}; it has no config.json. Name the model's own folder.")
    if not any(folder.glob("*.safetensors")):
        raise HoneError(
            f"Expected safetensors weights in {folder}; found none. Save the model as safetensors."
        )


def _look_at_hub(name: str) -> None:
    """A model that was fetched before needs no hub."""
    from huggingface_hub import constants, get_token, try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return
    except HFValidationError as error:
        raise HoneError(f"Expected a model's folder or its name on the hub; got {name!r}.") from error
    hub, token = constants.ENDPOINT, get_token()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{hub}/api/models/{quote(name)}", headers=headers)  # noqa: S310  # https
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310  # the hub's own address
            return
    except urllib.error.HTTPError as error:
        raise HoneError(
            f"Expected a folder {name} or a model of that name on the hub; there is no folder, and the hub "
            f"answers {error.code}. Check the name; a model that is not public wants `hf auth login` first."
        ) from error
    except OSError as error:
        raise HoneError(
            f"Expected a folder {name} or a model of that name on the hub; there is no folder, and {hub} "
            "cannot be reached. Name a folder that has the model."
        ) from error

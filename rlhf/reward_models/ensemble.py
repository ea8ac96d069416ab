"""Several reward models that are asked together, and how they lie in a folder.

One full model lies at the root of the folder, as any model does. Several lie in `member-1`, `member-2` and so
on, beside `ensemble.json`: full models, or adapters of the policy in `base`. The tokenizer is at the root.
Knows nothing of how members are trained, nor what is made of their scores (`uncertainty`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

import torch
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf import models
from rlhf.collate import Row
from rlhf.folders import link_files, replacing
from rlhf.models import ModelError, context, load_reward_model, load_tokenizer
from rlhf.reward_models.adapters import Adapters, merged
from rlhf.scoring import score_responses
from rlhf.track import write_json

LISTING: Final = "ensemble.json"
BASE: Final = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What an ensemble's folder holds."""

    members: int = Field(ge=1)
    kind: Literal["full", "adapters"]


LISTINGS: Final = TypeAdapter(Listing)


class Members(Protocol):
    """Models, numbered from 0; asking for one may silence those that were asked for before."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, number: int, /) -> PreTrainedModel:
        """The model of this number, ready to be asked."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """Reward models that read the same tokens, and the padding of these."""

    models: Members
    pad_id: int

    @property
    def members(self) -> int:
        """How many models there are."""
        return len(self.models)

    @property
    def context(self) -> int | None:
        """How many tokens they read; none where there is no limit."""
        return context(self.models[0])

    def scores(self, prompts: Sequence[Row], responses: Sequence[Row]) -> Tensor:
        """What each member says of responses to the prompts beside them, raw scores [K, N]."""
        return torch.stack([self.member(number, prompts, responses) for number in range(self.members)])

    def member(self, number: int, prompts: Sequence[Row], responses: Sequence[Row]) -> Tensor:
        """What one member, counted from 0, says of them, raw scores [N]."""
        return score_responses(self.models[number], prompts, responses, self.pad_id)


def load(path: str | Path) -> Ensemble:
    """The ensemble of a folder, or the one plain model there; a ModelError where it cannot be read."""
    return Ensemble(models=_models(Path(path)), pad_id=load_tokenizer(path).pad_token_id)


def first_member(path: str | Path) -> PreTrainedModel:
    """The first member as a plain model, with its adapter in its weights if it is one."""
    folder, listing = Path(path), _listing(Path(path))
    if listing is None:
        return load_reward_model(path)
    first = member_folder(folder, 1)
    return load_reward_model(first) if listing.kind == "full" else merged(folder / BASE, first)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The folders of members as they were trained, and of adapters the policy below them, else none."""

    members: Sequence[Path]
    base: Path | None
    tokenizer: PreTrainedTokenizerBase


def save(finished: Finished, folder: Path) -> None:
    """Writes the ensemble; files are linked where the file system can, so that nothing lies there twice."""
    with replacing(folder) as fresh:
        if finished.base is None and len(finished.members) == 1:
            link_files(finished.members[0], fresh)
            return
        for number, member in enumerate(finished.members, start=1):
            link_files(member, member_folder(fresh, number))
        if finished.base is not None:
            _keep_base(finished, finished.base, fresh / BASE)
        finished.tokenizer.save_pretrained(str(fresh))
        kind = "full" if finished.base is None else "adapters"
        write_json(fresh / LISTING, {"members": len(finished.members), "kind": kind})


def weight_files(folder: Path) -> list[Path]:
    """The files with the weights of a folder's model, or of all members of its ensemble, in a fixed order."""
    is_ensemble = (folder / LISTING).exists()
    return sorted(folder.glob("**/*.safetensors" if is_ensemble else "*.safetensors"))


def member_folder(folder: Path, number: int) -> Path:
    """Where the member, counted from 1, lies."""
    return folder / f"member-{number}"


def base_of(folder: Path) -> Path | None:
    """Where the base of an ensemble of adapters lies; none where the members are models of their own."""
    listing = _listing(folder)
    return folder / BASE if listing is not None and listing.kind == "adapters" else None


def member_folders(folder: Path) -> list[Path]:
    """Where the members of an ensemble lie, which the folder of one plain model is not."""
    listing = _listing(folder)
    return [member_folder(folder, number) for number in range(1, listing.members + 1)] if listing else []


def _keep_base(finished: Finished, base: Path, folder: Path) -> None:
    if base.is_dir():
        link_files(base, folder)
    else:  # the hub's name of a policy, which may not be there for ever
        models.save(models.load_policy(base), finished.tokenizer, folder)


def _models(folder: Path) -> Members:
    listing = _listing(folder)
    if listing is None:
        return (load_reward_model(folder),)
    lie = member_folders(folder)
    if listing.kind == "full":
        return tuple(load_reward_model(member) for member in lie)
    adapters = Adapters(folder / BASE)
    for member in lie:
        adapters.read(member)
    return adapters


def _listing(folder: Path) -> Listing | None:
    if not (folder / LISTING).exists():
        return None
    try:
        return LISTINGS.validate_json((folder / LISTING).read_bytes())
    except ValidationError as error:
        raise ModelError(
            f"Expected in {folder / LISTING} how many members an ensemble has and of which kind; it "
            "cannot be read. Train the reward model again."
        ) from error

"""LoRA: several reward models as small adapters, each with a head of its own, on one base in memory.

The base is a policy, whose weights stay as they are. Knows neither labels nor training, and never asks
the hub: a folder has all that is read, and weights are safetensors alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from peft import (
    LoraConfig,
    PeftModelForSequenceClassification,
    TaskType,
    get_peft_model_state_dict,
    set_peft_model_state_dict,
)
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Size, Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from rlhf.models import SHIFT, ModelError, add_to_scores, draw_head, new_reward_model, scoring_head
from rlhf.track import write_json

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"

SCALE = 2
"""α / rank, by which what an adapter adds is multiplied: the same at every rank, so that a rate suits all."""


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="ignore"))
class Shape:
    """What of a saved adapter's configuration its weights need."""

    r: int
    lora_alpha: int


SHAPE: Final = TypeAdapter(Shape)


class Adapters:
    """Reward models on one base, numbered from 0; one speaks until another is asked for."""

    def __init__(self, base: str | Path) -> None:
        self._model = new_reward_model(base, seed=0)
        self._layers = {
            name: layer
            for name, layer in self._model.named_modules()
            if isinstance(layer, nn.Linear | Conv1D) and layer is not scoring_head(self._model)
        }
        self._adapted: PeftModelForSequenceClassification | None = None
        self._shifts: list[float] = []

    def __len__(self) -> int:
        return len(self._shifts)

    def __getitem__(self, number: int) -> PreTrainedModel:
        """The model of this number; what was returned before speaks as it does from now on."""
        self._peft.set_adapter(_name(number))
        setattr(self._model.config, SHIFT, self._shifts[number])
        return self._model

    def add(self, rank: int, seed: int) -> PreTrainedModel:
        """One more model, which scores by a head drawn from the seed; only it and its adapter train."""
        width = scoring_head(self._model).in_features
        if rank >= width:
            raise ModelError(
                f"Expected reward.lora_rank below the model's width of {width}, where an adapter is smaller "
                f"than its layer; got {rank}. Set it lower, or to 0 to train every parameter."
            )
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = self._add(Shape(r=rank, lora_alpha=SCALE * rank))
        draw_head(scoring_head(model), seed)
        return model

    def shift(self, number: int, shift: float) -> None:
        """Adds a constant to every score of this model from now on, also after `write` and `read`."""
        self._shifts[number] = shift
        add_to_scores(scoring_head(self[number]), shift)

    def write(self, number: int, folder: Path) -> None:
        """The adapter with its head in PEFT's format; the shift lies beside the weights, in their file."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: tensor.contiguous() for name, tensor in self.tensors(number).items()}
        # One entry alone: several come in an order of their own, and the same adapter would be other bytes.
        save_file(tensors, folder / WEIGHTS, {SHIFT: repr(self._shifts[number])})
        config = self._peft.peft_config[_name(number)].to_dict()
        config |= {"base_model_name_or_path": "../base", "target_modules": sorted(config["target_modules"])}
        write_json(folder / CONFIG, config)

    def merge(self) -> PreTrainedModel:
        """The only model, its adapter now in the weights of the base; this object is used up."""
        model: PreTrainedModel = self._peft.merge_and_unload()
        return model.requires_grad_(True)

    def read(self, folder: Path) -> None:
        """Adds a model that was written there; a ModelError where there is none for this base."""
        try:
            shape = SHAPE.validate_json((folder / CONFIG).read_bytes())
            with safe_open(folder / WEIGHTS, "pt") as file:
                shift = float((file.metadata() or {})[SHIFT])
            tensors = load_file(folder / WEIGHTS)
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise ModelError(_unreadable(folder)) from error
        self._add(shape)
        number = len(self) - 1
        if _shapes(tensors) != _shapes(self.tensors(number)):
            raise ModelError(_unreadable(folder))
        set_peft_model_state_dict(self._peft, tensors, adapter_name=_name(number))
        self.shift(number, shift)

    def _add(self, shape: Shape) -> PreTrainedModel:
        config = LoraConfig(
            task_type=TaskType.SEQ_CLS,  # without it PEFT would freeze the head
            r=shape.r,
            lora_alpha=shape.lora_alpha,
            lora_dropout=0.0,
            target_modules=list(self._layers),
            fan_in_fan_out=any(isinstance(layer, Conv1D) for layer in self._layers.values()),
        )
        if self._adapted is None:
            with warnings.catch_warnings():
                # PEFT asks transformers by a name that is on its way out there.
                message = "`is_gradient_checkpointing` is deprecated"
                warnings.filterwarnings("ignore", message, FutureWarning)
                self._adapted = PeftModelForSequenceClassification(self._model, config, _name(0))
        else:
            self._adapted.add_adapter(_name(len(self)), config)
        self._shifts.append(0.0)
        return self[len(self) - 1].eval()

    def tensors(self, number: int) -> dict[str, Tensor]:
        """The weights of this model's adapter and head."""
        name = _name(number)
        return get_peft_model_state_dict(self._peft, adapter_name=name, save_embedding_layers=False)

    @property
    def _peft(self) -> PeftModelForSequenceClassification:
        if self._adapted is None:
            raise ModelError("There is no adapter on this base yet; add or read one.")
        return self._adapted


def merged(base: str | Path, folder: Path) -> PreTrainedModel:
    """A plain reward model that scores as the adapter of the folder does; all its parameters train."""
    adapters = Adapters(base)
    adapters.read(folder)
    return adapters.merge()


def _name(number: int) -> str:
    # PEFT looks for a name anywhere in a parameter's, where a bare number would also be a layer's.
    return f"member-{number}"


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, Size]:
    return {name: tensor.shape for name, tensor in tensors.items()}


def _unreadable(folder: Path) -> str:
    return (
        f"Expected an adapter of this base, as {CONFIG} and {WEIGHTS}, in {folder}; it cannot be read. "
        "Train the reward model again."
    )

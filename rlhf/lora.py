"""LoRA (Hu et al. 2021): adapters side by side on one model, of which one speaks, or several summed, or none.

The model's own weights stay as they are. Knows neither rewards nor policies, and never asks the hub: a
folder has all that is read, and weights are safetensors alone.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

import torch
from peft import (
    LoraConfig,
    LoraModel,
    PeftModel,
    PeftModelForCausalLM,
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

from rlhf.models import ModelError
from rlhf.track import write_json

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"

SCALE = 2
"""α / rank, by which what an adapter adds is multiplied: the same at every rank, so that a rate suits all."""

_KINDS: Final[Mapping[TaskType, type[PeftModel]]] = {
    TaskType.CAUSAL_LM: PeftModelForCausalLM,
    TaskType.SEQ_CLS: PeftModelForSequenceClassification,
}
"""With any but the second PEFT would freeze a classifier's head."""


UNREADABLE: Final = (OSError, KeyError, ValueError, SafetensorError)
"""What reading an adapter raises where there is none, or one of another base."""


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="ignore"))
class Shape:
    """What of a saved adapter's configuration its weights need."""

    r: int
    lora_alpha: int


SHAPE: Final = TypeAdapter(Shape)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """An adapter as a folder keeps it; `header` is what was noted beside its weights."""

    shape: Shape
    tensors: dict[str, Tensor]
    header: Mapping[str, str]


class Lora:
    """Adapters by name on the linear layers of a model's body, but not on its head."""

    def __init__(self, model: PreTrainedModel, task: TaskType) -> None:
        self.model = model
        self._task = task
        self._layers = {
            name: layer
            for name, layer in model.named_modules()
            if isinstance(layer, nn.Linear | Conv1D) and name.startswith(f"{model.base_model_prefix}.")
        }
        self._adapted: PeftModel | None = None

    def draw(self, name: str, rank: int, seed: int) -> None:
        """A fresh adapter, which adds nothing until it learns."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.add(name, Shape(r=rank, lora_alpha=SCALE * rank))

    def add(self, name: str, shape: Shape) -> None:
        """An adapter of this shape, to be filled by `put`."""
        config = LoraConfig(
            task_type=self._task,
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
                self._adapted = _KINDS[self._task](self.model, config, name)
        else:
            self._adapted.add_adapter(name, config)
        self.model.eval()

    def take(self, name: str, adapter: Saved) -> None:
        """An adapter that was written; a ValueError where it is none of this model."""
        self.add(name, adapter.shape)
        self.put(name, adapter.tensors)

    def ask(self, names: Sequence[str], learner: str | None = None) -> PreTrainedModel:
        """The model with these adapters summed, or as it is without any; only the learner among them trains.

        What was returned before speaks as this does from now on.
        """
        tuner = self._tuner
        if names:
            tuner.enable_adapter_layers()
            tuner.set_adapter(list(names), inference_mode=True)
        else:
            tuner.disable_adapter_layers()
        if learner is not None:
            tuner.set_requires_grad(learner)
        return self.model

    def tensors(self, name: str) -> dict[str, Tensor]:
        """The weights of the adapter, with its head if it has one."""
        tensors: dict[str, Tensor] = get_peft_model_state_dict(
            self._peft, adapter_name=name, save_embedding_layers=False
        )
        return tensors

    def put(self, name: str, tensors: Mapping[str, Tensor]) -> None:
        """Gives the adapter these weights; a ValueError where they are of another shape."""
        if _shapes(tensors) != _shapes(self.tensors(name)):
            raise ValueError(f"{name} is of another shape")
        set_peft_model_state_dict(self._peft, dict(tensors), adapter_name=name)

    def write(self, name: str, folder: Path, note: tuple[str, str], base: str | None = None) -> None:
        """The adapter in PEFT's format, which names its base; the note lies in the file of the weights."""
        folder.mkdir(parents=True, exist_ok=True)
        # One entry alone: several come in an order of their own, and the same adapter would be other bytes.
        save_tensors(self.tensors(name), folder / WEIGHTS, dict([note]))
        config = self._peft.peft_config[name].to_dict()
        config |= {"base_model_name_or_path": base, "target_modules": sorted(config["target_modules"])}
        write_json(folder / CONFIG, config)

    def merge(self, names: Iterable[str]) -> PreTrainedModel:
        """The plain model, these adapters now in its weights; this object is used up."""
        model = cast("PreTrainedModel", self._tuner.merge_and_unload(adapter_names=list(names)))
        return model.requires_grad_(True)

    @property
    def _tuner(self) -> LoraModel:
        return cast("LoraModel", self._peft.base_model)

    @property
    def _peft(self) -> PeftModel:
        if self._adapted is None:
            raise ModelError("There is no adapter on this base yet; add or read one.")
        return self._adapted


def saved(folder: Path) -> Saved:
    """The adapter that `Lora.write` wrote there; one of `UNREADABLE` where there is none."""
    with safe_open(folder / WEIGHTS, "pt") as file:
        header = file.metadata() or {}
    return Saved(
        shape=SHAPE.validate_json((folder / CONFIG).read_bytes()),
        tensors=load_file(folder / WEIGHTS),
        header=header,
    )


def save_tensors(tensors: Mapping[str, Tensor], path: Path, header: dict[str, str] | None = None) -> None:
    """A safetensors file of them."""
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, header)


def check_rank(model: PreTrainedModel, rank: int, setting: str) -> None:
    """Refuses a rank at which an adapter would be no smaller than what it adapts."""
    width = model.config.hidden_size
    if rank >= width:
        raise ModelError(
            f"Expected {setting} below the model's width of {width}, where an adapter is smaller "
            f"than its layer; got {rank}. Set it lower, or to 0 to train every parameter."
        )


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, Size]:
    return {name: tensor.shape for name, tensor in tensors.items()}

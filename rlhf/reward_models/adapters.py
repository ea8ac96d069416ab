"""Several reward models as small adapters, each with a head of its own, on one base in memory.

The base is a policy, whose weights stay as they are. Knows neither labels nor training.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peft import TaskType
from torch import Tensor
from transformers import PreTrainedModel

from rlhf.lora import CONFIG, UNREADABLE, WEIGHTS, Lora, check_rank, saved
from rlhf.models import SHIFT, ModelError, add_to_scores, draw_head, new_reward_model, scoring_head


class Adapters:
    """Reward models on one base, numbered from 0; one speaks until another is asked for."""

    def __init__(self, base: str | Path) -> None:
        self._lora = Lora(new_reward_model(base, seed=0), TaskType.SEQ_CLS)
        self._shifts: list[float] = []

    def __len__(self) -> int:
        return len(self._shifts)

    def __getitem__(self, number: int) -> PreTrainedModel:
        """The model of this number; what was returned before speaks as it does from now on."""
        model = self._lora.ask([_name(number)], learner=_name(number))
        setattr(model.config, SHIFT, self._shifts[number])
        return model

    def add(self, rank: int, seed: int) -> PreTrainedModel:
        """One more model, which scores by a head drawn from the seed; only it and its adapter train."""
        check_rank(self._lora.model, rank, "reward.lora_rank")
        self._lora.draw(_name(len(self)), rank, seed)
        self._shifts.append(0.0)
        model = self[len(self) - 1]
        draw_head(scoring_head(model), seed)
        return model

    def shift(self, number: int, shift: float) -> None:
        """Adds a constant to every score of this model from now on, also after `write` and `read`."""
        self._shifts[number] = shift
        add_to_scores(scoring_head(self[number]), shift)

    def write(self, number: int, folder: Path) -> None:
        """The adapter with its head and its shift, for a base that lies beside the folder."""
        self._lora.write(_name(number), folder, (SHIFT, repr(self._shifts[number])), "../base")

    def merge(self) -> PreTrainedModel:
        """The only model, its adapter now in the weights of the base; this object is used up."""
        return self._lora.merge([_name(0)])

    def read(self, folder: Path) -> None:
        """Adds a model that was written there; a ModelError where there is none for this base."""
        number = len(self)
        with readable(folder):
            found = saved(folder)
            shift = float(found.header[SHIFT])
            self._lora.take(_name(number), found)
        self._shifts.append(0.0)
        self.shift(number, shift)

    def tensors(self, number: int) -> dict[str, Tensor]:
        """The weights of this model's adapter and head."""
        return self._lora.tensors(_name(number))


def merged(base: str | Path, folder: Path) -> PreTrainedModel:
    """A plain reward model that scores as the adapter of the folder does; all its parameters train."""
    adapters = Adapters(base)
    adapters.read(folder)
    return adapters.merge()


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """What goes wrong with reading a reward model's adapter, as one sentence."""
    try:
        yield
    except UNREADABLE as error:
        raise ModelError(
            f"Expected an adapter of this base, as {CONFIG} and {WEIGHTS}, in {folder}; it cannot be read. "
            "Train the reward model again."
        ) from error


def _name(number: int) -> str:
    # PEFT looks for a name anywhere in a parameter's, where a bare number would also be a layer's.
    return f"member-{number}"

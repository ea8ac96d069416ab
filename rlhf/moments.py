"""AdamW's memory as named tensors, which a safetensors file can hold, and back again.

Knows no file and no model.
"""

from __future__ import annotations

from torch import Tensor
from torch.optim import AdamW


def moments(optimiser: AdamW) -> dict[str, Tensor]:
    """The optimiser's tensors, named `parameter.moment`; a parameter is known by its place."""
    return {
        f"{parameter}.{name}": tensor.contiguous()
        for parameter, state in optimiser.state_dict()["state"].items()
        for name, tensor in state.items()
    }


def remember(optimiser: AdamW, tensors: dict[str, Tensor]) -> None:
    """Gives a fresh optimiser of the same parameters what `moments` told of another."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        parameter, name = key.split(".")
        state.setdefault(int(parameter), {})[name] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})

"""The attention cache of sampling: written in place, so that a token costs no copy of all that came before.

A `DynamicCache` whose plain layers keep spare room at their end; sliding and other special layers stay as
transformers makes them. Without gradients only. Knows nothing of sampling.
"""

from __future__ import annotations

from torch import Tensor
from transformers import DynamicCache, PretrainedConfig
from transformers.cache_utils import DynamicLayer

LEAST_ROOM = 64


class RoomyLayer(DynamicLayer):
    """One layer's keys and values [B, H, T, d], views into buffers with room for more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = max(room, LEAST_ROOM)
        self.buffers: tuple[Tensor, Tensor] | None = None

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: object, **_kwargs: object
    ) -> tuple[Tensor, Tensor]:
        """Appends keys and values [B, H, t, d]; returns all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        held = self.get_seq_length()
        width = held + key_states.shape[2]
        if self.buffers is None or self.buffers[0].shape[2] < width:
            self.buffers = (self._roomy(self.keys, key_states), self._roomy(self.values, value_states))
        for buffer, states in zip(self.buffers, (key_states, value_states), strict=True):
            buffer[:, :, held:width] = states
        keys, values = (buffer[:, :, :width] for buffer in self.buffers)
        self.keys, self.values = keys, values
        return keys, values

    def held(self) -> tuple[Tensor, Tensor]:
        """Keys and values of what was read."""
        assert self.keys is not None and self.values is not None  # noqa: S101, PT018  # something was read
        return self.keys, self.values

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Each row becomes `repeats` rows beside each other."""
        super().batch_repeat_interleave(repeats)
        self.buffers = None

    def batch_select_indices(self, indices: Tensor) -> None:
        """Only the rows at `indices` stay."""
        super().batch_select_indices(indices)
        self.buffers = None

    def _roomy(self, held: Tensor | None, more: Tensor) -> Tensor:
        """What is held, with room for `more` and what will follow."""
        kept = self.get_seq_length()
        batch, heads, width, size = more.shape
        buffer = more.new_empty(batch, heads, kept + width + self.room, size)
        if held is not None and kept:
            buffer[:, :, :kept] = held
        return buffer


def roomy_cache(config: PretrainedConfig, room: int) -> DynamicCache:
    """An empty cache for a model of this configuration that will append about `room` tokens."""
    cache = DynamicCache(config=config)
    cache.layers = [RoomyLayer(room) if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache

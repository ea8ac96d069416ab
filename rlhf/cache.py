"""The attention cache of sampling: written in place, so that a token costs no copy of all that came before.

A `DynamicCache` whose plain layers keep spare room at their end; sliding and other special layers stay as
transformers makes them. Without gradients only. Knows nothing of sampling.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from transformers import DynamicCache, PretrainedConfig
from transformers.cache_utils import DynamicLayer

LEAST_ROOM = 64


class RoomyLayer(DynamicLayer):
    """One layer's keys and values [B, H, T, d], views into buffers with room for more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room, self.width = max(room, LEAST_ROOM), 0
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
        """What is held, with room for `more` and what will follow; fewer rows need no wider buffer."""
        kept = self.get_seq_length()
        batch, heads, width, size = more.shape
        if self.width < kept + width:
            self.width = kept + width + self.room
        buffer = more.new_empty(batch, heads, self.width, size)
        if held is not None and kept:
            buffer[:, :, :kept] = held
        return buffer


def roomy_cache(config: PretrainedConfig, room: int) -> DynamicCache:
    """An empty cache for a model of this configuration that will append about `room` tokens."""
    cache = DynamicCache(config=config)
    cache.layers = [RoomyLayer(room) if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache


def is_roomy(cache: DynamicCache) -> bool:
    """Whether all of its layers are `RoomyLayer`s, so that rows may be laid together."""
    return all(type(layer) is RoomyLayer for layer in cache.layers)


def lay_together(
    whole: DynamicCache, parts: Sequence[DynamicCache], rows: Sequence[Sequence[int]]
) -> DynamicCache:
    """Fills an empty roomy cache with rows that were read in parts: part p's are its `rows[p]`.

    All end in the last column; before shorter ones are zeros, which a mask has to hide.
    """
    for layer, *read in zip(whole.layers, *(part.layers for part in parts), strict=True):
        held = [one.held() for one in read if isinstance(one, RoomyLayer)]
        layer.update(
            _aligned([keys for keys, _ in held], rows), _aligned([values for _, values in held], rows)
        )
    return whole


def _aligned(parts: Sequence[Tensor], rows: Sequence[Sequence[int]]) -> Tensor:
    """[B, H, T, d] of parts [b, H, t, d]."""
    _, heads, _, size = parts[0].shape
    width = max(part.shape[2] for part in parts)
    whole = parts[0].new_zeros(sum(map(len, rows)), heads, width, size)
    for part, at in zip(parts, rows, strict=True):
        whole[at, :, width - part.shape[2] :] = part
    return whole

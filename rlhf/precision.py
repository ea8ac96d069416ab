"""In which numbers a model trains: bfloat16 where it saves time, float32 everywhere else.

Weights, optimiser and losses are float32 either way; only the passes through the layers change.
"""

from __future__ import annotations

import torch
from transformers import PreTrainedModel

from rlhf.bounds import Precision

LEAST_WIDTH = 256
"""The narrowest layers for which bfloat16 pays on a processor.

Steps of a Llama on an EPYC with avx512_bf16, in float32's time over bfloat16's: 0.5 to 0.7 at width 32,
0.7 to 1.2 at 64, 1.2 to 2.1 at 128, 1.5 to 2.3 at 192 and 256, 2.6 at 512, 3.2 at 1024; the higher
figures are of rows of 240 tokens, the lower of 40. At 128 a whole training on short rows was slower for it,
so that narrower models than 256 are left alone.
"""


def training_dtype(asked: Precision, width: int) -> torch.dtype:
    """The type in which layers of this width compute; `auto` asks the machine, the others are obeyed."""
    return _dtype(asked, width, torch.cuda.is_available())


def dtype_while_learning(model: PreTrainedModel, asked: Precision) -> torch.dtype:
    """The same of this model, which passes where it lies."""
    return _dtype(asked, model.config.hidden_size, model.device.type == "cuda")


def passing(model: PreTrainedModel, asked: Precision) -> torch.autocast:
    """The context in which the model passes while it learns; what it says there may be bfloat16."""
    is_lower = dtype_while_learning(model, asked) is torch.bfloat16
    return torch.autocast(model.device.type, torch.bfloat16, enabled=is_lower)


def _dtype(asked: Precision, width: int, on_gpu: bool) -> torch.dtype:
    if asked == "auto":
        return torch.bfloat16 if _pays(width, on_gpu) else torch.float32
    return torch.bfloat16 if asked == "bfloat16" else torch.float32


def _pays(width: int, on_gpu: bool) -> bool:
    if on_gpu:
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    processor = torch.cpu.get_capabilities()
    return width >= LEAST_WIDTH and any(processor.get(name) for name in ("avx512_bf16", "amx_bf16"))

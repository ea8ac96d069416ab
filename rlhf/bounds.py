"""What `hone.toml` and `--set` may say: a number out of bounds is refused where it is read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Count = Annotated[int, Field(ge=1)]
Amount = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Temperatures = Annotated[tuple[Positive, ...], Field(min_length=1)]
Engine = Literal["auto", "hone", "vllm"]
"""Who writes the responses of a policy that does not move; `auto`: vLLM where it is installed with a GPU."""
Precision = Literal["auto", "float32", "bfloat16"]
"""Here, for whoever reads settings does not wait for torch."""

"""How far long work is: told where it is done, shown where somebody waits. Neither knows the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

Show = Callable[[str, float, str], None]
"""Takes the stage, the fraction of it that is done, and a few words."""


def _nobody(_stage: str, _fraction: float, _message: str) -> None:
    """Nobody waits."""


_SHOW: Final[ContextVar[Show]] = ContextVar("show", default=_nobody)


def tell(stage: str, fraction: float, message: str = "") -> None:
    """Says how far the stage is, to whoever waits for it in this thread."""
    _SHOW.get()(stage, fraction, message)


@contextmanager
def shown(show: Show) -> Iterator[None]:
    """Within the block `show` hears what is told in this thread."""
    token = _SHOW.set(show)
    try:
        yield
    finally:
        _SHOW.reset(token)

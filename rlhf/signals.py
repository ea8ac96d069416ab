"""What this process does on signals while a block runs. Knows nothing of what they interrupt."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_signals(numbers: Sequence[signal.Signals], heard: Callable[[signal.Signals], None]) -> Iterator[None]:
    """The first of each calls `heard`; a second one does what it did before this block.

    One that is ignored stays so (`nohup`). Does nothing outside the main thread, which alone hears signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def once(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        heard(signal.Signals(number))

    before = {number: signal.getsignal(number) for number in numbers}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, once)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""What the machine refused, told from what a library says of it: a full disk, or memory that ran out.

Each library says it in its own way, so their words are known here. Knows no stage.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from typing import Final

from store.errors import HoneError
from store.failures import FULL

NO_MEMORY: Final = (
    "can't allocate memory",  # torch on a processor
    "not enough memory",
    "out of memory",  # torch on an accelerator, DuckDB
    "bad_alloc",
    "Cannot allocate memory",
    "malloc of size",  # Arrow
    "memory allocation of",
    "can't start new thread",
)
FULL_HOME: Final = "the disk of the home"
ASKED: Final = re.compile(r"allocate (\d+) bytes")


def is_full(error: BaseException) -> bool:
    """Whether a disk had no room, or a file met a limit set for the process."""
    return any(
        _number(one) in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
        or any(words in str(one) for words in FULL)
        or (FULL_HOME in str(one).lower() and "is full" in str(one))
        for one in _chain(error)
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory was refused, the processor's or an accelerator's."""
    return any(
        isinstance(one, MemoryError)
        or _number(one) == errno.ENOMEM
        or any(words.lower() in str(one).lower() for words in NO_MEMORY)
        for one in _chain(error)
    )


def is_accelerators(error: BaseException) -> bool:
    """Whether the memory that was refused is an accelerator's, which no bound of ours counts."""
    return any(re.search(r"CUDA|HIP|MPS|XPU", str(one)) for one in _chain(error))


def asked_for(error: BaseException) -> int | None:
    """Bytes whose refusal the error tells; None where it does not."""
    found = (ASKED.search(str(one)) for one in _chain(error))
    return next((int(match[1]) for match in found if match), None)


def sentence(error: BaseException) -> str:
    """The error in a line: its own sentence where it was written for people, else with its kind."""
    if isinstance(error, HoneError):
        return str(error)
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    kind = type(error).__name__
    return f"{kind}: {line.rstrip('.')}." if line else f"{kind}."


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it."""
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__


def _number(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None

"""How much memory this process may take, so that a round beside the app is refused memory before the app is.

The bound is RLIMIT_DATA: writable memory of the process's own, which is what a training takes. It refuses an
allocation, which is then an error that a round can tell of, where the kernel would kill, and not always the
round. Address space (RLIMIT_AS) would count what CUDA reserves and never uses, and a cgroup of one's own
takes rights that a user seldom has. Knows nothing of what the memory is for.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path("/")


@contextmanager
def bounded(share: float) -> Iterator[None]:
    """Inside, this process is refused memory beyond this share of all; a lower bound of its own stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    others = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min((int(share * there_is()), *others)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def limit() -> int:
    """Bytes that this process may take now; all there is where nothing bounds it."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_DATA)
    return there_is() if soft == resource.RLIM_INFINITY else soft


def there_is(root: Path = ROOT) -> int:
    """Bytes for this process and those beside it: the machine's, or its cgroup's where that is less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min((machine, *_of_cgroups(root)))


def held() -> int:
    """Bytes that the bound counts for this process by now; 0 where the system does not tell (not Linux)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = next((line for line in status.splitlines() if line.startswith("VmData:")), "VmData: 0 kB")
    return int(found.split()[1]) * 1024


def _of_cgroups(root: Path) -> Iterator[int]:
    """The limit of each cgroup that this process is in, of either version, and of those above it."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _number, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield from _limits(root / "sys/fs/cgroup/memory", path, "memory.limit_in_bytes")
        elif not controllers:
            yield from _limits(root / "sys/fs/cgroup", path, "memory.max")


def _limits(top: Path, path: str, name: str) -> Iterator[int]:
    """From the process's own cgroup up to the root; within a container the root is the container's."""
    own = Path(path.lstrip("/"))
    for folder in (own, *own.parents):
        file = top / folder / name
        said = file.read_text(encoding="utf-8").strip() if file.is_file() else "max"
        if said.isdigit():
            yield int(said)

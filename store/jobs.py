"""Work that may take longer than a reply: begun in a thread of its own, asked after until it is done.

Knows no verb and no wire; a job's result is fetched once and is forgotten then.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from store import progress
from store.errors import RequestError

MOST_KEPT: Final = 100
"""Finished jobs that nobody has fetched; older ones are forgotten."""


@dataclass(slots=True)
class Job:
    """Work under way, or its `result` once `done` is set."""

    job_id: str = field(default_factory=lambda: secrets.token_hex(10))
    stage: str = ""
    fraction: float = 0.0
    message: str = ""
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None


class Jobs:
    """The jobs of a store; any thread may begin one and ask after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._threads: set[threading.Thread] = set()
        self._open = True

    def begin(self, work: Callable[[], object]) -> Job:
        """Starts the work, which tells `store.progress` how far it is."""
        job = Job()
        thread = threading.Thread(target=self._work, args=(job, work), name="hone-job", daemon=True)
        with self._lock:
            if not self._open:
                raise RequestError("The store is closed; open the home again.")
            finished = [one.job_id for one in self._jobs.values() if one.done.is_set()]
            for job_id in finished[:-MOST_KEPT]:
                del self._jobs[job_id]
            thread.start()  # under the lock: nobody can wait for a thread that has not begun
            self._jobs[job.job_id] = job
            self._threads.add(thread)
        return job

    def get(self, job_id: str) -> Job | None:
        """The job with this id, if its result has not been fetched."""
        with self._lock:
            return self._jobs.get(job_id)

    def fetch(self, job: Job, patience: float) -> bool:
        """Waits so many seconds for the result; whether it is there, and forgotten here from now on."""
        if not job.done.wait(patience):
            return False
        with self._lock:
            self._jobs.pop(job.job_id, None)
        return True

    def close(self) -> None:
        """Begins nothing more; work that is under way is told to stop and is waited for."""
        with self._lock:
            self._open = False
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _work(self, job: Job, work: Callable[[], object]) -> None:
        def show(stage: str, fraction: float, message: str) -> None:
            if not self._open:
                raise RequestError("The home is being closed; ask again when it is open.")
            job.stage, job.fraction, job.message = stage, fraction, message

        try:
            with progress.shown(show):
                job.result = work()
        except BaseException as error:  # noqa: BLE001  # raised where the result is fetched
            job.error = error
        finally:
            job.done.set()
            with self._lock:
                self._threads.discard(threading.current_thread())

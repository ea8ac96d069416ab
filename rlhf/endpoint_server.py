"""`hone policy serve`: listens, announces itself in the home, and withdraws when it ends; one at a time."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import uvicorn
from filelock import FileLock, Timeout

from rlhf.endpoint import Endpoint
from rlhf.serving import reached_at, yield_to_people
from store import announced
from store.errors import HoneError
from store.home import Home

GRACE_SECONDS = 2
"""How long answers may go on once the endpoint was told to end."""
LOOK_SECONDS = 1.0
"""How often who waits looks whether the other has ended."""


class Announcing(uvicorn.Server):
    """A server that announces its endpoint in the home for as long as it listens."""

    def __init__(self, config: uvicorn.Config, home: Home, endpoint: announced.Endpoint) -> None:
        super().__init__(config)
        self._home, self._endpoint = home, endpoint

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn."""
        await super().startup(sockets)
        announced.announce(self._home, self._endpoint)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn: it ends the process by the signal that it got, so there is no later place for this."""
        announced.withdraw(self._home, self._endpoint)
        await super().shutdown(sockets)


def alone(home: Home, *, waits: bool) -> AbstractContextManager[object]:
    """Inside, no other process serves the home's policies: it would take `endpoint.json` over.

    The system lets the lock of a dead process go. Who `waits` begins when the other ends; else HoneError.
    """
    lock = FileLock(home.endpoint_lock)
    try:
        return lock.acquire(timeout=-1 if waits else 0, poll_interval=LOOK_SECONDS)
    except Timeout as error:
        other = announced.announced(home)
        where = f" at {other.url}, with the key in endpoint.json" if other else ""
        raise HoneError(
            f"The policies of {home.root} answer already{where}; ask them there, or first end the hone "
            "serve or hone policy serve that runs."
        ) from error


def serve(home: Home, port: int, address: str, greet: Callable[[announced.Endpoint], None]) -> None:
    """Serves until the process is told to stop; a port 0 takes a free one."""
    # People wait for the app beside it, and nothing is fetched from anywhere.
    yield_to_people()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    key = secrets.token_urlsafe(32)
    config = uvicorn.Config(
        Endpoint(home, key).app(),
        host=address,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    listener = config.bind_socket()
    url = f"http://{reached_at(address)}:{listener.getsockname()[1]}/v1"
    endpoint = announced.Endpoint(url, key)
    greet(endpoint)
    Announcing(config, home, endpoint).run(sockets=[listener])


def end_with_input() -> None:
    """Ends this process when its standard input is closed, as happens when whoever started it is gone."""

    def watch() -> None:
        while sys.stdin.buffer.read(1):
            continue
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="hone-input", daemon=True).start()
